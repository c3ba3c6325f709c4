// SPDX-License-Identifier: Apache-2.0
// Questions: copies of what the Coordinator knows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "server/core/coordinator_impl.hpp"

namespace fairlead::server {
namespace {

using Kind = WhyNotRunning::Kind;

bool is_blocking_gate(const JobState& job) { return job.status == Status::manual && !job.allow_failure; }

// The jobs that a created job waits for: gates first, if any is in the way.
WhyNotRunning waits_for(const std::vector<const JobState*>& before) {
  WhyNotRunning gates{Kind::waits_for_gate, {}, {}}, jobs{Kind::waits_for_jobs, {}, {}};
  for (const JobState* job : before) {
    if (is_blocking_gate(*job))
      gates.names.push_back(job->name);
    else if (!is_completed(job->status) && job->status != Status::manual)
      jobs.names.push_back(job->name);
  }
  if (jobs.names.empty() && !gates.names.empty()) {
    gates.text = fmt::format("waits until somebody starts {}", fmt::join(gates.names, ", "));
    return gates;
  }
  jobs.text = fmt::format("waits for {}", fmt::join(jobs.names, ", "));
  return jobs;
}

}  // namespace

std::optional<PipelineView> Coordinator::Impl::pipeline(PipelineId id) const {
  const std::lock_guard lock(mutex_);
  const PipelineRecord* pipeline = find_pipeline(id);
  if (pipeline == nullptr) return std::nullopt;
  PipelineView view;
  view.id = id;
  view.iid = pipeline->iid;
  view.name = pipeline->facts.plan.name;
  view.status = pipeline->state.status;
  view.warnings = has_warnings(pipeline->state);
  view.settled = is_settled(pipeline->state);
  view.stages = pipeline->state.stages;
  for (const auto& job : pipeline->state.jobs) view.jobs.push_back(job.id);
  view.created_at = pipeline->created_at;
  view.started_at = pipeline->started_at;
  view.finished_at = pipeline->finished_at;
  return view;
}

JobView Coordinator::Impl::view_of(const JobRecord& job) const {
  const PipelineRecord& pipeline = pipeline_of(job);
  const JobState& state = state_of(job);
  const auto& plan = pipeline.facts.plan.jobs[job.slot];
  JobView view;
  view.id = job.id;
  view.pipeline = job.pipeline;
  view.name = state.name;
  view.stage = plan.stage;
  view.stage_index = state.stage_index;
  view.status = state.status;
  view.when = state.when;
  view.allow_failure = state.allow_failure;
  view.retried = job.retired.has_value();
  view.tags = plan.tags;
  view.needs = state.needs;
  view.dag = state.dag;
  view.environment = plan.environment_name;
  view.failure_reason = state.failure_reason;
  view.exit_code = state.exit_code;
  view.coverage = job.coverage;
  view.tests = job.tests;
  for (const auto& artifact : job.artifacts) view.artifacts.push_back(artifact.view);
  view.created_at = job.created_at;
  view.queued_at = job.queued_at;
  view.started_at = job.started_at;
  view.finished_at = job.finished_at;
  view.scheduled_at = state.scheduled_at;
  view.trace_size = job.folder.trace_size();
  if (job.runner) view.runner = job.runner->description;
  return view;
}

std::optional<JobView> Coordinator::Impl::job(JobId id) const {
  const std::lock_guard lock(mutex_);
  const JobRecord* job = find_job(id);
  return job == nullptr ? std::nullopt : std::optional(view_of(*job));
}

std::vector<JobView> Coordinator::Impl::jobs(PipelineId id, bool all_copies) const {
  const std::lock_guard lock(mutex_);
  std::vector<JobView> views;
  const PipelineRecord* pipeline = find_pipeline(id);
  if (pipeline == nullptr) return views;
  if (all_copies)
    for (JobId job : pipeline->all_copies) views.push_back(view_of(*find_job(job)));
  else
    for (const auto& state : pipeline->state.jobs) views.push_back(view_of(*find_job(state.id)));
  return views;
}

Result<std::string> Coordinator::Impl::trace(JobId id, std::uint64_t offset, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  const JobRecord* job = find_job(id);
  if (job == nullptr)
    return make_error(ErrorCode::not_found, fmt::format("there is no job with the id {}", id));
  return job->folder.read_trace(offset, limit);
}

Result<ArtifactBlob> Coordinator::Impl::artifact(JobId id, std::string_view type) const {
  const std::lock_guard lock(mutex_);
  const JobRecord* job = find_job(id);
  if (job != nullptr)
    for (const auto& artifact : job->artifacts)
      if (artifact.view.type == type)
        return ArtifactBlob{artifact.file, artifact.view.filename, artifact.view.size};
  return make_error(ErrorCode::not_found, fmt::format("job {} has no artifact of type {}", id, type));
}

WhyNotRunning Coordinator::Impl::why_not_running(JobId id) const {
  const std::lock_guard lock(mutex_);
  const JobRecord* job = find_job(id);
  if (job == nullptr) return {Kind::finished, {}, "there is no such job"};
  const PipelineRecord& pipeline = pipeline_of(*job);
  const JobState& state = state_of(*job);
  switch (state.status) {
    case Status::running:
    case Status::canceling:
      return {Kind::running, {}, "is running"};
    case Status::success:
    case Status::failed:
    case Status::canceled:
    case Status::skipped:
      return {Kind::finished, {}, fmt::format("has ended: {}", model::to_string(state.status))};
    case Status::manual:
      return {Kind::waits_for_gate, {state.name}, "waits until somebody starts it"};
    case Status::scheduled:
      return {Kind::waits_for_time, {}, "is delayed"};
    case Status::preparing:
    case Status::waiting_for_callback:
    case Status::waiting_for_resource: {
      WhyNotRunning why{Kind::waits_for_resource, {}, {}};
      const auto group = groups_.find(group_key(pipeline, job->slot));
      if (group != groups_.end() && group->second.holder)
        if (const JobRecord* holder = find_job(*group->second.holder))
          why.names.push_back(state_of(*holder).name);
      why.text = fmt::format("waits for the resource group {}{}", state.resource_group,
                             why.names.empty() ? "" : ", which " + why.names.front() + " has");
      return why;
    }
    case Status::created: {
      std::vector<const JobState*> before;
      if (state.dag) {
        for (std::size_t need : pipeline.graph.needs(job->slot)) before.push_back(&pipeline.state.jobs[need]);
      } else {
        for (const auto& other : pipeline.state.jobs)
          if (other.stage_index < state.stage_index) before.push_back(&other);
      }
      return waits_for(before);
    }
    case Status::pending:
      break;
  }
  if (job->runner) return {Kind::claimed, {}, fmt::format("is with runner {}", job->runner->description)};
  const bool known = std::any_of(runners_.begin(), runners_.end(),
                                 [&](const auto& entry) { return matches(*job, entry.second); });
  if (known) return {Kind::waits_for_runner, {}, "waits for a free runner"};
  const auto& tags = pipeline.facts.plan.jobs[job->slot].tags;
  return {Kind::no_matching_runner, tags,
          tags.empty() ? "no runner takes jobs without tags"
                       : fmt::format("no runner has the tags {}", fmt::join(tags, ", "))};
}

}  // namespace fairlead::server
