// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "executors/executor.hpp"

namespace fairlead::executors {

struct ShellOptions {
  // The supervisor's binary. Empty: $FAIRLEAD_AGENT, else `fairlead-agent`
  // beside the running executable.
  std::filesystem::path agent;
  // stdout and stderr as two pipes: frames then tell which is which, but the
  // order between the two is only roughly kept. Shared, the order is exact
  // and all frames are LogStream::out.
  bool separate_streams = false;
  Clock* clock = &system_clock();
};

// Jobs as plain processes of this machine and user: see README.md.
std::unique_ptr<ExecutorProvider> make_shell_provider(ShellOptions options = {});

}  // namespace fairlead::executors
