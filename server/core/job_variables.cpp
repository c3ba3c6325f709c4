// SPDX-License-Identifier: Apache-2.0
#include "server/core/job_variables.hpp"

#include <re2/re2.h>

#include "parser/variables/collection.hpp"
#include "server/core/environment.hpp"
#include "server/core/job_machine.hpp"
#include "server/core/predefined_variables.hpp"

namespace fairlead::server {
namespace {

using model::Variables;

void add(Variables& out, const char* key, std::string value) {
  out.push_back({.key = key, .value = std::move(value)});
}
void add_hidden(Variables& out, const char* key, std::string value, bool masked) {
  out.push_back({.key = key, .value = std::move(value), .is_public = false, .masked = masked});
}
void add_all(Variables& out, const Variables& more) { out.insert(out.end(), more.begin(), more.end()); }

std::string with_credentials(std::string_view url, std::string_view token) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos || !url.starts_with("http")) return std::string(url);
  return std::string(url.substr(0, colon + 3)) + "gitlab-ci-token:" + std::string(token) + "@" +
         std::string(url.substr(colon + 3));
}

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ", ";
    out += '"';
    for (char c : item) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + "]";
}

// Known only once the job exists.
void persisted(const JobVariableInput& in, Variables& out) {
  const std::string base = in.project.url.empty() ? "" : in.project.url + "/-";
  add(out, "CI_PIPELINE_ID", std::to_string(in.pipeline));
  add(out, "CI_PIPELINE_URL", base.empty() ? "" : base + "/pipelines/" + std::to_string(in.pipeline));
  add(out, "CI_JOB_ID", std::to_string(in.job));
  add(out, "CI_JOB_URL", base.empty() ? "" : base + "/jobs/" + std::to_string(in.job));
  add_hidden(out, "CI_JOB_TOKEN", in.token, true);
  add(out, "CI_JOB_STARTED_AT", iso_time(in.started_at));
  add(out, "CI_REGISTRY_USER", "gitlab-ci-token");
  add_hidden(out, "CI_REGISTRY_PASSWORD", in.token, true);
  add_hidden(out, "CI_REPOSITORY_URL", with_credentials(in.project.repository_url, in.token), false);
}

void of_the_job(const JobVariableInput& in, Variables& out) {
  const auto& plan = in.plan;
  add(out, "CI_JOB_NAME", plan.name);
  add(out, "CI_JOB_NAME_SLUG", slug(plan.name));
  add(out, "CI_JOB_GROUP_NAME", job_group_name(plan.name));
  add(out, "CI_JOB_STAGE", plan.stage);
  if (plan.when == model::When::manual || plan.when == model::When::delayed)
    add(out, "CI_JOB_MANUAL", "true");
  if (plan.node_index > 0) add(out, "CI_NODE_INDEX", std::to_string(plan.node_index));
  add(out, "CI_NODE_TOTAL", std::to_string(plan.node_total));
  if (plan.environment_name.empty() || !plan.config.environment) return;
  const auto& environment = *plan.config.environment;
  add(out, "CI_ENVIRONMENT_NAME", plan.environment_name);
  add(out, "CI_ENVIRONMENT_ACTION", environment.action);
  add(out, "CI_ENVIRONMENT_TIER",
      environment.deployment_tier.value_or(std::string(environment_tier(plan.environment_name))));
  if (environment.url) add(out, "CI_ENVIRONMENT_URL", *environment.url);
}

}  // namespace

Variables job_variables(const JobVariableInput& in) {
  Variables out;
  out.reserve(in.pipeline_predefined.size() + in.plan.yaml_variables.size() + in.given.size() + 48);
  persisted(in, out);
  of_the_job(in, out);
  add_all(out, in.pipeline_predefined);
  add(out, "CI_PIPELINE_IID", std::to_string(in.pipeline_iid));
  add(out, "CI_PIPELINE_NAME", in.pipeline_name);
  add(out, "CI_RUNNER_ID", std::to_string(in.runner.id));
  add(out, "CI_RUNNER_DESCRIPTION", in.runner.description);
  add(out, "CI_RUNNER_TAGS", json_list(in.runner.tags));
  add_all(out, in.plan.yaml_variables);
  add(out, "GITLAB_USER_ID", std::to_string(in.user.id));
  add(out, "GITLAB_USER_EMAIL", in.user.email);
  add(out, "GITLAB_USER_LOGIN", in.user.login);
  add(out, "GITLAB_USER_NAME", in.user.name);
  add_all(out, in.dotenv);
  add_all(out, in.given);
  add_all(out, in.played);
  if (!in.plan.environment_name.empty()) {
    add(out, "CI_ENVIRONMENT_SLUG", environment_slug(in.plan.environment_name));
    // Once more, unexpanded and last: name and slug are known by now.
    if (in.plan.config.environment && in.plan.config.environment->url)
      add(out, "CI_ENVIRONMENT_URL", *in.plan.config.environment->url);
  }
  return parser::sort_and_expand_all(
             out, {.keep_undefined = true, .expand_file_refs = false, .expand_raw_refs = false})
      .variables;
}

std::string job_group_name(const std::string& name) {
  static const RE2 kCopy(R"([\x08\s:]+(?:(?:\[.*\])|(?:\d+[\s:/\\]+\d+))\s*\z)");
  std::string group = name;
  for (int i = 0; i < 3 && RE2::Replace(&group, kCopy, ""); ++i) {
  }
  const auto first = group.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return group.substr(first, group.find_last_not_of(" \t") - first + 1);
}

}  // namespace fairlead::server
