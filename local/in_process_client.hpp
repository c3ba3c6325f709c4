// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runner/coordinator/coordinator_client.hpp"
#include "server/core/coordinator.hpp"
#include "server/core/facts.hpp"

namespace fairlead::local {

// The runner's view of a coordinator in the same process: each call becomes a
// call of server::Coordinator, with the answers that the HTTP API would give.
// The coordinator outlives this. As thread-safe as the coordinator is.
class InProcessClient final : public runner::CoordinatorClient {
 public:
  // `trace_interval`: how often a runner should look for new log bytes.
  InProcessClient(server::Coordinator& coordinator, server::RunnerFacts runner, Duration trace_interval)
      : coordinator_(coordinator), runner_(std::move(runner)), interval_(trace_interval) {}

  Task<Result<std::optional<proto::JobPayload>>> request_job(const runner::JobRequest& request,
                                                             CancelToken cancel) override;
  Task<Result<runner::UpdateReply>> update_job(const runner::JobKey& job,
                                               const runner::JobUpdate& update) override;
  Task<Result<runner::TraceReply>> patch_trace(const runner::JobKey& job, std::uint64_t offset,
                                               std::string_view bytes, bool debug_trace) override;
  Task<Result<runner::ArtifactVerdict>> upload_artifact(const runner::JobKey& job,
                                                        const runner::ArtifactUpload& upload) override;
  Task<Result<runner::ArtifactVerdict>> download_artifact(const proto::JobDependency& dependency,
                                                          const std::filesystem::path& to) override;

 private:
  server::Coordinator& coordinator_;
  server::RunnerFacts runner_;
  Duration interval_;
};

}  // namespace fairlead::local
