// SPDX-License-Identifier: Apache-2.0
#include "cli/start_runner.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/core.h>

#include "cli/exit_codes.hpp"
#include "cli/runner/names.hpp"

namespace fairlead::cli {

int start_runner(const char* const* argv) {
  std::filesystem::path program;
  if (const char* given = std::getenv("FAIRLEAD_RUNNER_PROGRAM"); given != nullptr && *given != '\0') {
    program = given;
  } else {
    std::error_code failed;
    program = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / kRunnerProgram;
  }
  // execv promises to leave the words as they are.
  ::execv(program.c_str(), const_cast<char* const*>(argv));
  fmt::print(stderr,
             "fairlead: cannot start {}: {}; it belongs beside this program, or name it in "
             "$FAIRLEAD_RUNNER_PROGRAM\n",
             program.string(), std::strerror(errno));
  return kFailed;
}

}  // namespace fairlead::cli
