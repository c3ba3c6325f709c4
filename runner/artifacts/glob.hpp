// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fairlead::runner {

// A file pattern as gitlab-runner reads it (Go's doublestar): `*` and `?`
// within a name, `**` as a whole component for any number of folders, `[a-z]`
// and `[^a-z]`, `{a,b}` with anything inside, `\` before a literal. Paths are
// relative, with slashes.
class Glob {
 public:
  // Cleans the pattern (no ".", "..", double slashes). invalid_argument for an
  // unclosed class or brace, limit_exceeded when braces multiply without end.
  static Result<Glob> parse(std::string_view pattern);

  bool matches(std::string_view path) const;
  // All paths below `root` that match, in order, each once; symlinks are not
  // followed by `**`. Errors of the file system are like no match.
  std::vector<std::string> find(const std::filesystem::path& root) const;

 private:
  using Components = std::vector<std::string>;
  std::vector<Components> alternatives_;  // without braces
};

// The part of a pattern before its first special character, up to a slash:
// "build/*/x" -> "build", "*.o" -> "."; all of it when it has none.
std::string_view glob_base(std::string_view pattern);

}  // namespace fairlead::runner
