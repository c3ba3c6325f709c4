// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fairlead::runner {

// The stages of a job, in order. Names are also the trace's section names
// (gitlab-runner common/build.go).
enum class BuildStage {
  resolve_secrets,
  prepare_executor,
  prepare_script,
  get_sources,
  clear_worktree,
  restore_cache,
  download_artifacts,
  step_script,
  after_script,
  archive_cache,
  archive_cache_on_failure,
  upload_artifacts_on_success,
  upload_artifacts_on_failure,
  cleanup_file_variables,
};

std::string_view to_string(BuildStage stage);

}  // namespace fairlead::runner
