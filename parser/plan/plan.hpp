// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/words.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/repository_view.hpp"
#include "parser/select/trace.hpp"

namespace fairlead::parser {

// Everything outside the file that decides which jobs exist.
struct PipelineContext {
  model::PipelineSource source = model::PipelineSource::push;
  std::string ref;  // branch, tag or merge-request ref name
  bool is_tag = false;
  bool is_merge_request = false;
  std::string project_path;  // "group/project", for only: ref@group/project
  bool ref_protected = false;
  // Known before the file is read: predefined pipeline variables, project,
  // group and instance variables, those given for this run; lowest to highest
  // precedence is decided by PlanBuilder, which puts YAML variables between
  // `predefined` and `given`.
  model::Variables predefined;
  model::Variables given;
  RepositoryView* repository = nullptr;  // not owned; may be null: then `changes` is true and `exists` false
};

// One edge of the needs graph, to a job of this pipeline by its final name.
struct Need {
  std::string job;
  bool artifacts = true;
  bool optional = false;
};

// One job of the pipeline: selected, multiplied, its variables gathered.
struct JobPlan {
  std::string name;         // "test 1/3", "build: [linux, amd64]"
  std::string config_name;  // the key in the file
  std::string stage;
  int stage_index = 0;  // within PipelinePlan::stages
  JobConfig config;     // keywords as in the file; what a rule, matrix or variable changes is below
  model::When when = model::When::on_success;
  std::optional<Seconds> start_in;
  bool allow_failure = false;
  std::vector<int> allow_failure_exit_codes;
  bool dag = false;         // scheduling_type: dag
  std::vector<Need> needs;  // of this pipeline, optional ones that are absent dropped
  std::optional<std::vector<std::string>> dependencies;  // final names
  // YAML variables of this job, each name once: root (as inherited), under
  // workflow rules, under the job's own, under matrix values, under those of
  // the matched rule. Unexpanded. CI_NODE_INDEX and CI_NODE_TOTAL are
  // predefined variables and not here: see node_index and node_total.
  model::Variables yaml_variables;
  int node_index = 0;  // 1..node_total with parallel, else 0 (no CI_NODE_INDEX)
  int node_total = 1;
  bool interruptible = false;
  std::string resource_group;     // expanded; empty: none
  std::string environment_name;   // expanded; empty: none
  std::vector<std::string> tags;  // expanded
  int matched_rule = -1;          // index into config.rules, -1: none
};

struct PipelinePlan {
  std::string name;                 // workflow:name, expanded; may be empty
  std::vector<std::string> stages;  // those that have jobs, in order
  std::vector<JobPlan> jobs;        // by stage, then file order
  model::Variables yaml_variables;  // root and workflow-rule variables
  std::string auto_cancel_on_new_commit = "conservative";
  std::string auto_cancel_on_job_failure = "none";
};

// Why a job of the file is, or is not, in the pipeline.
struct Selection {
  using Condition = ConditionTrace;
  using RuleTrace = parser::RuleTrace;
  std::string job;  // config name
  bool added = false;
  std::string reason;                  // one sentence
  std::vector<RuleTrace> rules;        // in order, up to the first that matched
  std::vector<Condition> only_except;  // when decided by only/except
};

struct PlanResult {
  std::optional<PipelinePlan> plan;   // absent: no pipeline; the diagnostics say why
  std::vector<Selection> selections;  // one per job of the file, in file order
  Selection workflow;                 // of workflow:rules; job is "workflow"
};

// Config + context -> plan. Pure but for what it asks of the RepositoryView.
// Problems go to `diagnostics` in GitLab's wording.
PlanResult build_plan(const PipelineConfig& config, const PipelineContext& context, Diagnostics& diagnostics);

}  // namespace fairlead::parser
