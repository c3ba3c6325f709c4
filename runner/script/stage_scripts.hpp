// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "executors/executor.hpp"
#include "proto/api/job_payload.hpp"
#include "runner/script/job_variables.hpp"
#include "runner/script/stages.hpp"

namespace fairlead::runner {

// All that the texts of a job's stages depend on. Refers to the job and its
// variables, which outlive it.
struct ScriptContext {
  const proto::JobPayload& job;
  const JobVariables& variables;
  executors::ShellKind shell = executors::ShellKind::bash;
  bool login = false;
  std::filesystem::path project_dir;
  std::filesystem::path temp_dir;
  bool xtrace = false;
  std::string user_agent = "fairlead";  // of Git's HTTP requests
  std::string clone_url;
  bool clean_git_config = true;
  std::string pre_get_sources_script;
  std::string post_get_sources_script;
  std::string pre_build_script;
  std::string post_build_script;
};

// The script of a stage, or nothing when there is nothing to do: then no
// process is started for it. An Error is a variable that makes no sense
// (GIT_STRATEGY and the like), worded for the job's log.
using ScriptResult = Result<std::optional<executors::StageScript>>;

// "Running on <host>..." from within the job's environment. In process for
// executors with local files.
ScriptResult prepare_script(const ScriptContext& context);
// Sources by Git: GIT_STRATEGY fetch, clone, none or empty, checkout, clean,
// LFS, submodules, with the hooks before and after.
ScriptResult get_sources_script(const ScriptContext& context);
// Only a hook of get_sources ("pre_get_sources_script", "post_get_sources_script"),
// for sources that come another way.
ScriptResult source_hook_script(const ScriptContext& context, std::string_view hook);
// Deletes the working tree but not .git, before get_sources is tried again.
ScriptResult clear_worktree_script(const ScriptContext& context);
// One step of the job ("script", "release"), between pre_ and post_build_script.
ScriptResult step_script(const ScriptContext& context, const proto::JobStep& step);
ScriptResult after_script(const ScriptContext& context);
ScriptResult cleanup_file_variables_script(const ScriptContext& context);

// "step_script" for the step "script".
std::string step_section(std::string_view step_name);

}  // namespace fairlead::runner
