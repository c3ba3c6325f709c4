// SPDX-License-Identifier: Apache-2.0
//
// The frame around a job's stages: claim, log, watchers, final report.
//
// Coroutines of one Build, all on its strand: `run` itself; the trace's send
// loop; one that waits for the job's deadline; one that kills what does not
// unwind after an abort. The last two end with `over_`.
#include "runner/build/build.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "runner/build/job_run.hpp"
#include "runner/build/pause.hpp"
#include "runner/build/sources.hpp"
#include "runner/script/git_url.hpp"

namespace fairlead::runner {
namespace {

constexpr std::int64_t kDefaultTimeoutSeconds = 7200;
constexpr std::int64_t kLongestTimeoutSeconds = std::int64_t{10} * 365 * 24 * 3600;

std::int64_t timeout_seconds(const proto::JobPayload& job) {
  return job.timeout <= 0 ? kDefaultTimeoutSeconds : std::min(job.timeout, kLongestTimeoutSeconds);
}

// Short values would blank out half of a log.
void add_secret(std::vector<std::string>& masked, const std::string& secret) {
  if (secret.size() >= 8) masked.push_back(secret);
}

std::vector<std::string> values_to_mask(const proto::JobPayload& job, const JobVariables& variables) {
  std::vector<std::string> masked;
  for (const auto& variable : job.variables)
    if (variable.masked) masked.push_back(variable.value);
  for (const auto& variable : variables.all())
    if (variable.masked) masked.push_back(variable.value);
  add_secret(masked, job.token.reveal());
  for (const auto& dependency : job.dependencies) add_secret(masked, dependency.token.reveal());
  for (const auto& credential : job.credentials) add_secret(masked, credential.password.reveal());
  if (auto url = split_git_url(job.git_info.repo_url); url.ok()) add_secret(masked, url->password.reveal());
  return masked;
}

BuildOutcome::State state_of(const StageResult& result) {
  if (!result) return BuildOutcome::State::success;
  if (result->kind == JobError::Kind::canceled) return BuildOutcome::State::canceled;
  if (result->kind == JobError::Kind::timed_out) return BuildOutcome::State::timed_out;
  return BuildOutcome::State::failed;
}

}  // namespace

class Build::Impl {
 public:
  Impl(proto::JobPayload job, RunnerSettings settings, BuildContext context)
      : job_(std::move(job)),
        settings_(std::move(settings)),
        context_(std::move(context)),
        logger_(Logger().for_job(job_.id)) {}

  Task<BuildOutcome> run(CancelToken cancel) {
    bool kept = co_await claim();
    if (!kept) {
      JobError gone = JobStop::canceled_error();
      gone.message = "the coordinator has taken the job back";
      co_return outcome(gone, false);
    }
    StageResult setup = prepare_variables();
    Trace trace(context_.coordinator, key(), context_.clock, trace_options());
    JobLog log(trace, job_.features.trace_sections);
    Duration timeout = std::chrono::seconds(timeout_seconds(job_));
    auto stop = std::make_shared<JobStop>(timeout);
    auto strand = co_await asio::this_coro::executor;
    auto registrations = listen(cancel, *stop, strand, stop, trace);

    TaskGroup group(strand);
    over_ = CancelSource();
    SteadyTime deadline = context_.clock.steady_now() + timeout;
    group.spawn("send loop", trace.send_loop());
    group.spawn("job deadline", watch_deadline(*stop, deadline));
    group.spawn("unwind limit", watch_unwinding(*stop));
    log.prologue(settings_);

    StageResult result = setup;
    if (!result) {
      JobRun stages({job_, settings_, context_, variables_, paths_, trace, log, *stop, deadline, timeout});
      result = co_await guarded(stages.run());
      // Before the outcome is told: a job that is over has nothing running.
      StageResult cleaned = co_await guarded(cleaned_up(stages));
      if (!result) result = std::move(cleaned);
    }
    over_.cancel();
    registrations.clear();
    last_line(log, result);

    FinishVerdict verdict = co_await trace.finish(update(result), cancel);
    co_await group.join();
    if (verdict == FinishVerdict::gave_up)
      logger_.error("the coordinator did not take the job's final state");
    co_return outcome(result, verdict == FinishVerdict::accepted);
  }

 private:
  JobKey key() const { return {.id = job_.id, .token = job_.token}; }

  // Tells the coordinator that we have the job, before anything is prepared:
  // it holds a claimed job for two minutes only. False: the job is not ours.
  Task<bool> claim() {
    JobKey job = key();
    JobUpdate running;
    auto reply = co_await context_.coordinator.update_job(job, running);
    if (!reply) {
      logger_.warning("the job's start could not be reported", {{"error", reply.error()}});
      co_return true;
    }
    first_wish_ = reply->wish;
    first_interval_ = reply->interval;
    co_return reply->verdict != UpdateReply::Verdict::abort && reply->wish != JobWish::abort;
  }

  StageResult prepare_variables() {
    executors::ExecutorFeatures features = context_.provider.features();
    auto paths = default_paths(job_, settings_, features);
    if (!paths) return to_job_error(paths.error());
    paths_ = std::move(*paths);
    expand_variables(features);
    std::string clone_path = variables_.get("GIT_CLONE_PATH");
    if (clone_path.empty()) return std::nullopt;
    auto moved = with_clone_path(paths_, clone_path, settings_);
    if (!moved) return to_job_error(moved.error());
    paths_ = std::move(*moved);
    expand_variables(features);
    return std::nullopt;
  }

