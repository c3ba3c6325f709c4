// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "executors/executor.hpp"
#include "proto/api/job_payload.hpp"
#include "runner/build/settings.hpp"

namespace fairlead::runner {

// Where a job's files lie. Pure.
struct JobPaths {
  std::filesystem::path builds_dir;
  std::filesystem::path project_dir;
  std::filesystem::path temp_dir;   // "<project>.tmp"
  std::filesystem::path cache_dir;  // of this project; empty: no caches
};

// The paths before GIT_CLONE_PATH is looked at: shared machines get a folder
// per runner and concurrent job, containers just "<builds>/<group>/<project>".
Result<JobPaths> default_paths(const proto::JobPayload& job, const RunnerSettings& settings,
                               const executors::ExecutorFeatures& features);

// Moves the project to GIT_CLONE_PATH (already expanded), which must be
// allowed and lie below the builds directory.
Result<JobPaths> with_clone_path(JobPaths paths, const std::string& clone_path,
                                 const RunnerSettings& settings);

}  // namespace fairlead::runner
