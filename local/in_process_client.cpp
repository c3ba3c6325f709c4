// SPDX-License-Identifier: Apache-2.0
#include "local/in_process_client.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace fairlead::local {
namespace {

// What the Job-Status header means to a runner.
runner::JobWish wish_of(model::Status status) {
  switch (status) {
    case model::Status::canceling:
      return runner::JobWish::cancel_gracefully;
    case model::Status::canceled:
    case model::Status::failed:
      return runner::JobWish::abort;
    default:
      return runner::JobWish::go_on;
  }
}

}  // namespace

Task<Result<std::optional<proto::JobPayload>>> InProcessClient::request_job(const runner::JobRequest&,
                                                                            CancelToken cancel) {
  co_return co_await coordinator_.claim(runner_, cancel);
}

Task<Result<runner::UpdateReply>> InProcessClient::update_job(const runner::JobKey& job,
                                                              const runner::JobUpdate& update) {
  using Verdict = runner::UpdateReply::Verdict;
  server::JobReport report;
  report.state = !update.final    ? server::JobReport::State::running
                 : update.success ? server::JobReport::State::success
                                  : server::JobReport::State::failed;
  report.failure_reason = update.failure_reason;
  report.exit_code = update.exit_code;
  if (!lost_.contains(job.id)) {
    report.checksum = update.checksum;
    report.bytesize = update.bytesize;
  }
  auto answer = coordinator_.report(job.id, job.token.reveal(), report);
  if (!answer) co_return std::move(answer.error());
  runner::UpdateReply reply;
  reply.interval = interval_;
  reply.wish = wish_of(answer->job);
  switch (answer->verdict) {
    case server::ReportReply::Verdict::accepted:
      reply.verdict = Verdict::accepted;
      break;
    case server::ReportReply::Verdict::resend_trace:
      reply.verdict = Verdict::resend_trace;
      break;
    case server::ReportReply::Verdict::forbidden:
    case server::ReportReply::Verdict::not_found:
      reply.verdict = Verdict::abort;
      break;
  }
  co_return reply;
}

Task<Result<runner::TraceReply>> InProcessClient::patch_trace(const runner::JobKey& job, std::uint64_t offset,
                                                              std::string_view bytes, bool) {
  using Verdict = runner::TraceReply::Verdict;
  runner::TraceReply reply;
  reply.size = offset + bytes.size();
  reply.interval = interval_;
  if (lost_.contains(job.id)) {
    unkept_(job.id, bytes, nullptr);
    const auto view = coordinator_.job(job.id);
    reply.wish = view ? wish_of(view->status) : runner::JobWish::abort;
    co_return reply;
  }
  auto answer = coordinator_.append_trace(job.id, job.token.reveal(), offset, bytes);
  if (!answer) {
    lost_.insert(job.id);
    unkept_(job.id, bytes, &answer.error());
    co_return reply;
  }
  reply.size = answer->size;
  reply.wish = wish_of(answer->job);
  switch (answer->verdict) {
    case server::AppendReply::Verdict::accepted:
      reply.verdict = Verdict::accepted;
      break;
    case server::AppendReply::Verdict::range_mismatch:
      reply.verdict = Verdict::range_mismatch;
      break;
    case server::AppendReply::Verdict::forbidden:
      reply.verdict = Verdict::abort;
      break;
    case server::AppendReply::Verdict::not_found:
      reply.verdict = Verdict::not_found;
      break;
  }
  co_return reply;
}

Task<Result<runner::ArtifactVerdict>> InProcessClient::upload_artifact(const runner::JobKey& job,
                                                                       const runner::ArtifactUpload& upload) {
  server::ArtifactFile file{.file = upload.file,
                            .filename = upload.filename,
                            .type = upload.artifact_type,
                            .format = upload.artifact_format,
                            .expire_in = upload.expire_in,
                            .may_take = true};
  auto answer = coordinator_.store_artifact(job.id, job.token.reveal(), file);
  if (!answer) co_return std::move(answer.error());
  switch (answer->verdict) {
    case server::StoreVerdict::stored:
      co_return runner::ArtifactVerdict::done;
    case server::StoreVerdict::bad:  // with its reason, which a verdict cannot carry
      co_return make_error(ErrorCode::invalid_argument, answer->message);
    case server::StoreVerdict::forbidden:
      co_return runner::ArtifactVerdict::forbidden;
    case server::StoreVerdict::not_found:
      co_return runner::ArtifactVerdict::not_found;
    case server::StoreVerdict::too_large:
      co_return runner::ArtifactVerdict::too_large;
  }
  co_return runner::ArtifactVerdict::refused;
}

Task<Result<runner::ArtifactVerdict>> InProcessClient::download_artifact(
    const proto::JobDependency& dependency, const std::filesystem::path& to) {
  auto blob = coordinator_.dependency_archive(dependency.id, dependency.token.reveal());
  if (!blob) {
    if (blob.error().code == ErrorCode::not_found) co_return runner::ArtifactVerdict::not_found;
    if (blob.error().code == ErrorCode::permission_denied) co_return runner::ArtifactVerdict::forbidden;
    co_return std::move(blob.error());
  }
  // A stored blob never changes in place, so a second name for it will do.
  // `to` is replaced by rename: a reader never sees half of it.
  const std::filesystem::path fresh = to.string() + ".part";
  ::unlink(fresh.c_str());
  if (::link(blob->file.c_str(), fresh.c_str()) != 0) {
    std::error_code error;
    std::filesystem::copy_file(blob->file, fresh, std::filesystem::copy_options::overwrite_existing, error);
    if (error) co_return system_error("cannot copy " + blob->file.string(), error.value());
  }
  if (::rename(fresh.c_str(), to.c_str()) != 0) co_return system_error("cannot write " + to.string(), errno);
  ::unlink(fresh.c_str());  // rename leaves it when both are names of the same file already
  co_return runner::ArtifactVerdict::done;
}

}  // namespace fairlead::local
