// SPDX-License-Identifier: Apache-2.0
// The steps of pipeline creation, in GitLab's order: workflow rules, each job
// (and each of its copies) selected, needs checked against what was selected,
// then the fields that want variables expanded.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "parser/plan/needs.hpp"
#include "parser/plan/plan.hpp"
#include "parser/plan/variables.hpp"
#include "parser/select/conditions.hpp"
#include "parser/variables/collection.hpp"
#include "parser/variables/expand.hpp"

namespace fairlead::parser {
namespace {

constexpr const char* kDidNotRun =
    "The pipeline did not run. Review the workflow:rules configuration for the pipeline.";
constexpr const char* kEmpty =
    "The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.";

model::Variables inherited(const model::Variables& root, const InheritConfig& inherit) {
  if (inherit.all_variables) return root;
  model::Variables kept;
  for (const model::Variable& variable : root)
    if (std::find(inherit.variables.begin(), inherit.variables.end(), variable.key) !=
        inherit.variables.end())
      kept.push_back(variable);
  return kept;
}

// The job's own variables with those of its matrix over them.
model::Variables own_variables(const JobConfig& job, const JobCopy& copy) {
  model::Variables own = to_variables(job.variables);
  model::Variables matrix;
  for (const auto& [key, value] : copy.values) matrix.push_back({.key = key, .value = value});
  merge_variables(own, matrix);
  return own;
}

std::string rule_name(const RulesOutcome& outcome, const std::vector<RuleConfig>& rules) {
  const auto index = static_cast<std::size_t>(outcome.matched);
  const RuleConfig& rule = rules[index];
  if (rule.if_expression) return fmt::format("rule {} (`if: {}`)", index + 1, *rule.if_expression);
  return fmt::format("rule {}", index + 1);
}

class PlanBuilder {
 public:
  PlanBuilder(const PipelineConfig& config, const PipelineContext& context, Diagnostics& diagnostics)
      : config_(config), context_(context), diagnostics_(diagnostics), conditions_(context.repository) {
    facts_ = {.source = context.source,
              .ref = context.ref,
              .is_tag = context.is_tag,
              .is_merge_request = context.is_merge_request,
              .project_path = context.project_path};
  }

  PlanResult build() {
    const std::size_t errors_before = diagnostics_.error_count();
    if (!run_workflow()) {
      for (const JobConfig& job : config_.jobs)
        result_.selections.push_back(
            {.job = job.name, .reason = "there is no pipeline: " + result_.workflow.reason});
      return std::move(result_);
    }
    const PipelineVariables variables(context_, plan_.yaml_variables);
    const std::vector<std::vector<std::size_t>> stages = jobs_by_stage();
    std::size_t total = 0;
    copies_.reserve(config_.jobs.size());
    for (const JobConfig& job : config_.jobs) total += copies_.emplace_back(copies_of(job)).size();
    // A plan of a job is large, so make each where it stays.
    plan_.jobs.reserve(std::min<std::size_t>(total, 20'000));
    NeedsResolver needs(config_.jobs, copies_);
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::size_t before = plan_.jobs.size();
      for (std::size_t job : stages[i]) select(job, variables, needs);
      if (plan_.jobs.size() > before) plan_.stages.push_back(config_.stages[i]);
    }
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
      if (needs_[i] != nullptr) needs.check(plan_.jobs[i], *needs_[i], diagnostics_);
      if (plan_.jobs[i].dependencies) needs.keep_present(*plan_.jobs[i].dependencies);
    }
    if (diagnostics_.error_count() > errors_before) return std::move(result_);
    if (!has_real_stage()) {
      diagnostics_.error(kEmpty, config_.workflow.mark);
      return std::move(result_);
    }
    name_pipeline();
    result_.plan = std::move(plan_);
    return std::move(result_);
  }

 private:
  // For each stage, in order, the positions of its jobs in the file.
  std::vector<std::vector<std::size_t>> jobs_by_stage() {
    std::unordered_map<std::string_view, std::size_t> positions;
    for (std::size_t i = 0; i < config_.stages.size(); ++i) positions.emplace(config_.stages[i], i);
    std::vector<std::vector<std::size_t>> stages(config_.stages.size());
    for (std::size_t i = 0; i < config_.jobs.size(); ++i) {
      const JobConfig& job = config_.jobs[i];
      result_.selections.push_back({.job = job.name, .reason = "its stage does not exist"});
      if (const auto stage = positions.find(job.stage); stage != positions.end()) {
        stages[stage->second].push_back(i);
      } else {
        diagnostics_.error(fmt::format("{} job: chosen stage {} does not exist", job.name, job.stage),
                           job.mark);
      }
    }
    return stages;
  }

