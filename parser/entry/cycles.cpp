// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "parser/entry/job_graph.hpp"

// Circular needs. GitLab sorts the jobs topologically (Ruby's TSort, that is
// Tarjan's strongly connected components) and prints the first component that
// is a cycle, in the order its jobs were met. Chains of needs may be as long
// as the file, so the search keeps its own stack.
namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kPrefix = "The pipeline has circular dependencies: ";
constexpr std::size_t kUnseen = static_cast<std::size_t>(-1);

struct Edges {
  std::vector<std::string> names;
  std::vector<Mark> marks;
  std::vector<std::vector<std::size_t>> next;
};

std::string quote(const std::string& name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out.append("\"");
}

// The components of more than one node, in Tarjan's order.
std::vector<std::vector<std::size_t>> cycles_of(const std::vector<std::vector<std::size_t>>& next) {
  struct Frame {
    std::size_t node;
    std::size_t child;
  };
  std::vector<std::vector<std::size_t>> cycles;
  std::vector<std::size_t> order(next.size(), kUnseen);
  std::vector<std::size_t> low(next.size(), 0);
  std::vector<bool> on_stack(next.size(), false);
  std::vector<std::size_t> stack;
  std::vector<Frame> frames;
  std::size_t counter = 0;
  const auto enter = [&](std::size_t node) {
    order[node] = low[node] = counter++;
    stack.push_back(node);
    on_stack[node] = true;
    frames.push_back({node, 0});
  };
  for (std::size_t root = 0; root < next.size(); ++root) {
    if (order[root] != kUnseen) continue;
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const std::size_t node = frame.node;
      if (frame.child < next[node].size()) {
        const std::size_t target = next[node][frame.child++];
        if (order[target] == kUnseen) {
          enter(target);
        } else if (on_stack[target]) {
          low[node] = std::min(low[node], order[target]);
        }
        continue;
      }
      frames.pop_back();
      if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
      if (low[node] != order[node]) continue;
      const auto start = std::ranges::find(stack, node);
      if (stack.end() - start > 1) cycles.emplace_back(start, stack.end());
      for (auto it = start; it != stack.end(); ++it) on_stack[*it] = false;
      stack.erase(start, stack.end());
    }
  }
  return cycles;
}

bool is_own(const NeedConfig& need) { return !need.pipeline && !need.project; }

// Jobs as written: cheap, and nearly always enough to know there is no cycle.
Edges plain_edges(const JobGraph& graph) {
  Edges edges;
  const auto& jobs = graph.config().jobs;
  edges.next.resize(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    edges.names.push_back(jobs[i].name);
    edges.marks.push_back(jobs[i].mark);
    if (!jobs[i].needs) continue;
    for (const NeedConfig& need : *jobs[i].needs) {
      const std::size_t target = is_own(need) ? graph.find(need.job) : JobGraph::kNone;
      if (target != JobGraph::kNone) edges.next[i].push_back(target);
    }
  }
  return edges;
}

// Jobs as they will run: copies of one job may need other copies of it.
Edges final_edges(const JobGraph& graph) {
  Edges edges;
  const auto& jobs = graph.config().jobs;
  std::unordered_map<std::string, std::size_t> index;
  std::vector<std::size_t> job_of;
  std::vector<Combination> own;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const std::vector<Combination> combos = combinations(jobs[i].matrix);
    const std::vector<std::string> names = copy_names(jobs[i]);
    for (std::size_t copy = 0; copy < names.size(); ++copy) {
      index.emplace(names[copy], edges.names.size());
      edges.names.push_back(names[copy]);
      edges.marks.push_back(jobs[i].mark);
      job_of.push_back(i);
      own.push_back(copy < combos.size() ? combos[copy] : Combination());
    }
  }
  edges.next.resize(edges.names.size());
  for (std::size_t node = 0; node < edges.names.size(); ++node) {
    const JobConfig& job = jobs[job_of[node]];
    if (!job.needs) continue;
    for (const NeedConfig& need : *job.needs) {
      if (!is_own(need)) continue;
      for (const std::string& target : graph.targets(need.job, substitute_matrix(need.matrix, own[node]))) {
        if (const auto found = index.find(target); found != index.end())
          edges.next[node].push_back(found->second);
      }
    }
  }
  return edges;
}

bool has_cycle(const Edges& edges) {
  for (std::size_t i = 0; i < edges.next.size(); ++i) {
    if (std::ranges::find(edges.next[i], i) != edges.next[i].end()) return true;
  }
  return !cycles_of(edges.next).empty();
}

}  // namespace

void check_cycles(const JobGraph& graph, Diagnostics& diagnostics) {
  if (!has_cycle(plain_edges(graph))) return;
  const Edges edges = final_edges(graph);
  std::unordered_set<std::size_t> reported;  // jobs that need themselves
  for (std::size_t i = 0; i < edges.next.size(); ++i) {
    if (std::ranges::find(edges.next[i], i) == edges.next[i].end()) continue;
    diagnostics.error(std::string(kPrefix) + "self-dependency: " + edges.names[i], edges.marks[i]);
    reported.insert(i);
  }
  for (const auto& cycle : cycles_of(edges.next)) {
    if (std::ranges::any_of(cycle, [&](std::size_t node) { return reported.contains(node); })) continue;
    std::string list;
    for (std::size_t node : cycle) list.append(list.empty() ? "" : ", ").append(quote(edges.names[node]));
    diagnostics.error(std::string(kPrefix) + "topological sort failed: [" + list + "]",
                      edges.marks[cycle.front()]);
  }
}

}  // namespace fairlead::parser::entry
