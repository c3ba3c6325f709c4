// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "server/core/actions.hpp"
#include "server/core/coordinator.hpp"

// Small pipelines for tests, built by hand: the parser has its own tests.
namespace fairlead::server {

struct Sketch {
  std::string name;
  std::string stage = "test";
  model::When when = model::When::on_success;
  bool allow_failure = false;
  std::vector<std::string> needs = {};
  bool dag = false;
  std::string resource_group = {};
  bool interruptible = false;
};

inline parser::JobPlan& job_named(parser::PipelinePlan& plan, const std::string& name) {
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const auto& job) { return job.name == name; });
}

// Stages in the order of their first job.
inline parser::PipelinePlan plan_of(const std::vector<Sketch>& sketches) {
  parser::PipelinePlan plan;
  for (const auto& sketch : sketches)
    if (std::find(plan.stages.begin(), plan.stages.end(), sketch.stage) == plan.stages.end())
      plan.stages.push_back(sketch.stage);
  for (const auto& sketch : sketches) {
    parser::JobPlan job;
    job.name = job.config_name = job.config.name = sketch.name;
    job.stage = sketch.stage;
    job.stage_index = static_cast<int>(std::find(plan.stages.begin(), plan.stages.end(), sketch.stage) -
                                       plan.stages.begin());
    job.when = sketch.when;
    job.allow_failure = sketch.allow_failure;
    job.dag = sketch.dag || !sketch.needs.empty();
    for (const auto& need : sketch.needs) job.needs.push_back({.job = need});
    job.resource_group = sketch.resource_group;
    job.interruptible = sketch.interruptible;
    job.config.script = parser::Script{"true"};
    plan.jobs.push_back(std::move(job));
  }
  return plan;
}

inline PipelineState state_of(const std::vector<Sketch>& sketches) {
  const auto plan = plan_of(sketches);
  PipelineState state;
  for (const auto& stage : plan.stages) state.stages.push_back({stage, model::Status::created});
  JobId id = 0;
  for (const auto& job : plan.jobs) {
    JobState fresh;
    fresh.id = ++id;
    fresh.name = job.name;
    fresh.stage_index = job.stage_index;
    fresh.when = job.when;
    fresh.allow_failure = job.allow_failure;
    fresh.dag = job.dag;
    for (const auto& need : job.needs) fresh.needs.push_back(need.job);
    fresh.resource_group = job.resource_group;
    fresh.interruptible = job.interruptible;
    state.jobs.push_back(std::move(fresh));
  }
  return state;
}

}  // namespace fairlead::server