  // False: no pipeline; said why.
  bool run_workflow() {
    plan_.yaml_variables = to_variables(config_.variables);
    const WorkflowConfig& workflow = config_.workflow;
    if (workflow.auto_cancel_on_new_commit)
      plan_.auto_cancel_on_new_commit = *workflow.auto_cancel_on_new_commit;
    if (workflow.auto_cancel_on_job_failure)
      plan_.auto_cancel_on_job_failure = *workflow.auto_cancel_on_job_failure;
    Selection& selection = result_.workflow;
    selection.job = "workflow";
    selection.added = true;
    selection.reason = "there is no workflow:rules";
    if (!workflow.rules) return true;

    const model::Variables all =
        PipelineVariables(context_, plan_.yaml_variables).with({}, plan_.yaml_variables);
    ListVariables variables(all);
    RulesOutcome outcome = conditions_.rules(*workflow.rules, variables);
    selection.rules = std::move(outcome.traces);
    if (outcome.error) {
      selection.added = false;
      selection.reason = *outcome.error;
      diagnostics_.error(*outcome.error, selection.rules.back().mark);
      return false;
    }
    const RuleConfig* rule =
        outcome.matched < 0 ? nullptr : &(*workflow.rules)[static_cast<std::size_t>(outcome.matched)];
    selection.added = rule != nullptr && rule->when != model::When::never;
    if (rule == nullptr) {
      selection.reason = "no rule of workflow:rules matched";
    } else {
      selection.reason = fmt::format("{} of workflow:rules matched{}", rule_name(outcome, *workflow.rules),
                                     selection.added ? "" : " and says `when: never`");
    }
    if (!selection.added) {
      diagnostics_.error(kDidNotRun, rule != nullptr ? rule->mark : workflow.mark);
      return false;
    }
    merge_variables(plan_.yaml_variables, to_variables(rule->variables));
    if (rule->auto_cancel_on_new_commit) plan_.auto_cancel_on_new_commit = *rule->auto_cancel_on_new_commit;
    if (rule->auto_cancel_on_job_failure)
      plan_.auto_cancel_on_job_failure = *rule->auto_cancel_on_job_failure;
    return true;
  }

  // Decides on every copy of one job. The first copy's trace is the one kept.
  void select(std::size_t index, const PipelineVariables& shared, NeedsResolver& needs) {
    const JobConfig& job = config_.jobs[index];
    Selection& selection = result_.selections[index];
    selection.reason = "its parallel:matrix makes no copies";
    std::size_t added = 0;
    for (const JobCopy& copy : copies_[index]) {
      const model::Variables own = own_variables(job, copy);
      model::Variables yaml = inherited(shared.root(), job.inherit);
      merge_variables(yaml, own);
      JobVariables variables(shared, job, copy, yaml);

      Selection one{.job = job.name};
      const RuleConfig* rule = nullptr;
      int matched = -1;
      if (!decide(job, variables, one, rule, matched)) {
        if (&copy == &copies_[index].front()) selection = std::move(one);
        continue;
      }
      if (added++ == 0) selection = std::move(one);
      if (const std::optional<std::string> cycle = variables.cycle(own))
        diagnostics_.error(fmt::format("{}: {}", copy.name, *cycle), job.mark);
      add(job, copy, rule, matched, variables, shared, yaml, needs);
    }
    if (added > 0 && added < copies_[index].size())
      selection.reason += fmt::format("; so for {} of {} copies", added, copies_[index].size());
  }

  bool decide(const JobConfig& job, JobVariables& variables, Selection& selection, const RuleConfig*& rule,
              int& matched) {
    if (!job.rules) {
      PolicyOutcome outcome = conditions_.only_except(job.only ? &*job.only : nullptr,
                                                      job.except ? &*job.except : nullptr, facts_, variables);
      selection.added = outcome.added;
      selection.reason = std::move(outcome.reason);
      // The entries put the default where nothing was written.
      if (job.only && job.only->mark == job.mark && !job.except)
        selection.reason = outcome.added ? "without rules it runs for branches and tags"
                                         : "without rules it runs only for branches and tags";
      selection.only_except = std::move(outcome.conditions);
      return selection.added;
    }
    RulesOutcome outcome = conditions_.rules(*job.rules, variables);
    selection.rules = std::move(outcome.traces);
    if (outcome.error) {
      selection.reason = *outcome.error;
      diagnostics_.error(fmt::format("Failed to parse rule for {}: {}", variables.find("CI_JOB_NAME")->value,
                                     *outcome.error),
                         selection.rules.back().mark);
      return false;
    }
    if (outcome.matched < 0) {
      selection.reason = "no rule matched";
      return false;
    }
    matched = outcome.matched;
    rule = &(*job.rules)[static_cast<std::size_t>(matched)];
    const model::When when = rule->when.value_or(job.when);
    selection.added = when != model::When::never;
    selection.reason = fmt::format("{} matched{}", rule_name(outcome, *job.rules),
                                   selection.added ? "" : " and says `when: never`");
    return selection.added;
  }

