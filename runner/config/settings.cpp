// SPDX-License-Identifier: Apache-2.0
#include "runner/config/settings.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "runner/config/config_keys.hpp"
#include "runner/config/token_words.hpp"

namespace fairlead::runner {
namespace {

constexpr std::int64_t kKibibyte = 1024;

std::filesystem::path absolute(const std::string& given, const char* otherwise,
                               const SettingsContext& context) {
  const std::filesystem::path path =
      given.empty() ? std::filesystem::path(otherwise) : std::filesystem::path(given);
  return (context.working_directory / path).lexically_normal();
}

}  // namespace

bool feature_flag(const RunnerConfig& runner, std::string_view name, bool otherwise) {
  const auto found = runner.feature_flags.find(std::string(name));
  return found == runner.feature_flags.end() ? otherwise : found->second;
}

Result<RunnerSettings> to_settings(const RunnerConfig& runner, const SettingsContext& context) {
  if (!executor_exists(runner.executor))
    return make_error(ErrorCode::unsupported,
                      fmt::format("the executor \"{}\" is not there yet", runner.executor));
  RunnerSettings settings;
  settings.program = context.program;
  settings.version = context.version;
  settings.revision = context.revision;
  settings.system_id = context.system_id;
  settings.name = runner.name;
  settings.short_token = shown_token(runner.token.reveal());
  settings.runner_id = runner.id;
  settings.builds_dir = absolute(runner.builds_dir, "builds", context);
  settings.cache_dir = absolute(runner.cache_dir, "cache", context);
  settings.custom_build_dir = runner.custom_build_dir.enabled.value_or(false);
  for (const std::string& entry : runner.environment) {
    model::Variable variable;
    const std::size_t equals = entry.find('=');
    variable.key = entry.substr(0, equals);
    if (equals != std::string::npos) variable.value = entry.substr(equals + 1);
    settings.environment.push_back(std::move(variable));
  }
  settings.pre_get_sources_script = runner.pre_get_sources_script;
  settings.post_get_sources_script = runner.post_get_sources_script;
  settings.pre_build_script = runner.pre_build_script;
  settings.post_build_script = runner.post_build_script;
  settings.clone_url = runner.clone_url;
  if (runner.clean_git_config) settings.clean_git_config = *runner.clean_git_config;
  settings.debug_trace_disabled = runner.debug_trace_disabled;
  settings.output_limit_bytes = static_cast<std::uint64_t>(
      std::min(runner.output_limit, std::numeric_limits<std::int64_t>::max() / kKibibyte) * kKibibyte);
  settings.timestamps = feature_flag(runner, "FF_TIMESTAMPS", true);
  if (runner.shell == "sh")
    settings.shell = executors::ShellKind::sh;
  else if (runner.shell == "bash")
    settings.shell = executors::ShellKind::bash;
  else if (!runner.shell.empty())
    return make_error(ErrorCode::unsupported, fmt::format("the shell \"{}\" is not there yet", runner.shell));
  settings.final_update_tries = static_cast<int>(
      std::min<std::int64_t>(runner.job_status_final_update_retry_limit, std::numeric_limits<int>::max()));
  return settings;
}

}  // namespace fairlead::runner
