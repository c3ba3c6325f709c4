// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

// The failure reasons that GitLab knows, and `always`.
constexpr std::string_view kReasons[] = {"always",
                                         "unknown_failure",
                                         "script_failure",
                                         "api_failure",
                                         "stuck_or_timeout_failure",
                                         "runner_system_failure",
                                         "missing_dependency_failure",
                                         "runner_unsupported",
                                         "stale_schedule",
                                         "job_execution_timeout",
                                         "job_execution_server_timeout",
                                         "archived_failure",
                                         "unmet_prerequisites",
                                         "scheduler_failure",
                                         "data_integrity_failure",
                                         "forward_deployment_failure",
                                         "user_blocked",
                                         "project_deleted",
                                         "ci_quota_exceeded",
                                         "pipeline_loop_detected",
                                         "no_matching_runner",
                                         "trace_size_exceeded",
                                         "builds_disabled",
                                         "environment_creation_failure",
                                         "deployment_rejected",
                                         "failed_outdated_deployment_job",
                                         "protected_environment_failure",
                                         "insufficient_bridge_permissions",
                                         "downstream_bridge_project_not_found",
                                         "invalid_bridge_trigger",
                                         "upstream_bridge_project_not_found",
                                         "insufficient_upstream_permissions",
                                         "bridge_pipeline_is_child_pipeline",
                                         "downstream_pipeline_creation_failed",
                                         "secrets_provider_not_found",
                                         "reached_max_descendant_pipelines_depth",
                                         "reached_max_pipeline_hierarchy_size",
                                         "ip_restriction_failure",
                                         "reached_downstream_pipeline_trigger_rate_limit",
                                         "runner_provisioning_timeout",
                                         "job_token_expired",
                                         "reached_max_deployments",
                                         "job_router_failure",
                                         "downstream_policy_violation"};

constexpr int kMaxRetries = 2;

template <typename Report>
std::optional<int> read_count(const Node& node, Report&& report) {
  if (node.kind != yaml::Kind::integer && node.kind != yaml::Kind::real) {
    report("is not a number");
  } else if (!is_integer(node)) {
    report("must be an integer");
  } else if (node.integer < 0) {
    report("must be greater than or equal to 0");
  } else if (node.integer > kMaxRetries) {
    report("must be less than or equal to 2");
  } else {
    return to_int(node);
  }
  return std::nullopt;
}

bool is_reason(const std::string& text) { return std::ranges::find(kReasons, text) != std::end(kReasons); }

std::vector<std::string> read_when(const At& here, const Node& node) {
  auto when = list_or_string_attribute(here, node, "when");
  if (!when) return {};
  const Node& value = *given(node, "when")->value;
  std::vector<std::string> unknown;
  for (const std::string& reason : *when) {
    if (!is_reason(reason)) unknown.push_back(reason);
  }
  if (!unknown.empty()) {
    here.attribute("when",
                   value.is_sequence() ? "contains unknown values: " + join(unknown, ", ")
                                       : std::string("is not included in the list"),
                   value.mark, did_you_mean(unknown.front(), kReasons));
  }
  // `always` among others means always; RetryConfig says that by an empty list.
  if (std::ranges::find(*when, "always") != when->end()) when->clear();
  return std::move(*when);
}

}  // namespace

RetryConfig read_retry(const At& at, const Node& node) {
  // GitLab's messages about retry do not name the job.
  const At root(at.diagnostics());
  const At here(root, "retry");
  RetryConfig retry;
  if (is_integer(node)) {
    retry.max = read_count(node, [&](std::string_view text) { here.config(text, node.mark); }).value_or(0);
    return retry;
  }
  if (!node.is_mapping()) {
    at.diagnostics().error("retry config has to be either an integer or a hash", node.mark);
    return retry;
  }
  check_keys(here, node, Scope::retry);
  if (const yaml::Entry* max = given(node, "max")) {
    const Node& value = *max->value;
    retry.max = read_count(value, [&](std::string_view text) {
                  here.attribute("max", text, value.mark);
                }).value_or(0);
  }
  retry.when = read_when(here, node);
  retry.exit_codes = integers_attribute(here, node, "exit_codes").value_or(std::vector<int>());
  return retry;
}

}  // namespace fairlead::parser::entry
