// SPDX-License-Identifier: Apache-2.0
#include "cli/graph.hpp"

#include <map>

#include <fmt/core.h>

#include "terminal/text.hpp"

namespace fairlead::cli {
namespace {

std::string quoted(const std::string& text, std::string_view quote_as) {
  std::string out = "\"";
  for (const char c : terminal::printable(text)) {
    if (c == '"')
      out += quote_as;
    else if (c == '\\' && quote_as[0] == '\\')
      out += "\\\\";
    else
      out += c;
  }
  return out + "\"";
}

std::string remark(const parser::JobPlan& job) {
  std::string out;
  if (job.when != model::When::on_success) out += fmt::format(" ({})", model::to_string(job.when));
  if (job.dag && job.needs.empty()) out += " (starts at once)";
  return out;
}

std::string as_text(const parser::PipelinePlan& plan) {
  std::string out;
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
    out += terminal::printable(plan.stages[stage]) + "\n";
    std::size_t left = 0;
    for (const parser::JobPlan& job : plan.jobs)
      left += static_cast<std::size_t>(job.stage_index) == stage ? 1 : 0;
    for (const parser::JobPlan& job : plan.jobs) {
      if (static_cast<std::size_t>(job.stage_index) != stage) continue;
      out += fmt::format("{} {}{}", --left == 0 ? "└─" : "├─", terminal::printable(job.name), remark(job));
      const char* separator = "  ← ";
      for (const parser::Need& need : job.needs) {
        out += separator + terminal::printable(need.job);
        separator = ", ";
      }
      out += "\n";
    }
  }
  return out;
}

std::string as_mermaid(const parser::PipelinePlan& plan) {
  std::string out = "flowchart LR\n";
  std::map<std::string, std::string> ids;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) ids[plan.jobs[i].name] = fmt::format("j{}", i);
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
    out += fmt::format("  subgraph s{}[{}]\n", stage, quoted(plan.stages[stage], "#quot;"));
    for (const parser::JobPlan& job : plan.jobs)
      if (static_cast<std::size_t>(job.stage_index) == stage)
        out += fmt::format("    {}[{}]\n", ids[job.name], quoted(job.name + remark(job), "#quot;"));
    out += "  end\n";
  }
  // Jobs without needs wait for the stage before them.
  for (const parser::JobPlan& job : plan.jobs) {
    for (const parser::Need& need : job.needs)
      out += fmt::format("  {} --> {}\n", ids[need.job], ids[job.name]);
    if (!job.dag && job.stage_index > 0)
      out += fmt::format("  s{} -.-> {}\n", job.stage_index - 1, ids[job.name]);
  }
  return out;
}

std::string as_dot(const parser::PipelinePlan& plan) {
  std::string out = "digraph pipeline {\n  rankdir=LR;\n  compound=true;\n  node [shape=box];\n";
  std::map<int, std::string> last_of_stage;
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
    out +=
        fmt::format("  subgraph cluster_{} {{\n    label={};\n", stage, quoted(plan.stages[stage], "\\\""));
    for (const parser::JobPlan& job : plan.jobs) {
      if (static_cast<std::size_t>(job.stage_index) != stage) continue;
      const std::string label = job.name + remark(job);
      out += fmt::format("    {} [label={}];\n", quoted(job.name, "\\\""), quoted(label, "\\\""));
      last_of_stage[job.stage_index] = job.name;
    }
    out += "  }\n";
  }
  for (const parser::JobPlan& job : plan.jobs) {
    for (const parser::Need& need : job.needs)
      out += fmt::format("  {} -> {};\n", quoted(need.job, "\\\""), quoted(job.name, "\\\""));
    if (!job.dag && job.stage_index > 0)
      out += fmt::format("  {} -> {} [style=dashed, ltail=cluster_{}];\n",
                         quoted(last_of_stage[job.stage_index - 1], "\\\""), quoted(job.name, "\\\""),
                         job.stage_index - 1);
  }
  return out + "}\n";
}

}  // namespace

std::optional<GraphForm> graph_form(std::string_view word) {
  if (word == "text") return GraphForm::text;
  if (word == "mermaid") return GraphForm::mermaid;
  if (word == "dot") return GraphForm::dot;
  return std::nullopt;
}

std::string draw_graph(const parser::PipelinePlan& plan, GraphForm form) {
  switch (form) {
    case GraphForm::mermaid:
      return as_mermaid(plan);
    case GraphForm::dot:
      return as_dot(plan);
    case GraphForm::text:
      break;
  }
  return as_text(plan);
}

}  // namespace fairlead::cli
