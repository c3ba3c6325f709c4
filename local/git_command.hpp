// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace fairlead::local {

// One question to git, asked in `directory`.
struct GitQuestion {
  std::vector<std::string> arguments;  // after `git -C directory`
  std::string input = {};              // given on stdin
};

struct GitAnswer {
  int exit_code = 0;
  std::string output;
  std::string errors;  // what it said on stderr, cut to a few lines

  bool ok() const { return exit_code == 0; }
};

// Asks all questions at once and waits for all answers: git's own start is
// most of the cost. The environment's GIT_DIR and its kin (set inside hooks)
// are not passed on. An Error: git is not installed, or an answer is longer
// than `limit` bytes. Blocks; not for a job's strand.
Result<std::vector<GitAnswer>> ask_git(const std::filesystem::path& directory,
                                       std::vector<GitQuestion> questions,
                                       std::size_t limit = std::size_t{256} << 20);
Result<GitAnswer> ask_git(const std::filesystem::path& directory, GitQuestion question);

// The variables that tie git to one repository (git rev-parse --local-env-vars).
bool is_repository_variable(std::string_view assignment);

}  // namespace fairlead::local
