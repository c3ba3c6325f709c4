// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fairlead::runner {

// One flag. All names mean the same; the first is the one that messages use.
struct Flag {
  std::vector<std::string> names;  // without dashes
  bool boolean = false;            // takes a value only as --name=value
  std::string help = {};
};

// What a command line gave, by first name, in order.
class FlagValues {
 public:
  void add(const std::string& name, std::string value) { values_[name].push_back(std::move(value)); }
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // The last one wins.
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  bool on(std::string_view name) const;  // a boolean flag that is there and not false

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Reads words as Go's flag package does, which old manifests rely on: one dash
// or two, value behind = or as the next word, `--` ends. An error names the
// flag and what is near.
Result<FlagValues> parse_go_flags(std::span<const Flag> flags, std::span<const std::string> words,
                                  std::vector<std::string>& rest);

// Go's strconv.ParseBool.
std::optional<bool> parse_go_bool(std::string_view text);

}  // namespace fairlead::runner
