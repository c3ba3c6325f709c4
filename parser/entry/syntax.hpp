// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "parser/entry/job_config.hpp"

namespace fairlead::parser::entry {

// The little languages inside values. Entries only ask whether a text is
// valid; meaning belongs to parser/expression and parser/variables. Texts that
// were valid are remembered: jobs made from one template repeat their rules.
// Not thread-safe; one per document.
class Syntax {
 public:
  bool is_expression(const std::string& text);
  // "/pattern/flags" that RE2 takes.
  bool is_regex(const std::string& text);

 private:
  std::unordered_set<std::string> expressions_;
  std::unordered_set<std::string> regexes_;
};

// Has the form /.../ with flags, whatever is between.
bool looks_like_regex(std::string_view text);

// ChronicDuration: "1h 30m", "3 hours", bare seconds.
std::optional<Seconds> duration_of(std::string_view text);
// As above or "never", for expire_in and the like.
bool is_expiry(std::string_view text);
// $NAME, ${NAME} or %NAME% occurs in it.
bool mentions_variable(std::string_view text);

}  // namespace fairlead::parser::entry
