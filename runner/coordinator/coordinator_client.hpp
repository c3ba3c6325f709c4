// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "executors/executor.hpp"
#include "model/words.hpp"
#include "proto/api/job_payload.hpp"

namespace fairlead::runner {

// What identifies one job to the coordinator.
struct JobKey {
  std::int64_t id = 0;
  SecretString token;
};

struct JobRequest {
  std::string system_id;
  std::string executor;
  std::string shell;
  executors::ExecutorFeatures features;
};

// The coordinator's wish, from the Job-Status header.
enum class JobWish { go_on, cancel_gracefully /* canceling */, abort /* canceled, failed, 403 */ };

struct JobUpdate {
  bool final = false;    // false: state running (start or keep-alive)
  bool success = false;  // final only
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  std::uint32_t checksum = 0;  // CRC-32 of the trace so far
  std::uint64_t bytesize = 0;
};
struct UpdateReply {
  enum class Verdict {
    accepted /* 200 */,
    not_yet /* 202: ask again */,
    resend_trace /* 412 */,
    abort /* 403, 404 */
  };
  Verdict verdict = Verdict::accepted;
  JobWish wish = JobWish::go_on;
  std::optional<Duration> interval;  // X-GitLab-Trace-Update-Interval
};

struct TraceReply {
  enum class Verdict {
    accepted /* 202 */,
    range_mismatch /* 416 */,
    not_found /* 404: survivable */,
    abort /* 403 */
  };
  Verdict verdict = Verdict::accepted;
  std::uint64_t size = 0;  // total bytes that the server has (accepted, range_mismatch)
  JobWish wish = JobWish::go_on;
  std::optional<Duration> interval;
};

struct ArtifactUpload {
  std::filesystem::path file;
  std::string filename;  // "artifacts.zip"
  std::string artifact_type;
  std::string artifact_format;
  std::string expire_in;
};
enum class ArtifactVerdict {
  done,
  too_large /* 413 */,
  forbidden /* 401, 403 */,
  not_found /* 404 */,
  refused /* 400 */
};

// The coordinator as the runner sees it: GitLab, our server over HTTP, or the
// one in this process (local). Transport errors come as Error (unavailable:
// worth another try); everything the coordinator *says* is in the reply.
// Called on job strands; implementations are thread-safe.
class CoordinatorClient {
 public:
  virtual ~CoordinatorClient() = default;
  // Waits (long poll) until there is a job, nothing for now (nullopt), or cancel.
  virtual Task<Result<std::optional<proto::JobPayload>>> request_job(const JobRequest& request,
                                                                     CancelToken cancel) = 0;
  virtual Task<Result<UpdateReply>> update_job(const JobKey& job, const JobUpdate& update) = 0;
  // `offset`: where `bytes` start in the trace.
  virtual Task<Result<TraceReply>> patch_trace(const JobKey& job, std::uint64_t offset,
                                               std::string_view bytes, bool debug_trace) = 0;
  virtual Task<Result<ArtifactVerdict>> upload_artifact(const JobKey& job, const ArtifactUpload& upload) = 0;
  // Writes the archive of a dependency to `to` (replaced atomically).
  virtual Task<Result<ArtifactVerdict>> download_artifact(const proto::JobDependency& dependency,
                                                          const std::filesystem::path& to) = 0;
};

}  // namespace fairlead::runner
