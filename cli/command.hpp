// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace fairlead::cli {

// One sub-command. Each lives in a file of its own, which also parses its own
// flags, so that starting one command costs nothing for the others.
struct Command {
  std::string_view name;
  std::string_view summary;  // one line, for `fairlead --help`
  // `argv[0]` is the command's name. Returns an ExitCode.
  int (*run)(int argc, const char* const* argv);
};

int run_exec(int argc, const char* const* argv);
int run_lint(int argc, const char* const* argv);
int run_explain(int argc, const char* const* argv);

// All sub-commands in the order in which help shows them.
std::span<const Command> commands();

// The whole program but for `main` itself.
int run_program(int argc, const char* const* argv);

}  // namespace fairlead::cli
