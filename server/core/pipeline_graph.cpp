// SPDX-License-Identifier: Apache-2.0
#include "server/core/pipeline_graph.hpp"

#include <algorithm>

namespace fairlead::server {
namespace {

using Index = PipelineGraph::Index;

// Depth first, each job after its needs. With an explicit stack: a chain of
// thousands of needs must not use up the thread's own. A cycle (the parser
// refuses them) ends where it closes.
std::vector<Index> depth_first(const std::vector<std::vector<Index>>& needs) {
  std::vector<Index> order;
  order.reserve(needs.size());
  std::vector<bool> seen(needs.size(), false);
  std::vector<std::pair<Index, std::size_t>> stack;
  for (Index root = 0; root < needs.size(); ++root) {
    if (seen[root]) continue;
    seen[root] = true;
    stack.emplace_back(root, 0);
    while (!stack.empty()) {
      auto& [job, next] = stack.back();
      if (next < needs[job].size()) {
        const Index need = needs[job][next++];
        if (!seen[need]) {
          seen[need] = true;
          stack.emplace_back(need, 0);
        }
      } else {
        order.push_back(job);
        stack.pop_back();
      }
    }
  }
  return order;
}

}  // namespace

std::vector<std::string> order_by_needs(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& jobs) {
  std::unordered_map<std::string_view, Index> by_name;
  for (Index i = 0; i < jobs.size(); ++i) by_name.emplace(jobs[i].first, i);
  std::vector<std::vector<Index>> needs(jobs.size());
  for (Index i = 0; i < jobs.size(); ++i)
    for (const auto& need : jobs[i].second)
      if (auto it = by_name.find(need); it != by_name.end()) needs[i].push_back(it->second);
  std::vector<std::string> names;
  names.reserve(jobs.size());
  for (Index i : depth_first(needs)) names.push_back(jobs[i].first);
  return names;
}

PipelineGraph::PipelineGraph(const PipelineState& pipeline)
    : stages_(pipeline.stages.size()), needs_(pipeline.jobs.size()), needed_by_(pipeline.jobs.size()) {
  const auto& jobs = pipeline.jobs;
  by_name_.reserve(jobs.size());
  for (Index i = 0; i < jobs.size(); ++i) by_name_.emplace(jobs[i].name, i);
  for (Index i = 0; i < jobs.size(); ++i) {
    for (const auto& name : jobs[i].needs) {
      auto need = find(name);
      if (!need || *need == i) continue;
      needs_[i].push_back(*need);
      needed_by_[*need].push_back(i);
    }
  }
  for (Index i : depth_first(needs_)) {
    const auto stage = static_cast<std::size_t>(jobs[i].stage_index);
    if (stage < stages_.size()) stages_[stage].push_back(i);
  }
}

std::optional<Index> PipelineGraph::find(std::string_view name) const {
  auto it = by_name_.find(std::string(name));
  if (it == by_name_.end()) return std::nullopt;
  return it->second;
}

}  // namespace fairlead::server
