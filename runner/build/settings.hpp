// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "executors/executor.hpp"
#include "model/words.hpp"

namespace fairlead::runner {

class SourceProvider;

// What a job needs to know of its runner: one `[[runners]]` entry of the
// configuration, or what `exec` makes up. A plain value; a Build keeps its own
// copy, so a reload never changes a job under way. Names in brackets are the
// keys of config.toml.
struct RunnerSettings {
  // First line of the log: "Running with <program> <version> (<revision>)";
  // without a revision there are no parentheses.
  std::string program = "fairlead";
  std::string version;
  std::string revision;
  // Second line: "  on <name> <short_token>, system ID: <system_id>".
  std::string name;
  std::string short_token;
  std::string system_id;
  std::int64_t runner_id = 0;  // CI_RUNNER_ID is the server's; this is for our own log

  std::filesystem::path builds_dir;  // absolute [builds_dir]
  std::filesystem::path cache_dir;   // absolute [cache_dir]; empty: caches are off
  // Which of the runner's concurrent jobs this is; part of the project path.
  int concurrent_id = 0;
  int concurrent_project_id = 0;
  // Set: the job uses exactly this directory (`exec`). Unset: the path is made
  // from builds_dir, short token and project path as gitlab-runner makes it.
  std::optional<std::filesystem::path> project_dir;
  // Set: file variables and GITLAB_ENV lie here. Unset: "<project_dir>.tmp".
  std::optional<std::filesystem::path> temp_dir;
  bool custom_build_dir = false;  // GIT_CLONE_PATH is allowed [custom_build_dir.enabled]

  model::Variables environment;  // [environment]
  std::string pre_get_sources_script;
  std::string post_get_sources_script;
  std::string pre_build_script;
  std::string post_build_script;
  std::string clone_url;              // replaces scheme and host of the repository's URL [clone_url]
  bool clean_git_config = true;       // drop .git/config and hooks left by former jobs [clean_git_config]
  bool debug_trace_disabled = false;  // CI_DEBUG_TRACE is ignored [debug_trace_disabled]

  std::uint64_t output_limit_bytes = std::uint64_t{4096} * 1024;  // [output_limit] is in KiB
  bool timestamps = false;  // stamp each line of the log (FF_TIMESTAMPS)

  std::optional<executors::ShellKind> shell;  // [shell]; unset: the executor's default
  bool login_shell = true;                    // `bash -l`, as gitlab-runner; exec says false

  // Between TERM and KILL when a stage is cancelled or too late.
  Duration graceful_kill = std::chrono::minutes(10);
  // How long an aborted or timed-out job may take to unwind before it is given up.
  Duration unwind_limit = std::chrono::minutes(5);
  // Pause between two PATCHes of the log until the coordinator's
  // X-GitLab-Trace-Update-Interval says otherwise.
  Duration trace_interval = std::chrono::seconds(3);
  Duration keep_alive_interval = std::chrono::seconds(30);
  int final_update_tries = 10;  // [job_status_final_update_retry_limit]
  // A log that outgrows memory is spooled here; empty: it stays in memory.
  std::filesystem::path spool_dir;

  // Say in the log that the executor ignores `image` and `services`. False: who
  // starts the job has said so.
  bool warn_of_ignored_image = true;

  // Where the sources come from, when not from Git. Outlives the Build.
  std::shared_ptr<SourceProvider> sources;
};

}  // namespace fairlead::runner
