// SPDX-License-Identifier: Apache-2.0
#include "server/core/plan_state.hpp"

namespace fairlead::server {
namespace {

JobState job_state(const parser::JobPlan& plan) {
  JobState job;
  job.name = plan.name;
  job.stage_index = plan.stage_index;
  job.when = plan.when;
  job.allow_failure = plan.allow_failure;
  job.allow_failure_exit_codes = plan.allow_failure_exit_codes;
  job.dag = plan.dag;
  for (const auto& need : plan.needs) job.needs.push_back(need.job);
  if (plan.start_in) job.start_in = *plan.start_in;
  job.interruptible = plan.interruptible;
  job.resource_group = plan.resource_group;
  if (const auto& retry = plan.config.retry) {
    job.retry_max = retry->max;
    job.retry_when = retry->when;
    job.retry_exit_codes = retry->exit_codes;
  }
  return job;
}

}  // namespace

Result<PipelineState> initial_state(const parser::PipelinePlan& plan) {
  PipelineState state;
  state.cancel_on_job_failure = plan.auto_cancel_on_job_failure == "all";
  for (const auto& stage : plan.stages) state.stages.push_back({stage, model::Status::created});
  for (const auto& job : plan.jobs) {
    if (job.stage_index < 0 || static_cast<std::size_t>(job.stage_index) >= state.stages.size())
      return make_error(ErrorCode::invalid_argument,
                        "job \"" + job.name + "\" stands in a stage that the plan does not list");
    state.jobs.push_back(job_state(job));
  }
  return state;
}

}  // namespace fairlead::server
