// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/diagnostics_json.hpp"
#include "parser/yaml/json.hpp"
#include "terminal/text.hpp"

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;
using Selection = parser::Selection;

constexpr std::size_t kValueWidth = 60;

std::string_view step_kind(parser::yaml::Via::Step step) {
  switch (step) {
    case parser::yaml::Via::Step::include:
      return "include";
    case parser::yaml::Via::Step::extends:
      return "extends";
    case parser::yaml::Via::Step::reference:
      return "reference";
    case parser::yaml::Via::Step::merge_key:
      return "merge key";
    case parser::yaml::Via::Step::defaults:
      return "default";
    case parser::yaml::Via::Step::inputs:
      return "inputs";
  }
  return "";
}

Explanation::Keyword keyword_of(const std::string& name, const parser::yaml::Entry& entry,
                                const parser::yaml::ViaPtr& outer) {
  Explanation::Keyword keyword{
      .name = name, .value = parser::yaml::to_json(*entry.value), .mark = entry.value->mark, .way = {}};
  const parser::yaml::ViaPtr& via = entry.via ? entry.via : outer;
  for (const parser::yaml::Via* step = via.get(); step != nullptr; step = step->next.get())
    keyword.way.push_back({.kind = std::string(step_kind(step->step)), .what = step->what});
  return keyword;
}

std::string quoted_or_unset(const std::optional<std::string>& value) {
  return value ? "\"" + terminal::printable(*value) + "\"" : "unset";
}

void conditions_as_text(const std::vector<Selection::Condition>& conditions, const parser::SourceFiles& files,
                        std::string& out) {
  for (const Selection::Condition& condition : conditions) {
    out += fmt::format("     {} {}  ({})\n", condition.result ? "true " : "false",
                       terminal::printable(condition.text), files.describe(condition.mark));
    for (const auto& [name, value] : condition.variables)
      out += fmt::format("             ${} is {}\n", name, quoted_or_unset(value));
    if (!condition.detail.empty())
      out += fmt::format("             {}\n", terminal::printable(condition.detail));
  }
}

void selection_as_text(const Selection& selection, const parser::SourceFiles& files, std::string& out) {
  for (const Selection::RuleTrace& rule : selection.rules) {
    out += fmt::format("  rule {} at {}: {}\n", rule.index + 1, files.describe(rule.mark),
                       rule.matched ? "matched" : "did not match");
    if (rule.conditions.empty()) out += "     no condition: always matches\n";
    conditions_as_text(rule.conditions, files, out);
  }
  if (!selection.only_except.empty()) out += "  only/except:\n";
  conditions_as_text(selection.only_except, files, out);
}

Json conditions_as_json(const std::vector<Selection::Condition>& conditions,
                        const parser::SourceFiles& files) {
  Json list = Json::array();
  for (const Selection::Condition& condition : conditions) {
    Json variables = Json::object();
    for (const auto& [name, value] : condition.variables) variables[name] = value ? Json(*value) : Json();
    Json object{{"text", condition.text}, {"result", condition.result}, {"variables", std::move(variables)}};
    if (!condition.detail.empty()) object["detail"] = condition.detail;
    object.update(mark_as_json(files, condition.mark));
    list.push_back(std::move(object));
  }
  return list;
}

Json selection_as_json(const Selection& selection, const parser::SourceFiles& files) {
  Json rules = Json::array();
  for (const Selection::RuleTrace& rule : selection.rules) {
    Json object{{"rule", rule.index + 1},
                {"matched", rule.matched},
                {"conditions", conditions_as_json(rule.conditions, files)}};
    object.update(mark_as_json(files, rule.mark));
    rules.push_back(std::move(object));
  }
  return {{"added", selection.added},
          {"reason", selection.reason},
          {"rules", std::move(rules)},
          {"only_except", conditions_as_json(selection.only_except, files)}};
}

}  // namespace

