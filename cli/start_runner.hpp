// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fairlead::cli {

// Replaces this process by `fairlead-runner` with the same words (also the
// name that we were called by). It lies beside this program, or where
// $FAIRLEAD_RUNNER_PROGRAM says. Returns only when it cannot be started: an
// ExitCode, said on stderr.
int start_runner(const char* const* argv);

}  // namespace fairlead::cli
