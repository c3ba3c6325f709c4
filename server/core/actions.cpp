// SPDX-License-Identifier: Apache-2.0
#include "server/core/actions.hpp"

#include <algorithm>

#include "server/core/auto_retry.hpp"

namespace fairlead::server {
namespace {

bool runner_of(const RunnerCancels& runner_cancels, const JobState& job) {
  return !runner_cancels || runner_cancels(job);
}

void cancel_if(const PipelineGraph& graph, PipelineState& pipeline, const RunnerCancels& runner_cancels,
               Moves& moves, bool force, const std::function<bool(const JobState&)>& wanted) {
  const auto event = force ? JobEvent::force_cancel : JobEvent::cancel;
  for (std::size_t job = 0; job < pipeline.jobs.size(); ++job)
    if (wanted(pipeline.jobs[job]))
      apply(graph, pipeline, job, event, moves, runner_of(runner_cancels, pipeline.jobs[job]));
}

}  // namespace

bool step(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobEvent event, Moves& moves,
          bool runner_cancels) {
  if (!apply(graph, pipeline, job, event, moves, runner_cancels)) return false;
  process(graph, pipeline, moves);
  return true;
}

Failed step_fail(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job,
                 model::FailureReason reason, int exit_code, const RunnerCancels& runner_cancels,
                 Moves& moves) {
  if (!fail(graph, pipeline, job, reason, exit_code, moves)) return Failed::not_taken;
  const JobState& state = pipeline.jobs[job];
  if (state.status == Status::failed && auto_retry_allowed(state)) return Failed::wants_retry;
  if (cancels_pipeline(pipeline, state))
    cancel_if(graph, pipeline, runner_cancels, moves, false, [](const JobState&) { return true; });
  process(graph, pipeline, moves);
  return Failed::done;
}

bool retry_job(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobId new_id,
               Moves& moves) {
  if (!is_retryable(pipeline.jobs[job])) return false;
  replace_with_copy(pipeline, job, new_id, true);
  reset_skipped(graph, pipeline, {&job, 1}, moves);
  process(graph, pipeline, moves);
  return true;
}

std::vector<std::size_t> retry_all(const PipelineGraph& graph, PipelineState& pipeline, const NewId& new_id,
                                   Moves& moves) {
  std::vector<std::size_t> copies;
  for (std::size_t job = 0; job < pipeline.jobs.size(); ++job) {
    const Status status = pipeline.jobs[job].status;
    if (status != Status::failed && status != Status::canceled) continue;
    // A gate asks again: nobody pressed this one.
    replace_with_copy(pipeline, job, new_id(job), false);
    copies.push_back(job);
  }
  for (std::size_t job = 0; job < pipeline.jobs.size(); ++job)
    if (pipeline.jobs[job].status == Status::skipped) apply(graph, pipeline, job, JobEvent::reset, moves);
  process(graph, pipeline, moves);
  return copies;
}

void cancel_all(const PipelineGraph& graph, PipelineState& pipeline, bool force,
                const RunnerCancels& runner_cancels, Moves& moves) {
  cancel_if(graph, pipeline, runner_cancels, moves, force, [](const JobState&) { return true; });
  process(graph, pipeline, moves);
}

OnNewCommit on_new_commit(const PipelineState& older, std::string_view policy) {
  if (policy == "none") return OnNewCommit::none;
  if (policy == "interruptible") return OnNewCommit::cancel_interruptible;
  // conservative: as soon as one job that may not be interrupted has started,
  // the pipeline is left alone.
  const bool committed = std::any_of(older.jobs.begin(), older.jobs.end(),
                                     [](const JobState& job) { return job.started && !job.interruptible; });
  return committed ? OnNewCommit::none : OnNewCommit::cancel_all;
}

void cancel_superseded(const PipelineGraph& graph, PipelineState& pipeline, OnNewCommit what,
                       const RunnerCancels& runner_cancels, Moves& moves) {
  if (what == OnNewCommit::none) return;
  cancel_if(graph, pipeline, runner_cancels, moves, false,
            [what](const JobState& job) { return what == OnNewCommit::cancel_all || job.interruptible; });
  process(graph, pipeline, moves);
}

}  // namespace fairlead::server
