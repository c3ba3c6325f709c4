// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runner/build/settings.hpp"
#include "runner/config/config.hpp"

namespace fairlead::runner {

// What the process knows and the file does not.
struct SettingsContext {
  std::string program = "fairlead";
  std::string version;
  std::string revision;
  std::string system_id;
  std::filesystem::path working_directory;  // absolute; relative paths of the file are below it
};

// One [[runners]] element as the settings that its jobs get. The concurrent
// ids and paths of one job are the caller's to set. Errors: the executor or
// shell does not exist in this version.
Result<RunnerSettings> to_settings(const RunnerConfig& runner, const SettingsContext& context);

// A feature flag of [runners.feature_flags], or what it is without the file.
bool feature_flag(const RunnerConfig& runner, std::string_view name, bool otherwise);

}  // namespace fairlead::runner
