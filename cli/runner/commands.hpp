// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The program `fairlead-runner`: every command that talks to a GitLab server
// or concerns its runners. `fairlead` starts it in its own place (exec) for
// these commands, and whole when it is called gitlab-runner; see
// docs/decisions/0006-two-programs.md.
namespace fairlead::cli {

struct RunnerCommand {
  std::string_view name;
  std::string_view summary;
  // The words behind the name. Returns an ExitCode.
  int (*run)(std::span<const std::string> words);
};

int run_config(std::span<const std::string> words);
// gitlab-runner's `lint`: `config check` without the values.
int run_config_lint(std::span<const std::string> words);
int run_register(std::span<const std::string> words);
int run_unregister(std::span<const std::string> words);
int run_verify(std::span<const std::string> words);
int run_list(std::span<const std::string> words);
int run_reset_token(std::span<const std::string> words);

std::span<const RunnerCommand> runner_commands();

// The whole program but for `main`. `argv[0]` is the name that the user
// called: gitlab-runner and gitlab-ci-multi-runner are old names.
int run_runner_program(int argc, const char* const* argv);

}  // namespace fairlead::cli
