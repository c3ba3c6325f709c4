// SPDX-License-Identifier: Apache-2.0
#include "proto/api/job_payload.hpp"
#include "proto/api/json_reader.hpp"

namespace fairlead::proto {
namespace {

using Reader = JsonReader;

// A payload is dominated by scripts, and those come from a file of at most
// 2 MiB with room for the variables.
constexpr std::size_t kMaxPayload = std::size_t{64} << 20;

void read_secret(Reader& in, const char* key, SecretString& secret) {
  std::string text;
  in.read(key, text);
  secret = SecretString(std::move(text));
}

void read_when(Reader& in, model::When& when) {
  std::string text;
  in.read("when", text);
  if (text.empty()) return;
  if (const auto known = model::when_from_string(text))
    when = *known;
  else
    in.fail("when", "is not a known condition: " + text);
}

model::Variable read_variable(Reader in) {
  // Without the field a variable is not public, as for other runners.
  model::Variable variable{.key = {}, .value = {}, .is_public = false};
  in.read("key", variable.key);
  in.read("value", variable.value);
  in.read("public", variable.is_public);
  in.read("file", variable.file);
  in.read("masked", variable.masked);
  in.read("raw", variable.raw);
  return variable;
}

JobImage read_image(Reader in) {
  JobImage image;
  in.read("name", image.name);
  in.read("alias", image.alias);
  in.read("entrypoint", image.entrypoint);
  in.read("command", image.command);
  in.read("pull_policy", image.pull_policy);
  in.list("variables", [&](Reader item) { image.variables.push_back(read_variable(item)); });
  in.child("executor_opts").entries([&](const std::string& executor, Reader options) {
    auto& map = image.executor_opts[executor];
    options.strings([&](const std::string& key, const std::string& value) { map[key] = value; });
  });
  return image;
}

JobStep read_step(Reader in) {
  JobStep step;
  in.read("name", step.name);
  in.read("script", step.script);
  in.read("timeout", step.timeout);
  read_when(in, step.when);
  in.read("allow_failure", step.allow_failure);
  return step;
}

JobArtifact read_artifact(Reader in) {
  JobArtifact artifact;
  in.read("name", artifact.name);
  in.read("untracked", artifact.untracked);
  in.read("paths", artifact.paths);
  in.read("exclude", artifact.exclude);
  read_when(in, artifact.when);
  in.read("expire_in", artifact.expire_in);
  in.read("artifact_type", artifact.artifact_type);
  in.read("artifact_format", artifact.artifact_format);
  return artifact;
}

JobCache read_cache(Reader in) {
  JobCache cache;
  in.read("key", cache.key);
  in.read("untracked", cache.untracked);
  in.read("policy", cache.policy);
  in.read("paths", cache.paths);
  read_when(in, cache.when);
  in.read("fallback_keys", cache.fallback_keys);
  return cache;
}

JobDependency read_dependency(Reader in) {
  JobDependency dependency;
  in.read("id", dependency.id);
  in.read("name", dependency.name);
  read_secret(in, "token", dependency.token);
  if (in.has("artifacts_file")) {
    Reader file = in.child("artifacts_file");
    file.read("filename", dependency.filename);
    file.read("size", dependency.size);
    dependency.has_file = !dependency.filename.empty();
  }
  return dependency;
}

void read_job_info(Reader in, JobInfo& info) {
  in.read("id", info.id);
  in.read("name", info.name);
  in.read("stage", info.stage);
  in.read("project_id", info.project_id);
  in.read("project_name", info.project_name);
  in.read("project_full_path", info.project_full_path);
  in.read("pipeline_id", info.pipeline_id);
}

void read_git_info(Reader in, GitInfo& git) {
  in.read("repo_url", git.repo_url);
  in.read("repo_object_format", git.repo_object_format);
  in.read("ref", git.ref);
  in.read("sha", git.sha);
  in.read("before_sha", git.before_sha);
  in.read("ref_type", git.ref_type);
  in.read("refspecs", git.refspecs);
  in.read("depth", git.depth);
  in.read("protected", git.is_protected);
}

void read_payload(Reader in, JobPayload& payload) {
  in.read("id", payload.id);
  read_secret(in, "token", payload.token);
  in.read("allow_git_fetch", payload.allow_git_fetch);
  read_job_info(in.child("job_info"), payload.job_info);
  read_git_info(in.child("git_info"), payload.git_info);
  Reader runner = in.child("runner_info");
  runner.read("uuid", payload.runner_uuid);
  runner.read("timeout", payload.timeout);
  in.list("variables", [&](Reader item) { payload.variables.push_back(read_variable(item)); });
  in.list("steps", [&](Reader item) { payload.steps.push_back(read_step(item)); });
  in.read("run", payload.run);
  in.list("hooks", [&](Reader item) {
    JobHook hook;
    item.read("name", hook.name);
    item.read("script", hook.script);
    payload.hooks.push_back(std::move(hook));
  });
  if (in.has("image")) payload.image = read_image(in.child("image"));
  in.list("services", [&](Reader item) { payload.services.push_back(read_image(item)); });
  in.list("artifacts", [&](Reader item) { payload.artifacts.push_back(read_artifact(item)); });
  in.list("cache", [&](Reader item) { payload.cache.push_back(read_cache(item)); });
  in.list("credentials", [&](Reader item) {
    JobCredentials credentials;
    item.read("type", credentials.type);
    item.read("url", credentials.url);
    item.read("username", credentials.username);
    read_secret(item, "password", credentials.password);
    payload.credentials.push_back(std::move(credentials));
  });
  in.list("dependencies", [&](Reader item) { payload.dependencies.push_back(read_dependency(item)); });
  Reader features = in.child("features");
  features.read("trace_sections", payload.features.trace_sections);
  features.read("token_mask_prefixes", payload.features.token_mask_prefixes);
  features.read("failure_reasons", payload.features.failure_reasons);
  // Without these two nothing could ever be said about the job again.
  if (payload.id <= 0) in.fail("id", "should be the job's id, a positive number");
  if (payload.token.empty()) in.fail("token", "should be the job's token");
}

}  // namespace

Result<JobPayload> decode_job_payload(std::string_view json) {
  const auto document = parse_json(json, kMaxPayload);
  if (!document.ok()) return document.error();
  JobPayload payload;
  Reader::Problem problem;
  if (document->is_object())
    read_payload(Reader(&*document, "", problem), payload);
  else
    problem = std::string("the job should be an object, not ") + document->type_name();
  if (problem) return make_error(ErrorCode::invalid_argument, "job payload: " + *problem);
  return payload;
}

}  // namespace fairlead::proto
