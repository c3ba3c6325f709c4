// SPDX-License-Identifier: Apache-2.0
#include "local/job_choice.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

namespace fairlead::local {
namespace {

using Plan = parser::PipelinePlan;

// Indices of the jobs that `name` means.
Result<std::vector<std::size_t>> find_jobs(const Plan& plan, const std::vector<parser::Selection>& selections,
                                           const std::string& name) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i)
    if (plan.jobs[i].name == name || plan.jobs[i].config_name == name) found.push_back(i);
  if (!found.empty()) return found;
  for (const parser::Selection& selection : selections)
    if (selection.job == name)
      return make_error(ErrorCode::not_found,
                        fmt::format("job \"{}\" is not in this pipeline: {} (`fairlead explain` says more)",
                                    name, selection.reason));
  std::vector<std::string> known;
  for (const parser::JobPlan& job : plan.jobs) known.push_back(job.name);
  for (const parser::Selection& selection : selections) known.push_back(selection.job);
  const std::string near(parser::nearest(name, known));
  return make_error(ErrorCode::not_found,
                    fmt::format("there is no job \"{}\"{}", name,
                                near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

Result<std::size_t> find_stage(const Plan& plan, const std::string& name) {
  const auto it = std::find(plan.stages.begin(), plan.stages.end(), name);
  if (it != plan.stages.end()) return static_cast<std::size_t>(it - plan.stages.begin());
  const std::string near(parser::nearest(name, plan.stages));
  return make_error(ErrorCode::not_found,
                    fmt::format("no job of this pipeline is in a stage \"{}\"{}", name,
                                near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

void add_needs(const Plan& plan, std::set<std::size_t>& kept) {
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) by_name[plan.jobs[i].name] = i;
  std::vector<std::size_t> open(kept.begin(), kept.end());
  const auto add = [&](std::size_t index) {
    if (kept.insert(index).second) open.push_back(index);
  };
  while (!open.empty()) {
    const parser::JobPlan& job = plan.jobs[open.back()];
    open.pop_back();
    if (job.dag) {
      for (const parser::Need& need : job.needs)
        if (const auto it = by_name.find(need.job); it != by_name.end()) add(it->second);
      continue;
    }
    for (std::size_t i = 0; i < plan.jobs.size(); ++i)
      if (plan.jobs[i].stage_index < job.stage_index) add(i);
  }
}

// The plan with the jobs of `kept` only.
Plan restricted(const Plan& plan, const std::set<std::size_t>& kept) {
  Plan out = plan;
  out.jobs.clear();
  out.stages.clear();
  std::set<std::string> names;
  for (const std::size_t index : kept) names.insert(plan.jobs[index].name);
  std::map<int, int> stage_of;
  for (const std::size_t index : kept) stage_of.emplace(plan.jobs[index].stage_index, 0);
  for (auto& [old_index, new_index] : stage_of) {
    new_index = static_cast<int>(out.stages.size());
    out.stages.push_back(plan.stages[static_cast<std::size_t>(old_index)]);
  }
  for (const std::size_t index : kept) {
    parser::JobPlan job = plan.jobs[index];
    job.stage_index = stage_of[job.stage_index];
    std::erase_if(job.needs, [&](const parser::Need& need) { return names.count(need.job) == 0; });
    if (job.dependencies)
      std::erase_if(*job.dependencies, [&](const std::string& name) { return names.count(name) == 0; });
    out.jobs.push_back(std::move(job));
  }
  return out;
}

}  // namespace

Result<ChosenJobs> choose_jobs(const parser::PlanResult& result, const JobChoice& choice) {
  const Plan& plan = *result.plan;
  ChosenJobs chosen;
  std::set<std::size_t> kept;
  for (const std::string& name : choice.jobs) {
    auto found = find_jobs(plan, result.selections, name);
    if (!found) return std::move(found.error());
    for (const std::size_t index : *found) {
      kept.insert(index);
      if (plan.jobs[index].when == model::When::manual) chosen.named_gates.push_back(plan.jobs[index].name);
    }
  }
  for (const std::string& name : choice.stages) {
    auto stage = find_stage(plan, name);
    if (!stage) return std::move(stage.error());
    for (std::size_t i = 0; i < plan.jobs.size(); ++i)
      if (static_cast<std::size_t>(plan.jobs[i].stage_index) == *stage) kept.insert(i);
  }
  if (choice.jobs.empty() && choice.stages.empty())
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) kept.insert(i);
  if (choice.with_needs) add_needs(plan, kept);
  for (const std::size_t index : kept)
    if (plan.jobs[index].config.is_bridge) chosen.bridges.push_back(plan.jobs[index].name);
  chosen.plan = restricted(plan, kept);
  return chosen;
}

void drop_bridges(Plan& plan) {
  std::set<std::size_t> kept;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i)
    if (!plan.jobs[i].config.is_bridge) kept.insert(i);
  if (kept.size() < plan.jobs.size()) plan = restricted(plan, kept);
}

Result<std::vector<std::string>> find_gates(const Plan& plan,
                                            const std::vector<parser::Selection>& selections,
                                            const std::vector<std::string>& names) {
  std::vector<std::string> gates;
  for (const std::string& name : names) {
    auto found = find_jobs(plan, selections, name);
    if (!found) return std::move(found.error());
    for (const std::size_t index : *found) {
      if (plan.jobs[index].when != model::When::manual)
        return make_error(
            ErrorCode::invalid_argument,
            fmt::format("job \"{}\" is not a manual job (its `when` is {}): there is no gate to press",
                        plan.jobs[index].name, model::to_string(plan.jobs[index].when)));
      gates.push_back(plan.jobs[index].name);
    }
  }
  return gates;
}

}  // namespace fairlead::local