Explanation explain_job(const parser::JobConfig& config, const parser::PlanResult& result,
                        std::string simulated) {
  Explanation out;
  out.job = config.name;
  out.stage = config.stage;
  out.simulated = std::move(simulated);
  for (const Selection& selection : result.selections)
    if (selection.job == config.name) out.selection = &selection;
  if (out.selection) out.reason = out.selection->reason;
  if (!result.workflow.rules.empty()) out.workflow = &result.workflow;
  if (result.plan)
    for (const parser::JobPlan& job : result.plan->jobs)
      if (job.config_name == config.name) out.runs_as.push_back(job.name);
  out.in_pipeline = !out.runs_as.empty();
  for (const parser::yaml::Entry& entry : config.effective) {
    const std::string name = entry.key->to_s();
    // What merges key by key has a place for each of its keys.
    const bool mixed = entry.value->is_mapping() && !entry.value->entries.empty();
    if (!mixed) out.keywords.push_back(keyword_of(name, entry, nullptr));
    if (mixed)
      for (const parser::yaml::Entry& inner : entry.value->entries)
        out.keywords.push_back(keyword_of(name + ":" + inner.key->to_s(), inner, entry.via));
  }
  return out;
}

std::string explanation_as_text(const Explanation& e, const parser::SourceFiles& files) {
  std::string out = fmt::format("Job \"{}\" (stage {}) is {}in the pipeline for a {}.\n",
                                terminal::printable(e.job), terminal::printable(e.stage),
                                e.in_pipeline ? "" : "not ", terminal::printable(e.simulated));
  if (!e.reason.empty()) out += fmt::format("  {}\n", terminal::printable(e.reason));
  if (e.selection) selection_as_text(*e.selection, files, out);
  if (e.runs_as.size() > 1 || (e.runs_as.size() == 1 && e.runs_as[0] != e.job)) {
    out += "  it runs as:\n";
    for (const std::string& name : e.runs_as) out += fmt::format("     {}\n", terminal::printable(name));
  }
  if (e.workflow) {
    out += fmt::format("workflow:rules {}\n", terminal::printable(e.workflow->reason));
    selection_as_text(*e.workflow, files, out);
  }
  out += "Keywords and where they come from:\n";
  std::size_t widest = 0;
  for (const Explanation::Keyword& keyword : e.keywords)
    widest = std::max(widest, terminal::display_width(terminal::printable(keyword.name)));
  for (const Explanation::Keyword& keyword : e.keywords) {
    out += fmt::format("  {}  {}\n", terminal::pad(terminal::printable(keyword.name), widest),
                       terminal::fit(terminal::printable(keyword.value), kValueWidth));
    out += fmt::format("  {:{}}  {}", "", widest, files.describe(keyword.mark));
    for (const Explanation::Step& step : keyword.way)
      out += fmt::format(", by {} {}", step.kind, terminal::printable(step.what));
    out += "\n";
  }
  return out;
}

std::string explanation_as_json(const Explanation& e, const parser::SourceFiles& files) {
  Json out{
      {"job", e.job},       {"stage", e.stage},    {"simulated", e.simulated}, {"in_pipeline", e.in_pipeline},
      {"reason", e.reason}, {"runs_as", e.runs_as}};
  if (e.selection) out["selection"] = selection_as_json(*e.selection, files);
  if (e.workflow) out["workflow"] = selection_as_json(*e.workflow, files);
  out["keywords"] = Json::array();
  for (const Explanation::Keyword& keyword : e.keywords) {
    Json object{{"keyword", keyword.name}, {"value", Json::parse(keyword.value, nullptr, false)}};
    object.update(mark_as_json(files, keyword.mark));
    object["via"] = Json::array();
    for (const Explanation::Step& step : keyword.way)
      object["via"].push_back({{"step", step.kind}, {"what", step.what}});
    out["keywords"].push_back(std::move(object));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fairlead::cli
