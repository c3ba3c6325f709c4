// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/entry/at.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/entry/keywords.hpp"
#include "parser/entry/syntax.hpp"
#include "parser/yaml/node.hpp"

// One reader per keyword, each in the file of its name. A reader checks one
// value (never null) that stands at `at`, reports every problem in it and
// returns what could be made of it; when it reported an error the value is
// only good for looking at further keywords.
namespace fairlead::parser::entry {

using yaml::Node;
using yaml::NodePtr;

// script.cpp: script, before_script, after_script, hooks.
Script read_script(const At& at, const NodePtr& node);
Script read_hooks(const At& at, const Node& node);

// image.cpp
ImageConfig read_image(const At& at, const Node& node);
std::vector<ServiceConfig> read_services(const At& at, const Node& node);

// variables.cpp. `values` says which data keys a map form may have; without
// one there is only the scalar form (rules, services).
std::vector<VariableConfig> read_variables(const At& at, const Node& node, std::optional<Scope> values);

// rules.cpp. `scope` is rule or workflow_rule. nullopt when it is no list.
std::optional<std::vector<RuleConfig>> read_rules(const At& at, const NodePtr& node, Scope scope,
                                                  Syntax& syntax);

// policy.cpp: only, except.
RefPolicyConfig read_policy(const At& at, const Node& node, bool is_only, Syntax& syntax);

// needs.cpp. Where the needs stand decides which kinds are allowed.
enum class NeedsOf { job, bridge, rule };
std::vector<NeedConfig> read_needs(const At& at, const NodePtr& node, NeedsOf whose);

// parallel.cpp
struct ParallelConfig {
  std::optional<int> number;
  ParallelMatrix matrix;
};
ParallelConfig read_parallel(const At& at, const Node& node, bool allow_number);

// retry.cpp
RetryConfig read_retry(const At& at, const Node& node);

// environment.cpp
EnvironmentConfig read_environment(const At& at, const Node& node);

// artifacts.cpp
ArtifactsConfig read_artifacts(const At& at, const Node& node);

// cache.cpp. `parent` is where `cache` stands: GitLab's messages about the
// list itself call it `caches`.
std::vector<CacheConfig> read_caches(const At& parent, const Node& node);

// trigger.cpp
TriggerConfig read_trigger(const At& at, const Node& node);

// inherit.cpp
InheritConfig read_inherit(const At& at, const Node& node);

// workflow.cpp
struct AutoCancelConfig {
  std::optional<std::string> on_new_commit;
  std::optional<std::string> on_job_failure;
};
AutoCancelConfig read_auto_cancel(const At& at, const Node& node);
WorkflowConfig read_workflow(const At& at, const Node& node, Syntax& syntax);

// stages.cpp: without .pre and .post.
std::vector<std::string> read_stages(const At& at, const NodePtr& node);

// scalars.cpp: keywords with one plain value.
std::string read_stage(const At& at, const Node& node);
std::vector<std::string> read_tags(const At& at, const Node& node);
std::optional<Seconds> read_timeout(const At& at, const Node& node);
std::optional<bool> read_interruptible(const At& at, const Node& node);
std::optional<std::string> read_coverage(const At& at, const Node& node, Syntax& syntax);
AllowFailureConfig read_allow_failure(const At& at, const Node& node);
// An attribute that must be a duration of at most `limit`; nullopt with an
// error otherwise. `missing_mark` is used when there is no entry.
std::optional<Seconds> read_start_in(const At& at, const Node* node, Mark missing_mark);

// Validated and carried as written: release.cpp, secrets.cpp (id_tokens,
// secrets, identity), pages.cpp (pages, publish, dast_configuration), run.cpp,
// inputs.cpp.
void check_release(const At& at, const Node& node);
void check_id_tokens(const At& at, const Node& node);
void check_secrets(const At& at, const Node& node);
void check_pages(const At& at, const Node& node);
void check_publish(const At& at, const Node& node);
void check_dast_configuration(const At& at, const Node& node);
void check_run(const At& at, const Node& node);
void check_inputs(const At& at, const Node& node);

}  // namespace fairlead::parser::entry
