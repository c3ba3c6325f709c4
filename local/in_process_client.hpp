// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string_view>

#include "runner/coordinator/coordinator_client.hpp"
#include "server/core/coordinator.hpp"
#include "server/core/facts.hpp"

namespace fairlead::local {

// The runner's view of a coordinator in the same process: each call becomes a
// call of server::Coordinator, with the answers that the HTTP API would give.
// The coordinator outlives this. Used on one thread.
//
// Where the coordinator cannot keep a log (the disk is full), the job goes on:
// from then on its bytes go to `unkept`, the first time with the reason, so
// that whoever watches still sees them.
class InProcessClient final : public runner::CoordinatorClient {
 public:
  using Unkept = std::function<void(server::JobId job, std::string_view bytes, const Error* reason)>;

  // `trace_interval`: how often a runner should look for new log bytes.
  InProcessClient(server::Coordinator& coordinator, server::RunnerFacts runner, Duration trace_interval,
                  Unkept unkept)
      : coordinator_(coordinator),
        runner_(std::move(runner)),
        interval_(trace_interval),
        unkept_(std::move(unkept)) {}

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
  Unkept unkept_;
  std::set<server::JobId> lost_;  // jobs whose log is not kept any more
};

}  // namespace fairlead::local
