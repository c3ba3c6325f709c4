// SPDX-License-Identifier: Apache-2.0
// What follows from a move: the queue, resource groups, times, events.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "server/core/coordinator_impl.hpp"
#include "server/core/coverage.hpp"

namespace fairlead::server {
namespace {

// Enough for any log within the runner's usual limit of 4 MiB.
constexpr std::size_t kCoverageTail = 64 << 20;

constexpr std::string_view kBridgeNotice =
    "This job triggers a downstream pipeline (trigger:), which Fairlead cannot run yet.\n";

}  // namespace

void Coordinator::Impl::commit(PipelineRecord& pipeline, const Moves& moves, bool more) {
  std::set<std::string> groups;
  std::vector<std::size_t> bridges;
  for (const auto& move : moves.jobs) {
    job_moved(pipeline, move);
    if (!pipeline.state.jobs[move.job].resource_group.empty() &&
        (is_completed(move.to) || move.to == Status::waiting_for_resource || move.to == Status::manual))
      groups.insert(group_key(pipeline, move.job));
    if (move.to == Status::pending && pipeline.facts.plan.jobs[move.job].config.is_bridge)
      bridges.push_back(move.job);
  }
  for (const auto& move : moves.stages)
    outbox_.put(StageStatusChanged{pipeline.state.id, static_cast<int>(move.stage), move.to});
  if (moves.pipeline) {
    const auto [from, to] = *moves.pipeline;
    pipeline.finished_at.reset();
    if (is_completed(to)) pipeline.finished_at = clock_.wall_now();
    if (from != to) outbox_.put(PipelineStatusChanged{pipeline.state.id, from, to});
  }
  if (!is_settled(pipeline.state)) pipeline.settled = false;
  for (std::size_t slot : bridges) fail_bridge(pipeline, slot);
  grant_resources(groups);
  if (!more && !pipeline.settled && is_settled(pipeline.state)) {
    pipeline.settled = true;
    outbox_.put(PipelineSettled{pipeline.state.id, pipeline.state.status});
  }
  serve_parked();
}

void Coordinator::Impl::job_moved(PipelineRecord& pipeline, const JobMove& move) {
  JobState& state = pipeline.state.jobs[move.job];
  JobRecord& job = *find_job(state.id);
  if (move.from == Status::pending) queue_.erase(job.id);
  if (move.from == Status::pending || move.from == Status::scheduled) disarm(job);
  outbox_.put(JobStatusChanged{pipeline.state.id, job.id, move.from, move.to});
  switch (move.to) {
    case Status::pending:
      job.queued_at = clock_.wall_now();
      if (pipeline.facts.plan.jobs[move.job].config.is_bridge) break;
      queue_.insert(job.id);
      fresh_.push_back(job.id);
      break;
    case Status::running:
      job.started_at = clock_.wall_now();
      if (!pipeline.started_at) pipeline.started_at = job.started_at;
      break;
    case Status::manual:
      outbox_.put(GateReached{pipeline.state.id, job.id, !state.allow_failure});
      break;
    case Status::scheduled: {
      const Duration wait = state.start_in.value_or(Duration::zero());
      state.scheduled_at = clock_.wall_now() + std::chrono::duration_cast<WallTime::duration>(wait);
      arm(job, clock_.steady_now() + wait);
      break;
    }
    default:
      if (is_completed(move.to)) finish(pipeline, job);
      break;
  }
}

void Coordinator::Impl::finish(PipelineRecord& pipeline, JobRecord& job) {
  if (job.started_at || job.queued_at) job.finished_at = clock_.wall_now();
  job.folder.close_trace();
  const auto& plan = pipeline.facts.plan.jobs[job.slot];
  if (plan.config.coverage && job.folder.trace_size() > 0) {
    const auto size = job.folder.trace_size();
    const auto text = job.folder.read_trace(size > kCoverageTail ? size - kCoverageTail : 0, kCoverageTail);
    if (text.ok())
      job.coverage = extract_coverage(*text, *plan.config.coverage);
    else
      log(LogLevel::warning, "the log could not be searched for the coverage",
          {{"job", job.id}, {"error", text.error()}});
  }
  const auto& group = pipeline.state.jobs[job.slot].resource_group;
  if (group.empty()) return;
  auto& resource = groups_[group_key(pipeline, job.slot)];
  if (resource.holder == job.id) resource.holder.reset();
}

void Coordinator::Impl::fail_bridge(PipelineRecord& pipeline, std::size_t slot) {
  JobRecord& job = *find_job(pipeline.state.jobs[slot].id);
  const auto offset = job.folder.trace_size();
  if (auto written = job.folder.append_trace(kBridgeNotice); written.ok())
    outbox_.put(TraceAppended{pipeline.state.id, job.id, offset, std::string(kBridgeNotice)});
  fail_job(pipeline, slot, model::FailureReason::runner_unsupported, 0);
}

void Coordinator::Impl::fail_job(PipelineRecord& pipeline, std::size_t slot, model::FailureReason reason,
                                 int exit_code) {
  Moves moves;
  const auto failed =
      step_fail(pipeline.graph, pipeline.state, slot, reason, exit_code, runner_cancels(), moves);
  commit(pipeline, moves, failed == Failed::wants_retry);
  if (failed != Failed::wants_retry) return;
  const JobId copy = new_copy(pipeline, slot, true);
  Moves more;
  retry_job(pipeline.graph, pipeline.state, slot, copy, more);
  commit(pipeline, more);
}

JobId Coordinator::Impl::new_copy(PipelineRecord& pipeline, std::size_t slot, bool automatic) {
  const JobState& state = pipeline.state.jobs[slot];
  JobRecord& old = *find_job(state.id);
  old.retired = state;
  JobRecord& fresh = new_record(pipeline, slot);
  fresh.played = old.played;
  outbox_.put(JobRetried{pipeline.state.id, old.id, fresh.id, automatic});
  return fresh.id;
}

void Coordinator::Impl::grant_resources(const std::set<std::string>& groups) {
  for (const auto& key : groups) {
    auto& group = groups_[key];
    if (group.holder) continue;
    std::vector<ResourceCandidate> candidates;
    candidates.reserve(group.members.size());
    for (const auto& [id, slot] : group.members) {
      const auto& job = find_pipeline(id)->state.jobs[slot];
      candidates.push_back({job.id, id, job.status});
    }
    const auto mode = settings_.resource_modes.find(key.substr(key.find('/') + 1));
    const auto next = next_for_resource(
        mode == settings_.resource_modes.end() ? ResourceMode::unordered : mode->second, candidates);
    if (!next) continue;
    group.holder = candidates[*next].job;
    PipelineRecord& pipeline = *find_pipeline(candidates[*next].pipeline);
    Moves moves;
    step(pipeline.graph, pipeline.state, group.members[*next].second, JobEvent::grant_resource, moves);
    commit(pipeline, moves);
  }
}

void Coordinator::Impl::arm(JobRecord& job, SteadyTime at) {
  disarm(job);
  job.deadline = at;
  times_.emplace(at, job.id);
  if (down_) return;
  if (!timer_wake_) {
    timer_wake_.emplace(executor_);
    timer_sleeps_until_ = at;
    // Posted: co_spawn may run the loop's start right here, under our lock.
    asio::post(executor_, [self = shared_from_this()] {
      asio::co_spawn(self->executor_, self->timer_loop(), asio::detached);
    });
  } else if (at < timer_sleeps_until_) {
    timer_wake_->post();
  }
}

void Coordinator::Impl::disarm(JobRecord& job) {
  if (!job.deadline) return;
  times_.erase({*job.deadline, job.id});
  job.deadline.reset();
}

// Runs while there are times to wait for. It is not woken when a time goes
// away: then it finds nothing due and looks again.
Task<void> Coordinator::Impl::timer_loop() {
  using namespace asio::experimental::awaitable_operators;
  const auto self = shared_from_this();
  for (;;) {
    WakeUp wake(executor_);
    SteadyTime next;
    {
      const Entered entered(*this);
      const SteadyTime now = clock_.steady_now();
      while (!down_ && !times_.empty() && times_.begin()->first <= now) {
        const JobId id = times_.begin()->second;
        disarm(*find_job(id));
        time_came(id);
      }
      if (down_ || times_.empty()) {
        timer_wake_.reset();
        co_return;
      }
      next = times_.begin()->first;
      timer_wake_ = wake;
      timer_sleeps_until_ = next;
    }
    co_await (clock_.sleep_until(next) || wake.wait());
  }
}

void Coordinator::Impl::time_came(JobId id) {
  JobRecord& job = *find_job(id);
  if (job.retired) return;
  PipelineRecord& pipeline = pipeline_of(job);
  const Status status = state_of(job).status;
  if (status == Status::scheduled) {
    Moves moves;
    step(pipeline.graph, pipeline.state, job.slot, JobEvent::enqueue, moves);
    commit(pipeline, moves);
  } else if (status == Status::pending && job.runner) {
    unclaim(job);
  }
}

}  // namespace fairlead::server
