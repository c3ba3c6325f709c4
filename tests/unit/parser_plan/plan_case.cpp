// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_plan/plan_case.hpp"

#include "parser/entry/entries.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser {

PipelineContext push_to(std::string branch) {
  PipelineContext context;
  context.predefined = {{.key = "CI_COMMIT_BRANCH", .value = branch},
                        {.key = "CI_PIPELINE_SOURCE", .value = "push"}};
  context.ref = std::move(branch);
  context.project_path = "group/project";
  return context;
}

PipelineContext push_of_tag(std::string tag) {
  PipelineContext context;
  context.predefined = {{.key = "CI_COMMIT_TAG", .value = tag},
                        {.key = "CI_PIPELINE_SOURCE", .value = "push"}};
  context.ref = std::move(tag);
  context.is_tag = true;
  return context;
}

std::vector<std::string> PlanCase::names() const {
  std::vector<std::string> names;
  if (result.plan)
    for (const JobPlan& job : result.plan->jobs) names.push_back(job.name);
  return names;
}

std::vector<std::string> PlanCase::errors() const {
  std::vector<std::string> errors;
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (diagnostic.severity == Severity::error) errors.push_back(diagnostic.message);
  return errors;
}

const JobPlan& PlanCase::job(const std::string& name) const {
  static const JobPlan kNone;
  if (result.plan)
    for (const JobPlan& job : result.plan->jobs)
      if (job.name == name) return job;
  ADD_FAILURE() << "no job " << name << " in " << testing::PrintToString(names()) << " "
                << testing::PrintToString(errors());
  return kNone;
}

const Selection& PlanCase::selection(const std::string& name) const {
  static const Selection kNone;
  for (const Selection& selection : result.selections)
    if (selection.job == name) return selection;
  ADD_FAILURE() << "no selection of " << name;
  return kNone;
}

std::vector<std::string> PlanCase::needs(const std::string& name) const {
  std::vector<std::string> needs;
  for (const Need& need : job(name).needs) needs.push_back(need.job);
  return needs;
}

std::string PlanCase::variable(const std::string& job_name, const std::string& key) const {
  const model::Variable* found = model::find_variable(job(job_name).yaml_variables, key);
  return found != nullptr ? found->value : "absent";
}

PlanCase plan_of(std::string text, const PipelineContext& context) {
  PlanCase plan;
  tests::ReadYaml yaml = tests::read_yaml(std::move(text));
  if (yaml.text.failure) {
    ADD_FAILURE() << yaml.text.failure->message;
    return plan;
  }
  std::optional<PipelineConfig> config = read_config(yaml.text.content, plan.diagnostics);
  plan.files = std::move(yaml.files);
  if (!config) {
    ADD_FAILURE() << testing::PrintToString(plan.errors());
    return plan;
  }
  plan.config = std::move(*config);
  plan.result = build_plan(plan.config, context, plan.diagnostics);
  return plan;
}

}  // namespace fairlead::parser
