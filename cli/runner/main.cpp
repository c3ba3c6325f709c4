// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "cli/exit_codes.hpp"
#include "cli/runner/commands.hpp"

int main(int argc, char** argv) {
  try {
    return fairlead::cli::run_runner_program(argc, argv);
  } catch (const std::exception& e) {
    // Errors travel as Result; what arrives here is a mistake of ours.
    std::fprintf(stderr, "fairlead: internal error: %s\n", e.what());
    return fairlead::cli::kFailed;
  }
}
