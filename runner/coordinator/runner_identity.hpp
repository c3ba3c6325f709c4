// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairlead::runner {

// What names this machine to the server, kept in `.runner_system_id` beside
// config.toml: "s_" and 12 hex digits made from the machine's id, or "r_" and
// 12 random characters where there is none. A valid file is used as it is; any
// other content is replaced.
struct MachineIdFiles {
  std::filesystem::path first = "/var/lib/dbus/machine-id";
  std::filesystem::path second = "/etc/machine-id";
};
Result<std::string> load_system_id(const std::filesystem::path& config_dir,
                                   const MachineIdFiles& machine = {});

// The part of a runner's token that may be shown: without its prefix (glrt-,
// glrt-tN_, glrtr-, glcbt-, GR and 7 hex digits), the first 9 characters.
std::string short_token(std::string_view token);

// Made on the server (glrt-, glcbt-): it is only verified, never registered.
bool is_runner_token(std::string_view token);

}  // namespace fairlead::runner
