// SPDX-License-Identifier: Apache-2.0
#include "server/core/processor.hpp"

#include <algorithm>

#include "server/core/status_set.hpp"

namespace fairlead::server {

using model::When;

namespace {

void set_status(PipelineState& pipeline, std::size_t job, Status to, Moves& moves) {
  moves.jobs.push_back({job, pipeline.jobs[job].status, to});
  pipeline.jobs[job].status = to;
}

// Which state of what came before lets a job run; anything else skips it.
bool may_run(const JobState& job, Status prior) {
  switch (job.when) {
    case When::on_success:
    case When::manual:
    case When::delayed:
      return prior == Status::success || (!job.dag && prior == Status::skipped);
    case When::on_failure:
      return prior == Status::failed;
    case When::always:
      return prior == Status::success || prior == Status::failed || prior == Status::skipped;
    case When::never:
      return false;
  }
  return false;
}

JobEvent its_turn(const JobState& job, Status prior) {
  if (!may_run(job, prior)) return JobEvent::skip;
  if (job.enqueue_immediately) return JobEvent::enqueue;
  if (job.when == When::delayed && job.start_in) return JobEvent::schedule;
  if (is_gate(job)) return JobEvent::actionize;
  return JobEvent::enqueue;
}

// A stage takes any composite state but `created`, which is a no-op: a stage
// that was done once does not look fresh again.
void set_stage(PipelineState& pipeline, std::size_t stage, Status to, Moves& moves) {
  auto& status = pipeline.stages[stage].status;
  if (to == Status::created || to == status) return;
  status = to;
  moves.stages.push_back({stage, to});
}

// A pipeline likewise; besides, one that has run before is `running`, not
// `pending`, when new jobs are queued.
void set_pipeline(PipelineState& pipeline, Status to, Moves& moves) {
  const Status from = pipeline.status;
  if (to == Status::created) return;
  if (to == Status::pending) {
    switch (from) {
      case Status::running:
      case Status::success:
      case Status::failed:
      case Status::canceled:
        to = Status::running;
        break;
      case Status::waiting_for_callback:
      case Status::canceling:
        return;
      default:
        break;
    }
  }
  if (to == Status::preparing && from == Status::waiting_for_callback) return;
  if (to == Status::canceling && from == Status::canceled) return;
  if (to == from) return;
  pipeline.status = to;
  if (moves.pipeline)
    moves.pipeline->second = to;
  else
    moves.pipeline.emplace(from, to);
}

}  // namespace

void process(const PipelineGraph& graph, PipelineState& pipeline, Moves& moves) {
  auto& jobs = pipeline.jobs;
  StatusSet earlier;  // of all stages before
  for (std::size_t stage = 0; stage < graph.stage_count(); ++stage) {
    const Status prior_stages = earlier.composite(false);
    StatusSet here;
    for (std::size_t index : graph.stage(stage)) {
      const JobState& job = jobs[index];
      if (job.status == Status::created) {
        Status prior = prior_stages;
        if (job.dag) {
          StatusSet needed;
          for (std::size_t need : graph.needs(index)) needed.add(jobs[need].status, jobs[need].allow_failure);
          prior = needed.composite(true);
        }
        if (is_completed(prior))
          if (auto to = state_after(job, its_turn(job, prior))) set_status(pipeline, index, *to, moves);
      }
      here.add(job.status, job.allow_failure);
    }
    set_stage(pipeline, stage, here.composite(false), moves);
    earlier.add(here);
  }
  set_pipeline(pipeline, earlier.composite(false), moves);
}

bool apply(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobEvent event, Moves& moves,
           bool runner_cancels) {
  JobState& state = pipeline.jobs[job];
  const auto to = state_after(state, event, runner_cancels);
  if (!to) return false;
  const bool was_stopped = is_stopped(state.status);
  set_status(pipeline, job, *to, moves);
  if (*to == Status::running) state.started = true;
  if (*to != Status::scheduled) state.scheduled_at.reset();
  if (was_stopped && is_alive(*to) && event != JobEvent::reset)
    reset_skipped(graph, pipeline, {&job, 1}, moves);
  return true;
}

bool fail(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, model::FailureReason reason,
          int exit_code, Moves& moves) {
  if (!apply(graph, pipeline, job, JobEvent::drop, moves)) return false;
  JobState& state = pipeline.jobs[job];
  state.exit_code = exit_code;
  if (state.status != Status::failed) return true;  // it was being cancelled
  state.failure_reason = reason;
  const auto& codes = state.allow_failure_exit_codes;
  if (!codes.empty()) state.allow_failure = std::find(codes.begin(), codes.end(), exit_code) != codes.end();
  return true;
}

void reset_skipped(const PipelineGraph& graph, PipelineState& pipeline, std::span<const std::size_t> jobs,
                   Moves& moves) {
  if (jobs.empty()) return;
  auto& all = pipeline.jobs;
  int first_stage = all[jobs.front()].stage_index;
  std::vector<bool> reached(all.size(), false);
  std::vector<std::size_t> stack(jobs.begin(), jobs.end());
  for (std::size_t job : jobs) {
    reached[job] = true;
    first_stage = std::min(first_stage, all[job].stage_index);
  }
  while (!stack.empty()) {
    const std::size_t job = stack.back();
    stack.pop_back();
    for (std::size_t dependent : graph.needed_by(job)) {
      if (reached[dependent]) continue;
      reached[dependent] = true;
      stack.push_back(dependent);
    }
  }
  for (std::size_t job = 0; job < all.size(); ++job)
    if (all[job].status == Status::skipped && (reached[job] || all[job].stage_index > first_stage))
      set_status(pipeline, job, Status::created, moves);
}

void replace_with_copy(PipelineState& pipeline, std::size_t job, JobId new_id, bool pressed) {
  JobState& state = pipeline.jobs[job];
  state.id = new_id;
  state.status = Status::created;
  state.enqueue_immediately = pressed && is_gate(state);
  state.scheduled_at.reset();
  state.started = false;
  state.failure_reason.reset();
  state.exit_code = 0;
  if (!state.allow_failure_exit_codes.empty()) state.allow_failure = false;
  ++state.retries;
}

bool cancels_pipeline(const PipelineState& pipeline, const JobState& job) {
  return pipeline.cancel_on_job_failure && job.status == Status::failed && !job.allow_failure;
}

bool has_warnings(const PipelineState& pipeline) {
  return std::any_of(pipeline.jobs.begin(), pipeline.jobs.end(), [](const JobState& job) {
    return job.allow_failure && (job.status == Status::failed || job.status == Status::canceled);
  });
}

bool is_settled(const PipelineState& pipeline) {
  return std::none_of(pipeline.jobs.begin(), pipeline.jobs.end(), [](const JobState& job) {
    return job.status == Status::scheduled || (is_alive(job.status) && job.status != Status::created);
  });
}

}  // namespace fairlead::server
