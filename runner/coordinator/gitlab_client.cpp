// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/gitlab_client.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/log.hpp"
#include "runner/coordinator/answer_headers.hpp"
#include "runner/coordinator/artifact_transfer.hpp"

namespace fairlead::runner {
namespace {

constexpr std::size_t kMaxJobBytes = std::size_t{32} << 20;

// What the server's enum has no word for.
model::FailureReason known_reason(model::FailureReason reason) {
  if (reason == model::FailureReason::image_pull_failure) return model::FailureReason::runner_system_failure;
  if (reason == model::FailureReason::job_canceled) return model::FailureReason::unknown_failure;
  return reason;
}

HttpHeader job_token(const SecretString& token) { return {"JOB-TOKEN", token.reveal()}; }

std::vector<HttpHeader> json_headers(HttpHeader token) {
  return {std::move(token), {"Content-Type", "application/json"}, {"Accept", "application/json"}};
}

}  // namespace

struct GitLabClient::State {
  struct Known {
    proto::RunnerInfo info;
    std::string last_update;  // of this url and token
    // Dependencies whose direct download failed: id and target file.
    std::set<std::pair<std::int64_t, std::string>> not_direct;
  };
  Sync<Known> known;
};

proto::RunnerFeatures honoured_features(const executors::ExecutorFeatures& executor) {
  proto::RunnerFeatures out;
  // What build, script, trace, artifacts and cache do with every executor.
  out.artifacts = true;
  out.upload_multiple_artifacts = true;
  out.upload_raw_artifacts = true;
  out.artifacts_exclude = true;
  out.cache = true;
  out.fallback_cache_keys = true;
  out.refspecs = true;
  out.masking = true;
  out.raw_variables = true;
  out.multi_build_steps = true;
  out.return_exit_code = true;
  out.trace_reset = true;
  out.trace_checksum = true;
  out.trace_size = true;
  out.cancelable = true;
  out.cancel_gracefully = true;
  out.two_phase_job_commit = true;
  // What depends on it.
  out.variables = executor.variables;
  out.image = executor.image;
  out.services = executor.services;
  out.shared = executor.shared;
  out.session = executor.session;
  out.terminal = executor.terminal;
  out.service_variables = executor.services;
  out.service_multiple_aliases = executor.services;
  // False until something here honours them: proxy, vault_secrets, job_inputs,
  // image_executor_opts, service_executor_opts, native_steps_integration.
  return out;
}

GitLabClient::GitLabClient(GitLabClientOptions options, ApiConnection api)
    : options_(std::move(options)), api_(std::move(api)), state_(std::make_unique<State>()) {
  state_->known.lock()->info = options_.info;
}

GitLabClient::~GitLabClient() = default;

Result<std::unique_ptr<GitLabClient>> GitLabClient::create(GitLabClientOptions options,
                                                           std::shared_ptr<HttpClient> http, Clock& clock) {
  auto api = ApiConnection::create(options.url, std::move(http), clock, options.closing);
  if (!api.ok()) return std::move(api.error());
  return std::unique_ptr<GitLabClient>(new GitLabClient(std::move(options), std::move(*api)));
}

// An answer without the header (Workhorse's 204) leaves the old value.
void GitLabClient::heard(const HttpResponse& answer) {
  const auto value = answer.header("X-GitLab-Last-Update");
  if (value && !value->empty() && value->size() <= 1000) state_->known.lock()->last_update = *value;
}

Task<Result<std::optional<proto::JobPayload>>> GitLabClient::request_job(const JobRequest& request,
                                                                         CancelToken cancel) {
  proto::JobRequestMessage message;
  {
    auto known = state_->known.lock();
    known->info.executor = request.executor;
    known->info.shell = request.shell;
    known->info.features = honoured_features(request.features);
    message.info = known->info;
    message.last_update = known->last_update;
  }
  message.token = options_.token;
  message.system_id = request.system_id;
  ApiCall call;
  call.method = "POST";
  call.path = "jobs/request";
  call.headers = json_headers({"RUNNER-TOKEN", options_.token.reveal()});
  call.body = proto::encode(message);
  call.max_body = kMaxJobBytes;
  auto answer = co_await api_.send(std::move(call), std::move(cancel));
  if (!answer.ok()) co_return answer.error();
  heard(*answer);
  constexpr std::string_view kWhat = "asking for a job";
  switch (answer->status) {
    case 201: {
      FAIRLEAD_CO_TRY(expect_json(kWhat, *answer));
      auto job = proto::decode_job_payload(answer->body);
      if (!job.ok()) co_return std::move(job).context(std::string(kWhat)).error();
      co_return std::optional<proto::JobPayload>(std::move(*job));
    }
    case 204:
    case 409:
      co_return std::optional<proto::JobPayload>();
    case 403:
      co_return refusal(kWhat, *answer);
    default: {
      Error error = refusal(kWhat, *answer);
      error.code = ErrorCode::unavailable;  // only 403 speaks against this runner
      co_return error;
    }
  }
}

Task<Result<UpdateReply>> GitLabClient::update_job(const JobKey& job, const JobUpdate& update) {
  proto::JobUpdateMessage message;
  message.token = job.token;
  message.info = state_->known.lock()->info;
  if (update.final || update.bytesize > 0) {
    message.checksum = fmt::format("crc32:{:08x}", update.checksum);
    message.bytesize = update.bytesize;
  }
  if (update.final) {
    message.state = update.success ? proto::JobState::success : proto::JobState::failed;
    if (!update.success && update.failure_reason)
      message.failure_reason = known_reason(*update.failure_reason);
    message.exit_code = update.exit_code;
  }
  ApiCall call;
  call.method = "PUT";
  call.path = fmt::format("jobs/{}", job.id);
  call.headers = json_headers(job_token(job.token));
  call.body = proto::encode(message);
  auto answer = co_await api_.send(std::move(call));
  if (!answer.ok()) co_return answer.error();
  heard(*answer);
  UpdateReply reply;
  reply.wish = job_wish(*answer);
  reply.interval = trace_interval(*answer);
  using Verdict = UpdateReply::Verdict;
  switch (answer->status) {
    case 200:
      reply.verdict = Verdict::accepted;
      co_return reply;
    case 202:
      reply.verdict = update.final ? Verdict::not_yet : Verdict::accepted;
      co_return reply;
    case 412:
      reply.verdict = update.final ? Verdict::resend_trace : Verdict::accepted;
      co_return reply;
    case 403:
    case 404:
    case 409:  // two-phase: the job has gone to somebody else, or was never ours
      reply.verdict = Verdict::abort;
      reply.wish = JobWish::abort;
      Logger().for_job(job.id).warning("the coordinator has dropped the job",
                                       {{"error", refusal("updating the job", *answer)}});
      co_return reply;
    default:
      co_return refusal(fmt::format("updating job {}", job.id), *answer);
  }
}

Task<Result<TraceReply>> GitLabClient::patch_trace(const JobKey& job, std::uint64_t offset,
                                                   std::string_view bytes, bool debug_trace) {
  TraceReply reply;
  reply.size = offset;
  if (bytes.empty()) co_return reply;  // an empty range has no spelling
  const std::uint64_t end = offset + bytes.size();
  ApiCall call;
  call.method = "PATCH";
  call.path = fmt::format("jobs/{}/trace?debug_trace={}", job.id, debug_trace);
  // The end of the range is the last byte, not the one behind it.
  call.headers = {job_token(job.token),
                  {"Content-Type", "text/plain"},
                  {"Content-Range", fmt::format("{}-{}", offset, end - 1)}};
  call.body = std::string(bytes);
  auto answer = co_await api_.send(std::move(call));
  if (!answer.ok()) co_return answer.error();
  reply.wish = job_wish(*answer);
  reply.interval = trace_interval(*answer);
  using Verdict = TraceReply::Verdict;
  switch (answer->status) {
    case 200:
    case 202:
      reply.verdict = Verdict::accepted;
      reply.size = trace_size(*answer).value_or(end);
      // It took less than we sent: continue where it stands, or there is a hole.
      if (reply.size < end) reply.verdict = Verdict::range_mismatch;
      co_return reply;
    case 416:
      reply.verdict = Verdict::range_mismatch;
      reply.size = trace_size(*answer).value_or(0);
      co_return reply;
    case 404:
      reply.verdict = Verdict::not_found;
      co_return reply;
    case 403:
      reply.verdict = Verdict::abort;
      reply.wish = JobWish::abort;
      Logger().for_job(job.id).warning("the coordinator takes no more of the log",
                                       {{"error", refusal("sending the log", *answer)}});
      co_return reply;
    default:
      co_return refusal(fmt::format("sending the log of job {}", job.id), *answer);
  }
}

Task<Result<ArtifactVerdict>> GitLabClient::upload_artifact(const JobKey& job, const ArtifactUpload& upload) {
  auto call = artifact_upload_call(job, upload);
  if (!call.ok()) co_return std::move(call.error());
  call->header_timeout = options_.artifact_header_timeout;
  call->total_timeout = options_.artifact_upload_timeout;
  auto answer = co_await api_.send(std::move(*call));
  if (!answer.ok()) co_return answer.error();
  co_return upload_verdict(*answer);
}

Task<Result<ArtifactVerdict>> GitLabClient::download_artifact(const proto::JobDependency& dependency,
                                                              const std::filesystem::path& to) {
  constexpr std::size_t kMaxRemembered = 10'000;
  const std::pair<std::int64_t, std::string> key(dependency.id, to.string());
  const bool direct = !state_->known.lock()->not_direct.contains(key);
  auto file = ReceivedFile::create(to);
  if (!file.ok()) co_return std::move(file.error());
  ApiCall call;
  call.path = fmt::format("jobs/{}/artifacts{}", dependency.id, direct ? "?direct_download=true" : "");
  call.headers = {job_token(dependency.token)};
  call.redirects = ApiCall::Redirects::any_host;
  call.on_body = [&file](std::string_view bytes) { return file->write(bytes); };
  auto answer = co_await api_.send(std::move(call));
  Result<ArtifactVerdict> verdict = answer.ok() ? download_verdict(*answer) : std::move(answer.error());
  if (verdict.ok() && *verdict == ArtifactVerdict::done)
    if (auto kept = file->keep(); !kept.ok()) verdict = std::move(kept.error());
  auto known = state_->known.lock();
  if (verdict.ok()) {
    known->not_direct.erase(key);
  } else {
    if (known->not_direct.size() >= kMaxRemembered) known->not_direct.clear();
    known->not_direct.insert(key);
  }
  co_return verdict;
}

}  // namespace fairlead::runner
