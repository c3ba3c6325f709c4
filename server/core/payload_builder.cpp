// SPDX-License-Identifier: Apache-2.0
#include "server/core/payload_builder.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "server/core/artifact_types.hpp"
#include "server/core/cache_keys.hpp"

namespace fairlead::server {
namespace {

using model::When;
using parser::JobConfig;
using proto::JobPayload;

proto::JobImage image_of(const parser::ImageConfig& config) {
  proto::JobImage image;
  image.name = config.name;
  image.entrypoint = config.entrypoint;
  image.pull_policy = config.pull_policy;
  if (config.docker_platform) image.executor_opts["docker"]["platform"] = *config.docker_platform;
  if (config.docker_user) image.executor_opts["docker"]["user"] = *config.docker_user;
  if (config.kubernetes_user) image.executor_opts["kubernetes"]["user"] = *config.kubernetes_user;
  return image;
}

void images(const JobConfig& config, JobPayload& payload) {
  if (config.image) payload.image = image_of(*config.image);
  for (const auto& service : config.services) {
    auto image = image_of(service);
    image.alias = service.alias.value_or("");
    image.command = service.command;
    for (const auto& variable : service.variables)
      image.variables.push_back({.key = variable.key, .value = variable.value, .raw = variable.raw});
    payload.services.push_back(std::move(image));
  }
}

nlohmann::json to_json(const parser::yaml::Node& node) {
  using parser::yaml::Kind;
  switch (node.kind) {
    case Kind::boolean:
      return node.boolean;
    case Kind::integer:
      return node.integer;
    case Kind::real:
      return node.real;
    case Kind::string:
      return node.text;
    case Kind::sequence: {
      auto out = nlohmann::json::array();
      for (const auto& item : node.items) out.push_back(to_json(*item));
      return out;
    }
    case Kind::mapping: {
      auto out = nlohmann::json::object();
      for (const auto& entry : node.entries) out[entry.key->to_s()] = to_json(*entry.value);
      return out;
    }
    case Kind::null:
    case Kind::reference:
      break;
  }
  return nullptr;
}

void steps(const JobConfig& config, JobPayload& payload) {
  if (config.run) {
    payload.run = to_json(*config.run).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  proto::JobStep script{.name = "script", .script = {}, .timeout = payload.timeout};
  if (config.before_script) script.script = *config.before_script;
  if (config.script) script.script.insert(script.script.end(), config.script->begin(), config.script->end());
  payload.steps.push_back(std::move(script));
  if (config.after_script && !config.after_script->empty())
    payload.steps.push_back({.name = "after_script",
                             .script = *config.after_script,
                             .timeout = payload.timeout,
                             .when = When::always,
                             .allow_failure = true});
}

void artifacts(const JobConfig& config, JobPayload& payload) {
  if (!config.artifacts) return;
  const auto& artifacts = *config.artifacts;
  const std::string expire_in = artifacts.expire_in.value_or("");
  if (artifacts.untracked || !artifacts.paths.empty())
    payload.artifacts.push_back({.name = artifacts.name.value_or(""),
                                 .untracked = artifacts.untracked,
                                 .paths = artifacts.paths,
                                 .exclude = artifacts.exclude,
                                 .when = artifacts.when.value_or(When::on_success),
                                 .expire_in = expire_in});
  for (const auto& report : artifacts.reports) {
    const std::string& name =
        report.type == "coverage_report" ? report.coverage_format.value_or("cobertura") : report.type;
    const ArtifactType* type = find_artifact_type(name);
    if (type == nullptr) continue;  // the parser has refused it, or it is for later versions
    payload.artifacts.push_back({.name = std::string(type->default_file),
                                 .untracked = false,
                                 .paths = report.paths,
                                 .exclude = {},
                                 .when = When::always,
                                 .expire_in = expire_in,
                                 .artifact_type = name,
                                 .artifact_format = std::string(type->format)});
  }
}

void caches(const ClaimedJob& job, JobPayload& payload) {
  const auto& configs = job.variables.plan.config.cache;
  for (std::size_t i = 0; i < configs.size() && i < job.cache_keys.size(); ++i) {
    const auto& config = configs[i];
    proto::JobCache cache;
    cache.key = separated_key(job.cache_keys[i], config, job.commit.ref_protected);
    cache.untracked = config.untracked;
    cache.policy = config.policy;
    cache.paths = config.paths;
    cache.when = config.when;
    for (const auto& key : config.fallback_keys)
      cache.fallback_keys.push_back(separated_key(key, config, job.commit.ref_protected));
    payload.cache.push_back(std::move(cache));
  }
}

void git(const ClaimedJob& job, JobPayload& payload) {
  const auto& commit = job.commit;
  auto& git = payload.git_info;
  if (const auto* url = model::find_variable(payload.variables, "CI_REPOSITORY_URL"))
    git.repo_url = url->value;
  git.repo_object_format = commit.sha.size() == 64 ? "sha256" : "sha1";
  git.ref = commit.ref;
  git.sha = commit.sha;
  git.before_sha = commit.before_sha;
  git.ref_type = commit.is_tag ? "tag" : "branch";
  git.is_protected = commit.ref_protected;
  git.depth = commit.depth;
  if (const auto* depth = model::find_variable(payload.variables, "GIT_DEPTH")) {
    int value = 0;  // what is no number counts as 0, a full clone
    std::from_chars(depth->value.data(), depth->value.data() + depth->value.size(), value);
    git.depth = value > 0 ? value : 0;
  }
  const std::string persistent = "refs/pipelines/" + std::to_string(payload.job_info.pipeline_id);
  git.refspecs.push_back("+" + persistent + ":" + persistent);
  const std::string ref = git.depth > 0 ? commit.ref : "*";
  if (git.depth == 0 || (!commit.is_tag && !commit.is_merge_request))
    git.refspecs.push_back("+refs/heads/" + ref + ":refs/remotes/origin/" + ref);
  if (git.depth == 0 || commit.is_tag) git.refspecs.push_back("+refs/tags/" + ref + ":refs/tags/" + ref);
}

std::vector<std::string> all_failure_reasons() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(model::FailureReason::runner_interrupted); ++i)
    names.emplace_back(model::to_string(static_cast<model::FailureReason>(i)));
  return names;
}

}  // namespace

JobPayload build_payload(const ClaimedJob& job) {
  const auto& in = job.variables;
  const auto& config = in.plan.config;
  JobPayload payload;
  payload.id = in.job;
  payload.token = SecretString(in.token);
  payload.allow_git_fetch = true;
  payload.job_info = {.id = in.job,
                      .name = in.plan.name,
                      .stage = in.plan.stage,
                      .project_id = in.project.id,
                      .project_name = in.project.name,
                      .project_full_path = in.project.path,
                      .pipeline_id = in.pipeline};
  payload.timeout = config.timeout.value_or(job.default_timeout).count();
  payload.variables = job_variables(in);
  git(job, payload);
  steps(config, payload);
  if (!config.pre_get_sources_script.empty())
    payload.hooks.push_back({.name = "pre_get_sources_script", .script = config.pre_get_sources_script});
  images(config, payload);
  artifacts(config, payload);
  caches(job, payload);
  for (const auto& credential : job.credentials)
    payload.credentials.push_back({.type = credential.type,
                                   .url = credential.url,
                                   .username = credential.username,
                                   .password = credential.password});
  payload.dependencies = job.dependencies;
  payload.features.trace_sections = true;
  payload.features.failure_reasons = all_failure_reasons();
  return payload;
}

}  // namespace fairlead::server
