// SPDX-License-Identifier: Apache-2.0
// A person's side: play, retry, cancel.
#include <fmt/format.h>

#include "server/core/coordinator_impl.hpp"

namespace fairlead::server {
namespace {

Error no_job(JobId id) {
  return make_error(ErrorCode::not_found, fmt::format("there is no job with the id {}", id));
}
Error no_pipeline(PipelineId id) {
  return make_error(ErrorCode::not_found, fmt::format("there is no pipeline with the id {}", id));
}
Error cannot(std::string_view what, const JobState& job) {
  return make_error(ErrorCode::invalid_argument, fmt::format("job \"{}\" cannot be {}: it is {}", job.name,
                                                             what, model::to_string(job.status)));
}
Error replaced(const JobState& job) {
  return make_error(ErrorCode::invalid_argument,
                    fmt::format("job \"{}\" has been retried: a newer copy has taken its place", job.name));
}

}  // namespace

Result<JobId> Coordinator::Impl::retry_slot(PipelineRecord& pipeline, std::size_t slot,
                                            const model::Variables* variables) {
  const JobState& state = pipeline.state.jobs[slot];
  if (!is_retryable(state)) return cannot("retried", state);
  const JobId copy = new_copy(pipeline, slot, false);
  if (variables != nullptr && !variables->empty()) find_job(copy)->played = *variables;
  Moves moves;
  retry_job(pipeline.graph, pipeline.state, slot, copy, moves);
  commit(pipeline, moves);
  return copy;
}

Result<JobId> Coordinator::Impl::play(JobId id, model::Variables variables) {
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return no_job(id);
  const JobState& state = state_of(*job);
  if (job->retired) return replaced(state);
  if (!is_gate(state)) return cannot("played", state);
  PipelineRecord& pipeline = pipeline_of(*job);
  if (is_retryable(state)) return retry_slot(pipeline, job->slot, &variables);
  if (state.status != Status::manual && state.status != Status::scheduled) return cannot("played", state);
  job->played = std::move(variables);
  Moves moves;
  step(pipeline.graph, pipeline.state, job->slot, JobEvent::enqueue, moves);
  commit(pipeline, moves);
  return id;
}

Result<void> Coordinator::Impl::unschedule(JobId id) {
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return no_job(id);
  if (job->retired) return replaced(state_of(*job));
  PipelineRecord& pipeline = pipeline_of(*job);
  Moves moves;
  if (!step(pipeline.graph, pipeline.state, job->slot, JobEvent::unschedule, moves))
    return cannot("unscheduled", state_of(*job));
  commit(pipeline, moves);
  return {};
}

Result<JobId> Coordinator::Impl::retry(JobId id) {
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return no_job(id);
  if (job->retired) return replaced(state_of(*job));
  return retry_slot(pipeline_of(*job), job->slot, nullptr);
}

Result<void> Coordinator::Impl::retry_pipeline(PipelineId id) {
  const Entered entered(*this);
  PipelineRecord* pipeline = find_pipeline(id);
  if (pipeline == nullptr) return no_pipeline(id);
  Moves moves;
  retry_all(
      pipeline->graph, pipeline->state, [&](std::size_t slot) { return new_copy(*pipeline, slot, false); },
      moves);
  commit(*pipeline, moves);
  return {};
}

Result<void> Coordinator::Impl::cancel_job(JobId id, CancelLevel level) {
  const Entered entered(*this);
  JobRecord* job = find_job(id);
  if (job == nullptr) return no_job(id);
  const JobState& state = state_of(*job);
  if (job->retired) return replaced(state);
  const bool force = level == CancelLevel::hard;
  if (state.status == Status::canceling && !force) return {};
  PipelineRecord& pipeline = pipeline_of(*job);
  Moves moves;
  if (!step(pipeline.graph, pipeline.state, job->slot, force ? JobEvent::force_cancel : JobEvent::cancel,
            moves, runner_cancels()(state)))
    return cannot("cancelled", state);
  commit(pipeline, moves);
  return {};
}

Result<void> Coordinator::Impl::cancel_pipeline(PipelineId id, CancelLevel level) {
  const Entered entered(*this);
  PipelineRecord* pipeline = find_pipeline(id);
  if (pipeline == nullptr) return no_pipeline(id);
  Moves moves;
  cancel_all(pipeline->graph, pipeline->state, level == CancelLevel::hard, runner_cancels(), moves);
  commit(*pipeline, moves);
  return {};
}

}  // namespace fairlead::server
