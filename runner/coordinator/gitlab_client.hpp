// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/net/http_client.hpp"
#include "base/secret_string.hpp"
#include "base/sync.hpp"
#include "proto/api/runner_messages.hpp"
#include "runner/coordinator/api_connection.hpp"
#include "runner/coordinator/coordinator_client.hpp"

namespace fairlead::runner {

struct GitLabClientOptions {
  std::string url;     // the server's, as in config.toml
  SecretString token;  // the runner's
  // Who we are. Executor, shell and features come from each job request and
  // stand in later updates too.
  proto::RunnerInfo info;
  Duration artifact_upload_timeout = std::chrono::hours(1);     // [artifact.upload_timeout]
  Duration artifact_header_timeout = std::chrono::minutes(10);  // [artifact.response_header_timeout]
  CancelToken closing;  // ends all requests and waits: the process's hard stop
};

// The features that we truly honour with this executor, and no other:
// GitLab gives jobs by them.
proto::RunnerFeatures honoured_features(const executors::ExecutorFeatures& executor);

// One runner's coordinator: GitLab, or what speaks its API. Thread-safe.
//
// request_job: a job; nullopt for 204 and 409 (another runner was faster). Errors:
// permission_denied for 403, the one answer that makes a runner unhealthy; cancelled;
// invalid_argument for a job that cannot be read; all else is unavailable or
// timed_out, and the runner asks again.
// The others: an Error is worth another try. 503 to an upload is unavailable,
// other failures of artifacts have other codes.
class GitLabClient final : public CoordinatorClient {
 public:
  static Result<std::unique_ptr<GitLabClient>> create(GitLabClientOptions options,
                                                      std::shared_ptr<HttpClient> http, Clock& clock);
  ~GitLabClient() override;

  Task<Result<std::optional<proto::JobPayload>>> request_job(const JobRequest& request,
                                                             CancelToken cancel) override;
  Task<Result<UpdateReply>> update_job(const JobKey& job, const JobUpdate& update) override;
  Task<Result<TraceReply>> patch_trace(const JobKey& job, std::uint64_t offset, std::string_view bytes,
                                       bool debug_trace) override;
  Task<Result<ArtifactVerdict>> upload_artifact(const JobKey& job, const ArtifactUpload& upload) override;
  // The first try for a dependency asks for a redirect to the object store; after it
  // has failed, the next go through GitLab.
  Task<Result<ArtifactVerdict>> download_artifact(const proto::JobDependency& dependency,
                                                  const std::filesystem::path& to) override;

 private:
  struct State;
  GitLabClient(GitLabClientOptions options, ApiConnection api);
  void heard(const HttpResponse& answer);

  GitLabClientOptions options_;
  ApiConnection api_;
  std::unique_ptr<State> state_;
};

}  // namespace fairlead::runner
