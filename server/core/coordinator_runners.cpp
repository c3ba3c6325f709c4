// SPDX-License-Identifier: Apache-2.0
// A runner's side: claims, reports, trace, artifacts.
#include <boost/asio/this_coro.hpp>

#include <algorithm>

#include "base/log.hpp"
#include "server/core/artifact_types.hpp"
#include "server/core/coordinator_impl.hpp"
#include "server/core/dotenv.hpp"
#include "server/core/junit_count.hpp"
#include "server/core/payload_builder.hpp"
#include "server/core/report_file.hpp"

namespace fairlead::server {
namespace {

constexpr int kMaxExitCode = 32767;
constexpr std::size_t kMaxJunitBytes = std::size_t{256} << 20;

bool takes_output(Status status) { return status == Status::running || status == Status::canceling; }

}  // namespace

bool Coordinator::Impl::matches(const JobRecord& job, const RunnerFacts& runner) const {
  const auto& tags = pipeline_of(job).facts.plan.jobs[job.slot].tags;
  if (tags.empty()) return runner.run_untagged;
  return std::all_of(tags.begin(), tags.end(), [&](const std::string& tag) {
    return std::find(runner.tags.begin(), runner.tags.end(), tag) != runner.tags.end();
  });
}

std::vector<const JobRecord*> Coordinator::Impl::dependencies_of(const PipelineRecord& pipeline,
                                                                 std::size_t slot) const {
  const auto& plan = pipeline.facts.plan.jobs[slot];
  std::vector<const JobRecord*> found;
  auto wanted = [&](const std::string& name) {
    return !plan.dependencies ||
           std::find(plan.dependencies->begin(), plan.dependencies->end(), name) != plan.dependencies->end();
  };
  auto take = [&](std::size_t index) {
    if (wanted(pipeline.state.jobs[index].name)) found.push_back(find_job(pipeline.state.jobs[index].id));
  };
  if (plan.dag) {
    for (const auto& need : plan.needs)
      if (const auto index = pipeline.graph.find(need.job); need.artifacts && index) take(*index);
  } else if (!plan.dependencies || !plan.dependencies->empty()) {
    for (int stage = 0; stage < plan.stage_index; ++stage)
      for (std::size_t index : pipeline.graph.stage(static_cast<std::size_t>(stage))) take(index);
  }
  return found;
}

proto::JobPayload Coordinator::Impl::claim_for(JobRecord& job, const RunnerFacts& runner) {
  PipelineRecord& pipeline = pipeline_of(job);
  queue_.erase(job.id);
  job.runner = runner;
  arm(job, clock_.steady_now() + settings_.claim_hold);

  model::Variables dotenv;
  std::vector<proto::JobDependency> dependencies;
  for (const JobRecord* other : dependencies_of(pipeline, job.slot)) {
    dotenv.insert(dotenv.end(), other->dotenv.begin(), other->dotenv.end());
    // Runners pass over entries without a file: a stage of a thousand jobs
    // that keep nothing need not be told to each later job.
    for (const auto& artifact : other->artifacts)
      if (artifact.view.type == "archive")
        dependencies.push_back({.id = other->id,
                                .name = state_of(*other).name,
                                .token = other->token,
                                .has_file = true,
                                .filename = artifact.view.filename,
                                .size = static_cast<std::int64_t>(artifact.view.size)});
  }
  return build_payload({.variables = {.project = pipeline.facts.project,
                                      .user = pipeline.facts.user,
                                      .runner = runner,
                                      .plan = pipeline.facts.plan.jobs[job.slot],
                                      .pipeline_predefined = pipeline.predefined,
                                      .given = pipeline.facts.given,
                                      .dotenv = dotenv,
                                      .played = job.played,
                                      .pipeline = pipeline.state.id,
                                      .pipeline_iid = pipeline.iid,
                                      .pipeline_name = pipeline.facts.plan.name,
                                      .job = job.id,
                                      .token = job.token.reveal(),
                                      .started_at = clock_.wall_now()},
                        .commit = pipeline.facts.commit,
                        .credentials = settings_.credentials,
                        .cache_keys = pipeline.cache_keys[job.slot],
                        .dependencies = std::move(dependencies),
                        .default_timeout = settings_.default_timeout});
}

std::optional<proto::JobPayload> Coordinator::Impl::next_job_for(const RunnerFacts& runner) {
  for (JobId id : queue_)
    if (JobRecord& job = *find_job(id); matches(job, runner)) return claim_for(job, runner);
  return std::nullopt;
}

void Coordinator::Impl::serve_parked() {
  // A parked claim matches nothing that was queued before it was parked, so
  // only new jobs are worth a look.
  for (JobId id : std::exchange(fresh_, {})) {
    if (!queue_.contains(id)) continue;
    JobRecord& job = *find_job(id);
    const auto runner = std::find_if(parked_.begin(), parked_.end(),
                                     [&](const auto& parked) { return matches(job, parked->runner); });
    if (runner == parked_.end()) continue;
    (*runner)->job = claim_for(job, (*runner)->runner);
    (*runner)->wake.post();
    parked_.erase(runner);
  }
}

void Coordinator::Impl::unclaim(JobRecord& job) {
  if (job.retired || state_of(job).status != Status::pending) return;
  disarm(job);
  job.runner.reset();
  queue_.insert(job.id);
  fresh_.push_back(job.id);
  serve_parked();
}

Result<std::optional<proto::JobPayload>> Coordinator::Impl::try_claim(const RunnerFacts& runner) {
  const Entered entered(*this);
  if (down_) return std::optional<proto::JobPayload>();
  runners_[runner.id] = runner;
  return next_job_for(runner);
}

Task<Result<std::optional<proto::JobPayload>>> Coordinator::Impl::claim(RunnerFacts runner,
                                                                        CancelToken cancel) {
  const auto self = shared_from_this();
  auto parked = std::make_shared<ParkedClaim>(std::move(runner), WakeUp(co_await asio::this_coro::executor));
  {
    const Entered entered(*this);
    if (down_ || cancel.cancelled()) co_return std::optional<proto::JobPayload>();
    runners_[parked->runner.id] = parked->runner;
    if (auto job = next_job_for(parked->runner)) co_return std::move(job);
    parked_.push_back(parked);
  }
  bool woken = false;
  {
    const auto registration =
        cancel.on_cancel(CancelLevel::polite, [wake = parked->wake]() mutable { wake.post(); });
    woken = co_await parked->wake.wait();
  }
  const Entered entered(*this);
  std::erase(parked_, parked);
  if (!parked->job) co_return std::optional<proto::JobPayload>();
  if (!woken || cancel.cancelled() || down_) {
    // It came too late for this runner: somebody else may have it.
    unclaim(*find_job(parked->job->id));
    co_return std::optional<proto::JobPayload>();
  }
  co_return std::move(parked->job);
}

Result<ReportReply> Coordinator::Impl::report(JobId id, std::string_view token, const JobReport& report) {
  using Verdict = ReportReply::Verdict;
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return ReportReply{Verdict::not_found, Status::failed};
  const Status status = state_of(*job).status;
  const bool alive = !job->retired && (takes_output(status) || (status == Status::pending && job->runner));
  if (!knows(*job, token) || !alive) return ReportReply{Verdict::forbidden, status};

  PipelineRecord& pipeline = pipeline_of(*job);
  if (status == Status::pending) {
    Moves moves;
    step(pipeline.graph, pipeline.state, job->slot, JobEvent::run, moves);
    commit(pipeline, moves);
  }
  if (report.state == JobReport::State::running) return ReportReply{Verdict::accepted, state_of(*job).status};

  if (report.bytesize && *report.bytesize > job->folder.trace_size())
    return ReportReply{Verdict::resend_trace, state_of(*job).status};
  if (report.checksum && (!report.bytesize || *report.bytesize == job->folder.trace_size()) &&
      *report.checksum != job->folder.trace_crc())
    log(LogLevel::warning, "the log has another checksum than the runner says", {{"job", id}});

  if (report.state == JobReport::State::success) {
    Moves moves;
    step(pipeline.graph, pipeline.state, job->slot, JobEvent::succeed, moves);
    commit(pipeline, moves);
  } else {
    fail_job(pipeline, job->slot, report.failure_reason.value_or(model::FailureReason::unknown_failure),
             std::clamp(report.exit_code, 0, kMaxExitCode));
  }
  return ReportReply{Verdict::accepted, state_of(*job).status};
}

Result<AppendReply> Coordinator::Impl::append_trace(JobId id, std::string_view token, std::uint64_t offset,
                                                    std::string_view bytes) {
  using Verdict = AppendReply::Verdict;
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return AppendReply{Verdict::not_found, 0, Status::failed};
  const Status status = state_of(*job).status;
  const auto size = job->folder.trace_size();
  if (!knows(*job, token) || job->retired || !takes_output(status))
    return AppendReply{Verdict::forbidden, size, status};
  if (offset != size) return AppendReply{Verdict::range_mismatch, size, status};
  if (auto written = job->folder.append_trace(bytes); !written.ok()) return std::move(written).error();
  if (!bytes.empty()) outbox_.put(TraceAppended{job->pipeline, id, offset, std::string(bytes)});
  return AppendReply{Verdict::accepted, job->folder.trace_size(), status};
}

Result<StoreReply> Coordinator::Impl::store_artifact(JobId id, std::string_view token,
                                                     const ArtifactFile& file) {
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return StoreReply{StoreVerdict::not_found, "there is no such job"};
  if (!knows(*job, token) || job->retired || !takes_output(state_of(*job).status))
    return StoreReply{StoreVerdict::forbidden, "the job is not running, or this is not its token"};
  const ArtifactType* type = find_artifact_type(file.type);
  if (type == nullptr) return StoreReply{StoreVerdict::bad, "unknown artifact type \"" + file.type + "\""};

  std::error_code error;
  const auto size = std::filesystem::file_size(file.file, error);
  if (error) return system_error("cannot read the artifact " + file.file.string(), error.value());
  if (settings_.max_artifact_size > 0 && size > settings_.max_artifact_size)
    return StoreReply{StoreVerdict::too_large,
                      "the artifact has more than " + std::to_string(settings_.max_artifact_size) + " bytes"};
  for (const auto& stored : job->artifacts) {
    if (stored.view.type != file.type) continue;
    const auto same = same_content(stored.file, file.file);
    if (!same.ok()) return same.error();
    if (*same) return StoreReply{};
    return StoreReply{StoreVerdict::bad, "another artifact of the same type already exists"};
  }

  if (file.type == "dotenv") {
    const auto text = read_report(file.file, kMaxDotenvBytes);
    auto parsed = text.ok() ? parse_dotenv(*text) : Result<model::Variables>(text.error());
    if (!parsed.ok() && parsed.error().code == ErrorCode::limit_exceeded)
      parsed = parse_dotenv(std::string(kMaxDotenvBytes + 1, ' '));  // for its message
    if (!parsed.ok()) return StoreReply{StoreVerdict::bad, parsed.error().message};
    job->dotenv = *std::move(parsed);
  } else if (file.type == "junit") {
    JunitCounter counter;
    const auto read =
        read_report(file.file, kMaxJunitBytes, [&](std::string_view bytes) { counter.feed(bytes); });
    if (read.ok()) job->tests = counter.summary();
  }
  // People open these files too: the ending says what they are.
  const std::string ending = file.format == "zip" ? ".zip" : file.format == "gzip" ? ".gz" : "";
  const std::string name = "artifact-" + std::string(type->name) + ending;
  auto kept = job->folder.store(file.file, name, file.may_take);
  if (!kept.ok()) return kept.error();
  const ArtifactView view{file.type, file.format, file.filename, size};
  job->artifacts.push_back({view, *kept});
  outbox_.put(ArtifactStored{job->pipeline, id, view});
  return StoreReply{};
}

Result<ArtifactBlob> Coordinator::Impl::dependency_archive(JobId id, std::string_view token) const {
  {
    const std::lock_guard lock(mutex_);
    const JobRecord* job = find_job(id);
    if (job != nullptr && !knows(*job, token))
      return make_error(ErrorCode::permission_denied, "this is not the token of job " + std::to_string(id));
  }
  return artifact(id, "archive");
}

}  // namespace fairlead::server
