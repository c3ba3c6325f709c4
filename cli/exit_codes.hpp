// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fairlead::cli {

// What every command answers to the shell. Documented in docs/exec.md: scripts
// of users depend on them.
enum ExitCode : int {
  kSuccess = 0,        // also: gates not played, or the pipeline waits at one
  kFailed = 1,         // the pipeline failed, or we could not run it
  kUsage = 2,          // wrong flags, or names that do not exist
  kInvalidConfig = 3,  // the .gitlab-ci.yml has errors
  kInterrupted = 130,  // Ctrl-C
};

}  // namespace fairlead::cli
