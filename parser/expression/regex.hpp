// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::parser::expression {

// A user's regular expression: RE2, as GitLab uses, so that no pattern takes
// more than linear time. Immutable and shared; safe to use from any thread.
class Regex {
 public:
  virtual ~Regex() = default;
  // Whether the pattern occurs anywhere in `text` (unanchored).
  virtual bool matches(std::string_view text) const = 0;
  // The RE2 source with its flags in front: "(?i)^docs-".
  virtual const std::string& source() const = 0;
};
using RegexPtr = std::shared_ptr<const Regex>;

// RE2 source -> compiled; null when RE2 refuses it (lookaheads, unbalanced
// parentheses, more than its memory bound).
RegexPtr compile_regex(std::string source);

// "/pattern/flags" (flags of i s m U) -> RE2 source "(?flags)pattern"; nullopt
// when the text has no such form. In a text of several lines any one line may
// have it, as in GitLab.
std::optional<std::string> regex_source_of(std::string_view slashed);

// "/pattern/flags" -> compiled; null when the form or the pattern is wrong.
RegexPtr compile_slashed_regex(std::string_view slashed);

}  // namespace fairlead::parser::expression