  void expand_variables(const executors::ExecutorFeatures& features) {
    RunnerFacts facts;
    facts.short_token = settings_.short_token;
    facts.version = settings_.version;
    facts.revision = settings_.revision;
    if (job_.image) facts.job_image = job_.image->name;
    facts.environment = settings_.environment;
    facts.builds_dir = paths_.builds_dir;
    facts.project_dir = paths_.project_dir;
    facts.temp_dir = paths_.temp_dir;
    facts.concurrent_id = settings_.concurrent_id;
    facts.concurrent_project_id = settings_.concurrent_project_id;
    facts.timeout_seconds = timeout_seconds(job_);
    facts.shared_environment = features.shared;
    variables_ = JobVariables(assemble_variables(job_.variables, facts), paths_.temp_dir);
  }

  TraceOptions trace_options() const {
    TraceOptions options;
    options.filters.masked_values = values_to_mask(job_, variables_);
    options.filters.token_mask_prefixes = job_.features.token_mask_prefixes;
    options.filters.timestamps = settings_.timestamps;
    options.filters.output_limit = settings_.output_limit_bytes;
    options.debug_trace = variables_.is_true("CI_DEBUG_TRACE") && !settings_.debug_trace_disabled;
    options.spool_dir = settings_.spool_dir;
    options.initial_interval = first_interval_.value_or(settings_.trace_interval);
    options.keep_alive = settings_.keep_alive_interval;
    options.final_tries = settings_.final_update_tries;
    return options;
  }

  // Wires everyone who may wish the job to end. Tokens call on any thread, so
  // they post; what they post may come after the job's end and holds its own
  // share of `stop`.
  std::vector<std::unique_ptr<CancelToken::Registration>> listen(const CancelToken& cancel, JobStop& stop,
                                                                 const asio::any_io_executor& strand,
                                                                 const std::shared_ptr<JobStop>& shared,
                                                                 Trace& trace) {
    trace.on_wish([&stop](JobWish wish) {
      if (wish == JobWish::cancel_gracefully) stop.cancel_gracefully();
      if (wish == JobWish::abort) stop.abort();
    });
    if (first_wish_ == JobWish::cancel_gracefully) stop.cancel_gracefully();
    std::vector<std::unique_ptr<CancelToken::Registration>> registrations;
    // At once where the token is cancelled already: the executor must not be made first.
    if (cancel.cancelled(CancelLevel::hard)) stop.kill();
    if (cancel.cancelled(CancelLevel::polite)) stop.cancel_gracefully();
    registrations.push_back(cancel.on_cancel(CancelLevel::polite, [strand, shared] {
      asio::post(strand, [shared] { shared->cancel_gracefully(); });
    }));
    registrations.push_back(cancel.on_cancel(
        CancelLevel::hard, [strand, shared] { asio::post(strand, [shared] { shared->kill(); }); }));
    return registrations;
  }

  Task<void> watch_deadline(JobStop& stop, SteadyTime deadline) {
    if (co_await pause_until(context_.clock, deadline, over_.token())) stop.time_out();
  }

  Task<void> watch_unwinding(JobStop& stop) {
    CancelToken over = over_.token();
    CancelSource stopped_or_over(stop.job_token());
    auto link = over.on_cancel(CancelLevel::polite, [&] { stopped_or_over.cancel(); });
    co_await wait_cancelled(stopped_or_over.token());
    SteadyTime limit = context_.clock.steady_now() + settings_.unwind_limit;
    if (co_await pause_until(context_.clock, limit, over)) stop.kill();
  }

  // The border of a job for exceptions: they mean that we are wrong, and end
  // this job as a system failure, not the process.
  Task<StageResult> guarded(Task<StageResult> task) {
    std::string what;
    try {
      co_return co_await std::move(task);
    } catch (const std::exception& exception) {
      what = exception.what();
    }
    logger_.error("exception in a job", {{"what", what}});
    co_return to_job_error(make_error(ErrorCode::internal, "internal error: " + what));
  }

  static Task<StageResult> cleaned_up(JobRun& stages) {
    co_await stages.cleanup();
    co_return std::nullopt;
  }

  static void last_line(JobLog& log, const StageResult& result) {
    if (!result)
      log.info("Job succeeded");
    else if (result->kind == JobError::Kind::system)
      log.error("Job failed (system failure): " + result->message);
    else
      log.error("Job failed: " + result->message);
  }

  JobUpdate update(const StageResult& result) const {
    JobUpdate update;
    update.final = true;
    update.success = !result;
    if (result) {
      update.failure_reason = reason_to_send(result->reason, job_.features.failure_reasons);
      update.exit_code = result->exit_code;
    }
    return update;
  }

  BuildOutcome outcome(const StageResult& result, bool reported) const {
    BuildOutcome outcome;
    outcome.state = state_of(result);
    outcome.reported = reported;
    if (result) {
      outcome.failure_reason = reason_to_send(result->reason, job_.features.failure_reasons);
      outcome.exit_code = result->exit_code;
      outcome.message = result->message;
      outcome.system_failure = result->kind == JobError::Kind::system;
    }
    return outcome;
  }

  proto::JobPayload job_;
  RunnerSettings settings_;
  BuildContext context_;
  Logger logger_;
  JobPaths paths_;
  JobVariables variables_;
  JobWish first_wish_ = JobWish::go_on;
  std::optional<Duration> first_interval_;
  CancelSource over_;  // the stages are done: watchers may end
};

Build::Build(proto::JobPayload payload, RunnerSettings settings, BuildContext context)
    : impl_(std::make_unique<Impl>(std::move(payload), std::move(settings), std::move(context))) {}
Build::~Build() = default;

Task<BuildOutcome> Build::run(CancelToken cancel) { return impl_->run(std::move(cancel)); }

}  // namespace fairlead::runner
