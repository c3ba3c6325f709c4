// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"

int main(int argc, char** argv) {
  try {
    fairlead::cli::hold_standard_descriptors();
    return fairlead::cli::flush_stdout(fairlead::cli::run_program(argc, argv));
  } catch (const std::exception& e) {
    // Errors travel as Result; what arrives here is a mistake of ours.
    std::fprintf(stderr, "fairlead: internal error: %s\n", e.what());
    return fairlead::cli::kFailed;
  }
}
