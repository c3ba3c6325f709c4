// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "parser/repository_view.hpp"

namespace fairlead::parser {

// Answers `changes` and `exists`, asking the repository once for each diff and
// tree and keeping answers: jobs that share a template ask the same things.
// Globs, refs and project names come with their variables expanded. Not
// thread-safe; one per plan. Errors are worded as GitLab words them.
class PathConditions {
 public:
  // Null: there is no repository, so `changes` is true and `exists` false.
  explicit PathConditions(RepositoryView* repository) : repository_(repository) {}

  struct Answer {
    bool result = false;
    std::string detail;  // "matched src/a.c", "no changed path matches"
  };
  Result<Answer> changes(const std::vector<std::string>& globs, const std::optional<std::string>& compare_to);
  Result<Answer> exists(const std::vector<std::string>& globs, const std::optional<std::string>& project,
                        const std::optional<std::string>& ref);

 private:
  using Diff = std::optional<std::vector<std::string>>;
  Result<const Diff*> diff(const std::optional<std::string>& compare_to);

  RepositoryView* repository_;
  std::map<std::optional<std::string>, Diff> diffs_;
  std::map<std::pair<std::optional<std::string>, std::vector<std::string>>, Answer> changes_;
  std::map<std::vector<std::string>, Answer> exists_;
};

// More comparisons of globs with paths than this are not made: the answer is
// then true, as GitLab has it.
inline constexpr std::size_t kMaxPatternComparisons = 50'000;

}  // namespace fairlead::parser
