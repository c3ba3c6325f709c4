// SPDX-License-Identifier: Apache-2.0
#include "runner/script/stages.hpp"

namespace fairlead::runner {

std::string_view to_string(BuildStage stage) {
  switch (stage) {
    case BuildStage::resolve_secrets:
      return "resolve_secrets";
    case BuildStage::prepare_executor:
      return "prepare_executor";
    case BuildStage::prepare_script:
      return "prepare_script";
    case BuildStage::get_sources:
      return "get_sources";
    case BuildStage::clear_worktree:
      return "clear_worktree";
    case BuildStage::restore_cache:
      return "restore_cache";
    case BuildStage::download_artifacts:
      return "download_artifacts";
    case BuildStage::step_script:
      return "step_script";
    case BuildStage::after_script:
      return "after_script";
    case BuildStage::archive_cache:
      return "archive_cache";
    case BuildStage::archive_cache_on_failure:
      return "archive_cache_on_failure";
    case BuildStage::upload_artifacts_on_success:
      return "upload_artifacts_on_success";
    case BuildStage::upload_artifacts_on_failure:
      return "upload_artifacts_on_failure";
    case BuildStage::cleanup_file_variables:
      return "cleanup_file_variables";
  }
  return "unknown";
}

}  // namespace fairlead::runner