  // `variables` looks into `yaml`, which is taken over at the end.
  void add(const JobConfig& job, const JobCopy& copy, const RuleConfig* rule, int matched,
           JobVariables& variables, const PipelineVariables& shared, model::Variables& yaml,
           NeedsResolver& needs) {
    JobPlan& plan = plan_.jobs.emplace_back();
    const std::vector<NeedConfig>*& written_needs = needs_.emplace_back(nullptr);
    plan.name = copy.name;
    plan.config_name = job.name;
    plan.stage = job.stage;
    plan.stage_index = static_cast<int>(plan_.stages.size());  // joins them when its jobs are done
    plan.config = job;
    plan.when = rule != nullptr ? rule->when.value_or(job.when) : job.when;
    plan.start_in = rule != nullptr && rule->start_in ? rule->start_in : job.start_in;
    if (plan.when != model::When::delayed) plan.start_in.reset();
    // A manual job may fail by default, but not where a rule made it manual.
    plan.allow_failure = job.allow_failure ? job.allow_failure->value : job.when == model::When::manual;
    if (job.allow_failure) plan.allow_failure_exit_codes = job.allow_failure->exit_codes;
    plan.interruptible = job.interruptible.value_or(false);
    plan.matched_rule = matched;
    plan.node_index = copy.index;
    plan.node_total = copy.total;
    written_needs = job.needs ? &*job.needs : nullptr;
    // A bridge that only mirrors another pipeline waits for its stage.
    const auto mirrors = [](const NeedConfig& need) { return need.pipeline.has_value(); };
    plan.dag = job.needs && !(job.is_bridge && std::any_of(job.needs->begin(), job.needs->end(), mirrors));
    // Tags see the variables from before the rule, as GitLab has it.
    for (const std::string& tag : job.tags)
      plan.tags.push_back(possible_reference(tag) ? expand_existing(tag, variables) : tag);

    if (rule != nullptr) {
      if (rule->allow_failure) {
        plan.allow_failure = *rule->allow_failure;
        plan.allow_failure_exit_codes.clear();
      }
      if (rule->interruptible) plan.interruptible = *rule->interruptible;
      if (rule->needs) {
        written_needs = &*rule->needs;
        plan.dag = plan.dag || !rule->needs->empty();
      }
    }
    if (written_needs != nullptr) plan.needs = needs.resolve(*written_needs, copy);
    if (job.dependencies) plan.dependencies = needs.resolve(*job.dependencies);

    if (rule != nullptr && !rule->variables.empty()) {
      merge_variables(yaml, to_variables(rule->variables));
      JobVariables final_variables(shared, job, copy, yaml);
      expand_fields(job, plan, final_variables);
    } else {
      expand_fields(job, plan, variables);
    }
    plan.yaml_variables = std::move(yaml);
    needs.add_present(copy.name);
  }

  static void expand_fields(const JobConfig& job, JobPlan& plan, JobVariables& variables) {
    plan.environment_name = variables.environment_name();
    if (job.resource_group)
      plan.resource_group = possible_reference(*job.resource_group)
                                ? expand(*job.resource_group, variables.expanded())
                                : *job.resource_group;
  }

  bool has_real_stage() const {
    return std::any_of(plan_.stages.begin(), plan_.stages.end(),
                       [](const std::string& stage) { return stage != ".pre" && stage != ".post"; });
  }

  void name_pipeline() {
    if (!config_.workflow.name) return;
    plan_.name = *config_.workflow.name;
    if (possible_reference(plan_.name)) {
      const PipelineVariables shared(context_, plan_.yaml_variables);
      const ExpandedVariables all = sort_and_expand_all(shared.with({}, plan_.yaml_variables));
      plan_.name = expand(plan_.name, VariableIndex(all.variables));
    }
    const std::size_t first = plan_.name.find_first_not_of(" \t\r\n");
    const std::size_t last = plan_.name.find_last_not_of(" \t\r\n");
    plan_.name = first == std::string::npos ? std::string() : plan_.name.substr(first, last - first + 1);
  }

  const PipelineConfig& config_;
  const PipelineContext& context_;
  Diagnostics& diagnostics_;
  Conditions conditions_;
  RefFacts facts_;
  std::vector<std::vector<JobCopy>> copies_;
  std::vector<const std::vector<NeedConfig>*> needs_;  // of plan_.jobs, as written; null: none
  PipelinePlan plan_;
  PlanResult result_;
};

}  // namespace

PlanResult build_plan(const PipelineConfig& config, const PipelineContext& context,
                      Diagnostics& diagnostics) {
  return PlanBuilder(config, context, diagnostics).build();
}

}  // namespace fairlead::parser
