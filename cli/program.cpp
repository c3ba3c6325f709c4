// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <fmt/core.h>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/runner/names.hpp"
#include "cli/start_runner.hpp"
#include "cli/version.hpp"
#include "parser/diagnostic.hpp"

namespace fairlead::cli {
namespace {

constexpr std::array kCommands = {
    Command{"exec", "run the working tree's pipeline on this machine", run_exec},
    Command{"lint", "check a .gitlab-ci.yml and show every problem with its place", run_lint},
    Command{"explain", "say why a job is in the pipeline, and where its keywords come from", run_explain},
};

void print_help() {
  fmt::print(
      "Fairlead {} runs GitLab CI pipelines anywhere.\n\n"
      "Usage: fairlead COMMAND [OPTIONS]\n\n"
      "Commands:\n",
      kVersion);
  for (const Command& command : kCommands) fmt::print("  {:<12} {}\n", command.name, command.summary);
  for (const RunnerCommandName& command : kRunnerCommandNames)
    fmt::print("  {:<12} {}\n", command.name, command.summary);
  fmt::print(
      "\nOptions:\n"
      "  --help     this text; `fairlead COMMAND --help` for one command\n"
      "  --version  the version\n\n"
      "Exit codes: 0 success, 1 pipeline failed, 2 wrong usage, 3 invalid configuration, 130 interrupted.\n");
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_program(int argc, const char* const* argv) {
  if (argc > 0 && is_old_name(called_name(argv[0]))) return start_runner(argv);
  if (argc < 2) {
    print_help();
    return kUsage;
  }
  const std::string_view word = argv[1];
  if (is_runner_command(word)) return start_runner(argv);
  if (word == "--help" || word == "-h" || word == "help") {
    print_help();
    return kSuccess;
  }
  if (word == "--version" || word == "-V" || word == "version") {
    fmt::print("fairlead {}\n", kVersion);
    return kSuccess;
  }
  for (const Command& command : kCommands)
    if (command.name == word) return command.run(argc - 1, argv + 1);

  // `fairlead --debug register`: only the runner's commands have flags before them.
  if (word.starts_with('-')) return start_runner(argv);

  std::vector<std::string> names;
  for (const Command& command : kCommands) names.emplace_back(command.name);
  for (const RunnerCommandName& command : kRunnerCommandNames) names.emplace_back(command.name);
  const std::string_view near = parser::nearest(word, names);
  fmt::print(stderr, "fairlead: there is no command \"{}\"{}; `fairlead --help` lists them\n", word,
             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  return kUsage;
}

}  // namespace fairlead::cli
