// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/secret_string.hpp"

// config.toml as typed values. Names are those of the file; initial values are
// gitlab-runner's defaults; units stand in the types. Which key means what,
// and whether something uses it yet: config_keys.cpp and docs/runner-config.md.
namespace fairlead::runner {

using TextMap = std::map<std::string, std::string>;
using FlagMap = std::map<std::string, bool>;

struct S3CacheConfig {
  std::string server_address;
  SecretString access_key;
  SecretString secret_key;
  SecretString session_token;
  std::string bucket_name;
  std::string bucket_location;
  std::string authentication_type;  // access-key or iam; empty: by whether keys are set
  std::string server_side_encryption;
  std::string server_side_encryption_key_id;
  std::string role_arn;
  std::string upload_role_arn;
  bool insecure = false;
  bool dual_stack = true;
  std::optional<bool> path_style;
  bool accelerate = false;
};

struct CacheConfig {
  std::string type;  // s3, gcs or azure; empty: local
  std::string path;
  bool shared = false;
  std::int64_t max_uploaded_archive_size = 0;  // bytes; 0: no limit
  S3CacheConfig s3;
};

struct CustomBuildDirConfig {
  std::optional<bool> enabled;  // unset: the executor's default (shell: no)
};

struct ArtifactConfig {
  Duration upload_timeout = std::chrono::hours(1);
  Duration response_header_timeout = std::chrono::minutes(10);
};

struct SessionServerConfig {
  std::string listen_address;
  std::string advertise_address;
  std::chrono::seconds session_timeout{1800};
};

// One [[runners]] element.
struct RunnerConfig {
  std::string name;
  std::string url;  // environment expanded
  std::int64_t id = 0;
  SecretString token;  // environment expanded
  std::optional<WallTime> token_obtained_at;
  std::optional<WallTime> token_expires_at;
  std::string tls_ca_file;
  std::string tls_cert_file;
  std::string tls_key_file;
  std::string executor;
  std::int64_t limit = 0;            // 0: only `concurrent` bounds it
  std::int64_t output_limit = 4096;  // KiB
  std::int64_t request_concurrency = 1;
  bool strict_check_interval = false;
  std::int64_t unhealthy_requests_limit = 3;
  Duration unhealthy_interval = std::chrono::hours(1);
  std::int64_t job_status_final_update_retry_limit = 10;
  std::string builds_dir;
  std::string cache_dir;
  std::string clone_url;
  std::vector<std::string> environment;  // "KEY=VALUE"
  std::string shell;
  std::string pre_get_sources_script;
  std::string post_get_sources_script;
  std::string pre_build_script;
  std::string post_build_script;
  Duration prepare_timeout{0};      // 0: none
  Duration get_sources_timeout{0};  // 0: none
  bool debug_trace_disabled = false;
  std::optional<bool> clean_git_config;  // unset: the default of runner/build
  TextMap labels;
  FlagMap feature_flags;
  CustomBuildDirConfig custom_build_dir;
  ArtifactConfig artifact;
  CacheConfig cache;
  int line = 0;  // of its [[runners]]; 0: not from a file
};

struct Config {
  std::int64_t concurrent = 1;
  std::chrono::seconds check_interval{3};
  std::string log_level;   // empty: info
  std::string log_format;  // empty: runner
  std::string listen_address;
  std::chrono::seconds shutdown_timeout{30};
  Duration connection_max_age = std::chrono::minutes(15);
  TextMap labels;
  SessionServerConfig session_server;
  std::vector<RunnerConfig> runners;
};

}  // namespace fairlead::runner
