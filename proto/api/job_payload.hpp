// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "model/words.hpp"

// The job as the coordinator hands it to a runner: the body of
// `POST /api/v4/jobs/request` -> 201 (gitlabhq lib/api/entities/ci/job_request).
// Any field may be null on the wire; what is absent here is default-made.
namespace fairlead::proto {

struct JobInfo {
  std::int64_t id = 0;
  std::string name;
  std::string stage;
  std::int64_t project_id = 0;
  std::string project_name;
  std::string project_full_path;
  std::int64_t pipeline_id = 0;
};

struct GitInfo {
  std::string repo_url;
  std::string repo_object_format = "sha1";
  std::string ref;
  std::string sha;
  std::string before_sha;
  std::string ref_type = "branch";  // or "tag"
  std::vector<std::string> refspecs;
  int depth = 0;  // 0: full
  bool is_protected = false;
};

struct JobImage {
  std::string name;
  std::string alias;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> pull_policy;
  model::Variables variables;  // services only
  // executor_opts, one map per executor ("docker": {"platform": ..., "user": ...}).
  std::map<std::string, std::map<std::string, std::string>> executor_opts;
};

struct JobStep {
  std::string name;  // "script", "after_script", "release"
  std::vector<std::string> script;
  std::int64_t timeout = 0;  // seconds; unused by the runner
  model::When when = model::When::on_success;
  bool allow_failure = false;
};

struct JobHook {
  std::string name;  // pre_get_sources_script, post_get_sources_script
  std::vector<std::string> script;
};

struct JobArtifact {
  std::string name;
  bool untracked = false;
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  model::When when = model::When::on_success;
  std::string expire_in;
  std::string artifact_type = "archive";  // archive, junit, dotenv, ...
  std::string artifact_format = "zip";    // zip, gzip, raw
};

struct JobCache {
  std::string key;
  bool untracked = false;
  std::string policy = "pull-push";
  std::vector<std::string> paths;
  model::When when = model::When::on_success;
  std::vector<std::string> fallback_keys;
};

struct JobCredentials {
  std::string type;
  std::string url;
  std::string username;
  SecretString password;
};

struct JobDependency {
  std::int64_t id = 0;
  std::string name;
  SecretString token;
  bool has_file = false;
  std::string filename;
  std::int64_t size = 0;
};

struct JobFeatures {
  bool trace_sections = false;
  std::vector<std::string> token_mask_prefixes;
  std::vector<std::string> failure_reasons;
};

struct JobPayload {
  std::int64_t id = 0;
  SecretString token;
  bool allow_git_fetch = false;
  JobInfo job_info;
  GitInfo git_info;
  std::string runner_uuid;
  std::int64_t timeout = 0;  // seconds; <= 0 means 7200
  model::Variables variables;
  std::vector<JobStep> steps;
  std::string run;  // a string that holds a JSON array of steps; replaces `steps`
  std::vector<JobHook> hooks;
  std::optional<JobImage> image;
  std::vector<JobImage> services;
  std::vector<JobArtifact> artifacts;
  std::vector<JobCache> cache;
  std::vector<JobCredentials> credentials;
  std::vector<JobDependency> dependencies;
  JobFeatures features;
};

// Wire JSON -> payload. Unknown fields are ignored, nulls are defaults; wrong
// types are invalid_argument and name the field. Bounded by the text given.
Result<JobPayload> decode_job_payload(std::string_view json);
// Payload -> wire JSON (contains secrets: for the wire and for tests only).
std::string encode_job_payload(const JobPayload& payload);

}  // namespace fairlead::proto
