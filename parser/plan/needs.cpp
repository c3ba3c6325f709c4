// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/needs.hpp"

#include <fmt/format.h>

namespace fairlead::parser {
NeedsResolver::NeedsResolver(const std::vector<JobConfig>& jobs,
                             const std::vector<std::vector<JobCopy>>& copies) {
  by_name_.reserve(jobs.size());
  present_.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) by_name_.emplace(jobs[i].name, &copies[i]);
}

std::vector<Need> NeedsResolver::resolve(const std::vector<NeedConfig>& needs, const JobCopy& copy) const {
  std::vector<Need> resolved;
  for (const NeedConfig& need : needs) {
    if (need.pipeline || need.project) continue;
    const auto add = [&](std::string name) {
      resolved.push_back({.job = std::move(name), .artifacts = need.artifacts, .optional = need.optional});
    };
    const auto target = by_name_.find(need.job);
    const bool multiplied =
        target != by_name_.end() && !target->second->empty() && target->second->front().index > 0;
    if (!multiplied) {
      add(need.job);
    } else if (!need.matrix.empty()) {
      for (const Combination& values : combinations(substitute_matrix(need.matrix, copy.values)))
        add(copy_name(need.job, values));
    } else {
      for (const JobCopy& needed : *target->second) add(needed.name);
    }
  }
  return resolved;
}

std::vector<std::string> NeedsResolver::resolve(const std::vector<std::string>& dependencies) const {
  std::vector<std::string> resolved;
  for (const std::string& name : dependencies) {
    const auto target = by_name_.find(name);
    if (target == by_name_.end()) {
      resolved.push_back(name);  // perhaps the full name of a copy
      continue;
    }
    for (const JobCopy& copy : *target->second) resolved.push_back(copy.name);
  }
  return resolved;
}

void NeedsResolver::check(JobPlan& job, const std::vector<NeedConfig>& configs,
                          Diagnostics& diagnostics) const {
  if (job.needs.size() > kMaxNeeds) {
    diagnostics.error(fmt::format("{}: one job can only need {} others, but you have listed {}. "
                                  "See needs keyword documentation for more details",
                                  job.name, kMaxNeeds, job.needs.size()),
                      job.config.mark);
    return;
  }
  const auto mark_of = [&](const std::string& name) {
    // The longest name that the need starts with: "build" for "build: [a]".
    const NeedConfig* best = nullptr;
    for (const NeedConfig& config : configs)
      if (name.starts_with(config.job) && (best == nullptr || config.job.size() > best->job.size()))
        best = &config;
    return best != nullptr ? best->mark : job.config.mark;
  };
  std::vector<Need> kept;
  for (Need& need : job.needs) {
    if (present_.contains(need.job)) {
      kept.push_back(std::move(need));
    } else if (!need.optional) {
      diagnostics.error(
          fmt::format(
              "'{}' job needs '{}' job, but '{}' does not exist in the pipeline. This might be because of "
              "the "
              "only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, "
              "use needs:optional.",
              job.name, need.job, need.job),
          mark_of(need.job));
    }
  }
  job.needs = std::move(kept);
}

void NeedsResolver::keep_present(std::vector<std::string>& names) const {
  std::erase_if(names, [&](const std::string& name) { return !present_.contains(name); });
}

}  // namespace fairlead::parser
