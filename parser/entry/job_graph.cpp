// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/job_graph.hpp"

#include <algorithm>

namespace fairlead::parser::entry {

JobGraph::JobGraph(const PipelineConfig& config) : config_(config) {
  std::unordered_map<std::string_view, std::size_t> stages;
  for (std::size_t i = 0; i < config.stages.size(); ++i) stages.emplace(config.stages[i], i);
  by_name_.reserve(config.jobs.size());
  stage_index_.reserve(config.jobs.size());
  for (std::size_t i = 0; i < config.jobs.size(); ++i) {
    const JobConfig& job = config.jobs[i];
    by_name_.emplace(job.name, i);
    const auto stage = stages.find(job.stage);
    stage_index_.push_back(stage != stages.end() ? stage->second : kNone);
    if (job.parallel || !job.matrix.empty()) multiplied_.emplace(i, copy_names(job));
  }
  for (const auto& [job, names] : multiplied_) {
    for (const std::string& name : names) by_copy_.emplace(name, job);
  }
}

std::size_t JobGraph::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  const auto copy = by_copy_.find(name);
  return copy != by_copy_.end() ? copy->second : kNone;
}

std::size_t JobGraph::find_final(std::string_view name) const {
  const auto copy = by_copy_.find(name);
  if (copy != by_copy_.end()) return copy->second;
  const auto found = by_name_.find(name);
  return found != by_name_.end() && !multiplied_.contains(found->second) ? found->second : kNone;
}

std::vector<std::string> JobGraph::targets(const std::string& name, const ParallelMatrix& matrix) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return {name};
  const auto multiplied = multiplied_.find(found->second);
  if (matrix.empty()) {
    return multiplied != multiplied_.end() ? multiplied->second : std::vector<std::string>{name};
  }
  // The order of the keys does not matter, their values do.
  std::vector<Combination> own = combinations(config_.jobs[found->second].matrix);
  for (Combination& combination : own) std::ranges::sort(combination);
  std::vector<std::string> out;
  for (const Combination& wanted : combinations(matrix)) {
    Combination sorted = wanted;
    std::ranges::sort(sorted);
    const auto match = std::ranges::find(own, sorted);
    out.push_back(match != own.end() ? multiplied->second[static_cast<std::size_t>(match - own.begin())]
                                     : copy_name(name, wanted));
  }
  return out;
}

const std::string& JobGraph::message_name(std::size_t job) const {
  const auto multiplied = multiplied_.find(job);
  return multiplied != multiplied_.end() && !multiplied->second.empty() ? multiplied->second.front()
                                                                        : config_.jobs[job].name;
}

}  // namespace fairlead::parser::entry
