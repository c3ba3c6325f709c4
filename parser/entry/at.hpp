// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"

namespace fairlead::parser::entry {

// The place of an entry in the document ("jobs:rspec:image") and the way it
// reports problems. GitLab's validator prints `location attribute text`, the
// whole line in lower case; the attribute `config` is the entry itself.
//
// A chain of steps on the stack: an At refers to its parent and to the key
// text, which must both outlive it. Nothing is allocated until there is a
// message to print.
class At {
 public:
  explicit At(Diagnostics& diagnostics) : diagnostics_(&diagnostics) {}
  At(const At& parent, std::string_view key)
      : diagnostics_(parent.diagnostics_), parent_(&parent), key_(key) {}
  // A copy would outlive its parent too easily.
  At(const At&) = delete;
  At& operator=(const At&) = delete;

  // "jobs:rspec:image config should be a hash or a string"
  void config(std::string_view text, Mark mark, std::string hint = {}) const;
  // "jobs:rspec start in should be a duration": the name is humanised.
  void attribute(std::string_view name, std::string_view text, Mark mark, std::string hint = {}) const;
  // "jobs:rspec:only has to be either ...": an entry that fits none of the
  // forms of its keyword; GitLab does not lower-case this kind.
  void shape(std::string_view text, Mark mark, std::string hint = {}) const;

  std::string location() const;
  Diagnostics& diagnostics() const { return *diagnostics_; }

 private:
  void append_location(std::string& out) const;

  Diagnostics* diagnostics_;
  const At* parent_ = nullptr;
  std::string_view key_;
};

// Rails' humanize, lower-cased: "start_in" -> "start in".
std::string humanise(std::string_view attribute);

// Lower case as Ruby's downcase makes it, for ASCII, Latin-1, Greek and
// Cyrillic letters; everything else is left alone.
std::string downcase(std::string_view text);

}  // namespace fairlead::parser::entry
