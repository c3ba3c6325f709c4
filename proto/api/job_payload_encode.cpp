// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "proto/api/job_payload.hpp"

namespace fairlead::proto {
namespace {

using nlohmann::json;

json variables_json(const model::Variables& variables) {
  json list = json::array();
  for (const auto& variable : variables)
    list.push_back({{"key", variable.key},
                    {"value", variable.value},
                    {"public", variable.is_public},
                    {"file", variable.file},
                    {"masked", variable.masked},
                    {"raw", variable.raw}});
  return list;
}

// null for an empty text, as GitLab sends what was not given.
json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }
json list_or_null(const std::vector<std::string>& list) { return list.empty() ? json() : json(list); }

json image_json(const JobImage& image, bool service) {
  json out{{"name", image.name},
           {"entrypoint", list_or_null(image.entrypoint)},
           {"pull_policy", list_or_null(image.pull_policy)},
           {"executor_opts", image.executor_opts}};
  if (service) {
    out["alias"] = text_or_null(image.alias);
    out["command"] = list_or_null(image.command);
    out["variables"] = variables_json(image.variables);
  }
  return out;
}

json steps_json(const std::vector<JobStep>& steps) {
  json list = json::array();
  for (const auto& step : steps)
    list.push_back({{"name", step.name},
                    {"script", step.script},
                    {"timeout", step.timeout},
                    {"when", model::to_string(step.when)},
                    {"allow_failure", step.allow_failure}});
  return list;
}

json artifacts_json(const std::vector<JobArtifact>& artifacts) {
  json list = json::array();
  for (const auto& artifact : artifacts)
    list.push_back({{"name", text_or_null(artifact.name)},
                    {"untracked", artifact.untracked},
                    {"paths", artifact.paths},
                    {"exclude", list_or_null(artifact.exclude)},
                    {"when", model::to_string(artifact.when)},
                    {"expire_in", text_or_null(artifact.expire_in)},
                    {"artifact_type", artifact.artifact_type},
                    {"artifact_format", artifact.artifact_format}});
  return list;
}

json caches_json(const std::vector<JobCache>& caches) {
  json list = json::array();
  for (const auto& cache : caches)
    list.push_back({{"key", cache.key},
                    {"untracked", cache.untracked},
                    {"policy", cache.policy},
                    {"paths", cache.paths},
                    {"when", model::to_string(cache.when)},
                    {"fallback_keys", cache.fallback_keys}});
  return list;
}

json dependencies_json(const std::vector<JobDependency>& dependencies) {
  json list = json::array();
  for (const auto& dependency : dependencies) {
    json item{{"id", dependency.id}, {"name", dependency.name}, {"token", dependency.token.reveal()}};
    if (dependency.has_file)
      item["artifacts_file"] = {{"filename", dependency.filename}, {"size", dependency.size}};
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

std::string encode_job_payload(const JobPayload& payload) {
  const auto& info = payload.job_info;
  const auto& git = payload.git_info;
  json out{
      {"id", payload.id}, {"token", payload.token.reveal()}, {"allow_git_fetch", payload.allow_git_fetch}};
  out["job_info"] = {{"id", info.id},
                     {"name", info.name},
                     {"stage", info.stage},
                     {"project_id", info.project_id},
                     {"project_name", info.project_name},
                     {"project_full_path", info.project_full_path},
                     {"pipeline_id", info.pipeline_id}};
  out["git_info"] = {{"repo_url", git.repo_url},
                     {"repo_object_format", git.repo_object_format},
                     {"ref", git.ref},
                     {"sha", git.sha},
                     {"before_sha", git.before_sha},
                     {"ref_type", git.ref_type},
                     {"refspecs", git.refspecs},
                     {"depth", git.depth},
                     {"protected", git.is_protected}};
  out["runner_info"] = {{"uuid", text_or_null(payload.runner_uuid)}, {"timeout", payload.timeout}};
  out["variables"] = variables_json(payload.variables);
  out["steps"] = steps_json(payload.steps);
  out["run"] = text_or_null(payload.run);
  out["hooks"] = json::array();
  for (const auto& hook : payload.hooks)
    out["hooks"].push_back({{"name", hook.name}, {"script", hook.script}});
  out["image"] = payload.image ? image_json(*payload.image, false) : json();
  out["services"] = json::array();
  for (const auto& service : payload.services) out["services"].push_back(image_json(service, true));
  out["artifacts"] = payload.artifacts.empty() ? json() : artifacts_json(payload.artifacts);
  out["cache"] = caches_json(payload.cache);
  out["credentials"] = json::array();
  for (const auto& credential : payload.credentials)
    out["credentials"].push_back({{"type", credential.type},
                                  {"url", credential.url},
                                  {"username", credential.username},
                                  {"password", credential.password.reveal()}});
  out["dependencies"] = dependencies_json(payload.dependencies);
  out["features"] = {{"trace_sections", payload.features.trace_sections},
                     {"token_mask_prefixes", payload.features.token_mask_prefixes},
                     {"failure_reasons", payload.features.failure_reasons}};
  // Scripts may hold any bytes; JSON may not.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace fairlead::proto
