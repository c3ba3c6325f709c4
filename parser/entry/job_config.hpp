// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/words.hpp"
#include "parser/diagnostic.hpp"
#include "parser/yaml/node.hpp"

// What the entries (parser/entry, one file per keyword) make of the merged
// document: checked, typed, `default:` and `inherit:` applied, names not yet
// selected or multiplied. An absent optional means "keyword not given (or null)".
namespace fairlead::parser {

using Seconds = std::chrono::seconds;
using Script = std::vector<std::string>;  // flattened

struct VariableConfig {
  std::string key;
  std::string value;
  bool raw = false;                        // expand: false
  std::optional<std::string> description;  // root level only
  std::vector<std::string> options;        // root level only
  Mark mark;
};

struct ImageConfig {
  std::string name;
  std::vector<std::string> entrypoint;
  bool has_entrypoint = false;
  std::vector<std::string> pull_policy;
  std::optional<std::string> docker_platform;
  std::optional<std::string> docker_user;
  std::optional<std::string> kubernetes_user;
  Mark mark;
};

struct ServiceConfig : ImageConfig {
  std::optional<std::string> alias;
  std::vector<std::string> command;
  bool has_command = false;
  std::vector<VariableConfig> variables;
};

struct ChangesConfig {
  std::vector<std::string> paths;
  std::optional<std::string> compare_to;
};
struct ExistsConfig {
  std::vector<std::string> paths;
  std::optional<std::string> project;
  std::optional<std::string> ref;
};

using ParallelMatrix = std::vector<std::vector<std::pair<std::string, std::vector<std::string>>>>;

struct NeedConfig {
  std::string job;
  bool artifacts = true;
  bool optional = false;
  ParallelMatrix matrix;                // needs:parallel:matrix; empty when absent
  std::optional<std::string> pipeline;  // cross-pipeline (or bridge) need
  std::optional<std::string> project;
  std::optional<std::string> ref;
  Mark mark;
};

struct AllowFailureConfig {
  bool value = false;
  std::vector<int> exit_codes;  // non-empty: allowed only for these
};

struct RuleConfig {
  std::optional<std::string> if_expression;
  std::optional<ChangesConfig> changes;
  std::optional<ExistsConfig> exists;
  std::optional<model::When> when;
  std::optional<Seconds> start_in;
  std::optional<bool> allow_failure;
  std::optional<bool> interruptible;
  std::vector<VariableConfig> variables;
  std::optional<std::vector<NeedConfig>> needs;
  // workflow:rules only: auto_cancel.
  std::optional<std::string> auto_cancel_on_new_commit;
  std::optional<std::string> auto_cancel_on_job_failure;
  Mark mark;
};

// only: or except:, all forms brought to the map form.
struct RefPolicyConfig {
  std::optional<std::vector<std::string>> refs;
  std::optional<std::vector<std::string>> variables;
  std::optional<std::vector<std::string>> changes;
  bool kubernetes_active = false;
  Mark mark;
};

struct ArtifactReport {
  std::string type;  // "junit", "dotenv", "coverage_report", ...
  std::vector<std::string> paths;
  std::optional<std::string> coverage_format;
};
struct ArtifactsConfig {
  std::optional<std::string> name;
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  bool untracked = false;
  std::optional<model::When> when;       // on_success, on_failure, always
  std::optional<std::string> expire_in;  // as written ("1 week", "never")
  std::optional<std::string> expose_as;
  std::vector<ArtifactReport> reports;
  std::optional<bool> is_public;
  std::optional<std::string> access;
  Mark mark;
};

struct CacheKeyFiles {
  std::vector<std::string> files;
  bool by_commit = false;  // files_commits
  std::optional<std::string> prefix;
};
struct CacheConfig {
  std::optional<std::variant<std::string, CacheKeyFiles>> key;
  std::vector<std::string> paths;
  bool untracked = false;
  std::string policy = "pull-push";
  model::When when = model::When::on_success;
  bool unprotect = false;
  std::vector<std::string> fallback_keys;
  Mark mark;
};

struct RetryConfig {
  int max = 0;
  std::vector<std::string> when;  // empty: always
  std::vector<int> exit_codes;
};

struct EnvironmentConfig {
  std::string name;
  std::optional<std::string> url;
  std::string action = "start";
  std::optional<std::string> on_stop;
  std::optional<std::string> auto_stop_in;
  std::optional<std::string> deployment_tier;
  yaml::NodePtr kubernetes;  // carried as written
  Mark mark;
};

struct TriggerConfig {
  std::optional<std::string> project;
  std::optional<std::string> branch;
  std::optional<std::string> strategy;
  yaml::NodePtr include;
  yaml::NodePtr forward;
  yaml::NodePtr inputs;
  Mark mark;
};

struct InheritConfig {
  bool all_defaults = true;
  std::vector<std::string> defaults;  // when !all_defaults
  bool all_variables = true;
  std::vector<std::string> variables;  // when !all_variables
};

// One visible job (or bridge) before selection and multiplication.
struct JobConfig {
  std::string name;
  Mark mark;  // of its name
  bool is_bridge = false;
  std::string stage;  // default "test"
  std::optional<Script> script;
  std::optional<Script> before_script;
  std::optional<Script> after_script;
  yaml::NodePtr run;  // run: steps, carried as written; null when absent
  std::optional<ImageConfig> image;
  std::vector<ServiceConfig> services;
  std::vector<VariableConfig> variables;  // the job's own
  InheritConfig inherit;
  std::optional<std::vector<RuleConfig>> rules;
  std::optional<RefPolicyConfig> only;
  std::optional<RefPolicyConfig> except;
  model::When when = model::When::on_success;
  bool when_given = false;
  std::optional<Seconds> start_in;
  std::optional<AllowFailureConfig> allow_failure;
  std::optional<std::string> manual_confirmation;
  std::optional<std::string> resource_group;
  std::optional<bool> interruptible;
  std::optional<std::vector<NeedConfig>> needs;  // empty vector: needs: []
  std::optional<std::vector<std::string>> dependencies;
  std::optional<ArtifactsConfig> artifacts;
  std::vector<CacheConfig> cache;
  std::optional<std::string> coverage;  // without slashes
  std::optional<Seconds> timeout;
  std::vector<std::string> tags;
  std::optional<RetryConfig> retry;
  std::optional<int> parallel;
  ParallelMatrix matrix;
  std::optional<EnvironmentConfig> environment;
  std::optional<TriggerConfig> trigger;
  Script pre_get_sources_script;  // hooks
  // Keywords that are validated and carried as written for those who act on
  // them (release, id_tokens, secrets, pages, identity, inputs, ...).
  std::map<std::string, yaml::NodePtr> carried;

  // The effective keywords as nodes, with the path each took: for `explain`,
  // the preview and the documentation of origins. Values are those after
  // defaults were applied.
  std::vector<yaml::Entry> effective;
};

struct WorkflowConfig {
  std::optional<std::vector<RuleConfig>> rules;
  std::optional<std::string> name;
  std::optional<std::string> auto_cancel_on_new_commit;
  std::optional<std::string> auto_cancel_on_job_failure;
  Mark mark;
};

struct PipelineConfig {
  std::vector<std::string> stages;  // with .pre and .post
  std::vector<VariableConfig> variables;
  WorkflowConfig workflow;
  std::vector<JobConfig> jobs;  // in the order of the merged document
};

}  // namespace fairlead::parser
