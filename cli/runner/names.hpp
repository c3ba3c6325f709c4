// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

// What both programs must know of each other; header-only, so that `fairlead`
// links nothing of the runner.
namespace fairlead::cli {

inline constexpr std::string_view kRunnerProgram = "fairlead-runner";

struct RunnerCommandName {
  std::string_view name;
  std::string_view summary;
};

inline constexpr std::array kRunnerCommandNames = {
    RunnerCommandName{"register", "register a runner with a GitLab server"},
    RunnerCommandName{"unregister", "take a runner off its server and out of config.toml"},
    RunnerCommandName{"verify", "ask the server whether it knows the runners"},
    RunnerCommandName{"list", "list the runners of config.toml"},
    RunnerCommandName{"reset-token", "exchange a runner's authentication token for a new one"},
    RunnerCommandName{"config", "config check: explain config.toml and show its problems"},
};

// The last part of argv[0].
constexpr std::string_view called_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

constexpr bool is_old_name(std::string_view name) {
  return name == "gitlab-runner" || name == "gitlab-ci-multi-runner";
}

constexpr bool is_runner_command(std::string_view word) {
  return std::any_of(kRunnerCommandNames.begin(), kRunnerCommandNames.end(),
                     [&](const RunnerCommandName& command) { return command.name == word; });
}

}  // namespace fairlead::cli
