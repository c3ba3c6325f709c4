// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/async.hpp"
#include "base/result.hpp"
#include "proto/api/job_payload.hpp"
#include "runner/artifacts/job_files.hpp"
#include "runner/coordinator/coordinator_client.hpp"

namespace fairlead::runner {

// Whether the upload stage for this outcome has anything to do at all. A stage
// with nothing to do costs nothing and has no section in the log.
bool has_artifacts_to_upload(std::span<const proto::JobArtifact> artifacts, bool job_succeeded);
bool has_artifacts_to_download(std::span<const proto::JobDependency> dependencies);

// The upload stage: for each entry whose `when` fits the outcome, collects,
// archives and uploads, with gitlab-runner's lines in the log. Names and
// patterns must be expanded already. No matching file is not an error; a
// refused or failed upload is, and its message is the job's reason (the
// stages' rule: it fails a good job).
Task<Result<void>> upload_artifacts(JobFiles& files, CoordinatorClient& coordinator, const JobKey& job,
                                    std::span<const proto::JobArtifact> artifacts, bool job_succeeded);

// The download stage: fetches and extracts the archive of each dependency that
// has one, in order. An error names the dependency and fails the job.
Task<Result<void>> download_artifacts(JobFiles& files, CoordinatorClient& coordinator,
                                      std::span<const proto::JobDependency> dependencies);

}  // namespace fairlead::runner
