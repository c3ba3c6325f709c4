// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/needs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairlead::parser {
namespace {

ParallelMatrix interpolate(const ParallelMatrix& matrix, const MatrixValues& values,
                           std::vector<std::string>& missing) {
  ParallelMatrix result = matrix;
  for (auto& variables : result) {
    for (auto& [key, texts] : variables) {
      key = interpolate_matrix(key, values, missing);
      for (std::string& text : texts) text = interpolate_matrix(text, values, missing);
    }
  }
  return result;
}

// What `$[[ matrix.X ]]` may name: matrix values, then the job's own variables,
// which GitLab keeps in the same table.
MatrixValues interpolation_values(const JobConfig& job, const JobCopy& copy) {
  MatrixValues values = copy.values;
  for (const VariableConfig& variable : job.variables) values.emplace_back(variable.key, variable.value);
  return values;
}

bool has_block(const NeedConfig& need) {
  if (need.job.find("$[[") != std::string::npos) return true;
  for (const auto& variables : need.matrix)
    for (const auto& [key, texts] : variables)
      if (key.find("$[[") != std::string::npos || std::any_of(texts.begin(), texts.end(), [](const auto& t) {
            return t.find("$[[") != std::string::npos;
          }))
        return true;
  return false;
}

}  // namespace

NeedsResolver::NeedsResolver(const std::vector<JobConfig>& jobs,
                             const std::vector<std::vector<JobCopy>>& copies) {
  by_name_.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) by_name_.emplace(jobs[i].name, Target{&jobs[i], &copies[i]});
}

std::vector<Need> NeedsResolver::resolve(const std::vector<NeedConfig>& needs, const JobConfig& job,
                                         const JobCopy& copy, Diagnostics& diagnostics) const {
  std::vector<Need> resolved;
  for (const NeedConfig& config : needs) {
    if (config.pipeline || config.project) continue;
    NeedConfig need = config;
    if (copy.index > 0 && has_block(config)) {
      std::vector<std::string> missing;
      const MatrixValues values = interpolation_values(job, copy);
      need.job = interpolate_matrix(config.job, values, missing);
      need.matrix = interpolate(config.matrix, values, missing);
      for (const std::string& name : missing)
        diagnostics.error(fmt::format("{} job: '{}' does not exist in matrix configuration", job.name, name),
                          config.mark);
      if (!missing.empty()) continue;
    }
    const auto add = [&](std::string name) {
      resolved.push_back({.job = std::move(name), .artifacts = need.artifacts, .optional = need.optional});
    };
    const auto target = by_name_.find(need.job);
    const bool multiplied = target != by_name_.end() && target->second.copies->front().index > 0;
    if (!multiplied) {
      add(need.job);
    } else if (!need.matrix.empty()) {
      for (const MatrixValues& values : combinations(need.matrix)) add(matrix_name(need.job, values));
    } else {
      for (const JobCopy& needed : *target->second.copies) add(needed.name);
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
    for (const JobCopy& copy : *target->second.copies) resolved.push_back(copy.name);
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
