// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_keys.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include <fmt/format.h>

#include "runner/script/go_duration.hpp"

namespace fairlead::runner {
namespace {

constexpr auto kNotYet = KeyStatus::not_yet;
constexpr auto kHonoured = KeyStatus::honoured;
constexpr std::string_view kLevels = "debug info warning warn error fatal panic";

constexpr std::array kGlobal = {
    Key<Config>{"concurrent", &Config::concurrent, kHonoured, "jobs at once, of all runners together"},
    Key<Config>{"check_interval",
                &Config::check_interval,
                kHonoured,
                "seconds between two requests for a job",
                {},
                true},
    Key<Config>{"log_level", &Config::log_level, kHonoured, "debug, info, warn, error or fatal", kLevels},
    Key<Config>{"log_format", &Config::log_format, kHonoured, "runner, text or json", "runner text json"},
    Key<Config>{"listen_address", &Config::listen_address, kHonoured,
                "host and port of /metrics (port 9252 where only a host is given)"},
    Key<Config>{"shutdown_timeout",
                &Config::shutdown_timeout,
                kHonoured,
                "seconds that an orderly stop waits for jobs",
                {},
                true},
    Key<Config>{"connection_max_age", &Config::connection_max_age, kNotYet,
                "how long an HTTP connection is used again"},
    Key<Config>{"labels", &Config::labels, kNotYet, "labels sent with each request for a job"},
};

constexpr std::array kSessionServer = {
    Key<SessionServerConfig>{"listen_address", &SessionServerConfig::listen_address, kNotYet,
                             "where the session server listens"},
    Key<SessionServerConfig>{"advertise_address", &SessionServerConfig::advertise_address, kNotYet,
                             "how GitLab reaches it"},
    Key<SessionServerConfig>{"session_timeout",
                             &SessionServerConfig::session_timeout,
                             kNotYet,
                             "seconds that a session outlives its job",
                             {},
                             true},
};

constexpr std::array kRunner = {
    Key<RunnerConfig>{"name", &RunnerConfig::name, kHonoured, "shown in job logs and in lists"},
    Key<RunnerConfig>{.name = "url",
                      .member = &RunnerConfig::url,
                      .help = "of the GitLab instance; `$NAME` is expanded",
                      .expand_environment = true},
    Key<RunnerConfig>{"id", &RunnerConfig::id, kHonoured, "the runner's number on the server"},
    Key<RunnerConfig>{.name = "token",
                      .member = &RunnerConfig::token,
                      .help = "authentication token; `$NAME` is expanded",
                      .expand_environment = true},
    Key<RunnerConfig>{"token_obtained_at", &RunnerConfig::token_obtained_at, kHonoured,
                      "written by register and reset-token"},
    Key<RunnerConfig>{"token_expires_at", &RunnerConfig::token_expires_at, kHonoured,
                      "written by register and reset-token"},
    Key<RunnerConfig>{"tls-ca-file", &RunnerConfig::tls_ca_file, kHonoured,
                      "authorities to trust for this server"},
    Key<RunnerConfig>{"tls-cert-file", &RunnerConfig::tls_cert_file, kHonoured, "client certificate"},
    Key<RunnerConfig>{"tls-key-file", &RunnerConfig::tls_key_file, kHonoured, "its private key"},
    Key<RunnerConfig>{"executor", &RunnerConfig::executor, kHonoured, "shell; others are kept"},
    Key<RunnerConfig>{"limit", &RunnerConfig::limit, kHonoured,
                      "jobs at once of this runner; 0: no limit of its own"},
    Key<RunnerConfig>{"output_limit", &RunnerConfig::output_limit, kHonoured, "KiB of a job's log", {}, true},
    Key<RunnerConfig>{"request_concurrency",
                      &RunnerConfig::request_concurrency,
                      kHonoured,
                      "requests for a job that may be open at once",
                      {},
                      true},
    Key<RunnerConfig>{"strict_check_interval", &RunnerConfig::strict_check_interval, kHonoured,
                      "wait check_interval also after a job was given"},
    Key<RunnerConfig>{"unhealthy_requests_limit",
                      &RunnerConfig::unhealthy_requests_limit,
                      kHonoured,
                      "refusals in a row that switch the runner off for a while",
                      {},
                      true},
    Key<RunnerConfig>{
        "unhealthy_interval", &RunnerConfig::unhealthy_interval, kHonoured, "for how long", {}, true},
    Key<RunnerConfig>{"job_status_final_update_retry_limit",
                      &RunnerConfig::job_status_final_update_retry_limit,
                      kHonoured,
                      "tries to report a job's end",
                      {},
                      true},
    Key<RunnerConfig>{"builds_dir", &RunnerConfig::builds_dir, kHonoured,
                      "where projects are checked out (`builds` in the working directory)"},
    Key<RunnerConfig>{"cache_dir", &RunnerConfig::cache_dir, kHonoured,
                      "where local caches lie (`cache` in the working directory)"},
    Key<RunnerConfig>{"clone_url", &RunnerConfig::clone_url, kHonoured,
                      "replaces scheme and host of the repository's URL"},
    Key<RunnerConfig>{"environment", &RunnerConfig::environment, kHonoured,
                      "list of `KEY=VALUE` for every job"},
    Key<RunnerConfig>{"shell", &RunnerConfig::shell, kHonoured, "bash or sh", "bash sh cmd powershell pwsh"},
    Key<RunnerConfig>{"pre_get_sources_script", &RunnerConfig::pre_get_sources_script, kHonoured,
                      "runs before the sources are fetched"},
    Key<RunnerConfig>{"post_get_sources_script", &RunnerConfig::post_get_sources_script, kHonoured,
                      "runs after the sources are there"},
    Key<RunnerConfig>{"pre_build_script", &RunnerConfig::pre_build_script, kHonoured,
                      "runs before the job's script, in the same shell"},
    Key<RunnerConfig>{"post_build_script", &RunnerConfig::post_build_script, kHonoured,
                      "runs after the job's script, in the same shell"},
    Key<RunnerConfig>{"prepare_timeout", &RunnerConfig::prepare_timeout, kNotYet,
                      "limit of the stage prepare_executor; 0: none"},
    Key<RunnerConfig>{"get_sources_timeout", &RunnerConfig::get_sources_timeout, kNotYet,
                      "limit of the stage get_sources; 0: none"},
    Key<RunnerConfig>{"debug_trace_disabled", &RunnerConfig::debug_trace_disabled, kHonoured,
                      "CI_DEBUG_TRACE is ignored"},
    Key<RunnerConfig>{"clean_git_config", &RunnerConfig::clean_git_config, kHonoured,
                      "drop .git/config and hooks that former jobs left"},
    Key<RunnerConfig>{"labels", &RunnerConfig::labels, kNotYet,
                      "labels of this runner, added to the global ones"},
    Key<RunnerConfig>{"feature_flags", &RunnerConfig::feature_flags, kHonoured,
                      "`FF_NAME = true`; beats a job's variable"},
};

constexpr std::array kCustomBuildDir = {
    Key<CustomBuildDirConfig>{"enabled", &CustomBuildDirConfig::enabled, kHonoured,
                              "jobs may set GIT_CLONE_PATH (shell: no)"},
};

constexpr std::array kArtifact = {
    Key<ArtifactConfig>{
        "upload_timeout", &ArtifactConfig::upload_timeout, kNotYet, "of one upload", {}, true},
    Key<ArtifactConfig>{"response_header_timeout",
                        &ArtifactConfig::response_header_timeout,
                        kNotYet,
                        "wait for the server's answer after an upload",
                        {},
                        true},
};

constexpr std::array kCache = {
    Key<CacheConfig>{"Type", &CacheConfig::type, kNotYet, "s3, gcs or azure; empty: local", "s3 gcs azure"},
    Key<CacheConfig>{"Path", &CacheConfig::path, kNotYet, "prefix of every key in the bucket"},
    Key<CacheConfig>{"Shared", &CacheConfig::shared, kNotYet, "runners share the cache"},
    Key<CacheConfig>{"MaxUploadedArchiveSize", &CacheConfig::max_uploaded_archive_size, kNotYet,
                     "bytes; 0: no limit"},
};

constexpr std::array kS3 = {
    Key<S3CacheConfig>{"ServerAddress", &S3CacheConfig::server_address, kNotYet, "host[:port]; empty: AWS"},
    Key<S3CacheConfig>{"AccessKey", &S3CacheConfig::access_key, kNotYet, "never reaches a job"},
    Key<S3CacheConfig>{"SecretKey", &S3CacheConfig::secret_key, kNotYet, "never reaches a job"},
    Key<S3CacheConfig>{"SessionToken", &S3CacheConfig::session_token, kNotYet, "of temporary keys"},
    Key<S3CacheConfig>{"BucketName", &S3CacheConfig::bucket_name, kNotYet, "required with type s3"},
    Key<S3CacheConfig>{"BucketLocation", &S3CacheConfig::bucket_location, kNotYet, "region"},
    Key<S3CacheConfig>{"AuthenticationType", &S3CacheConfig::authentication_type, kNotYet,
                       "access-key or iam", "access-key iam"},
    Key<S3CacheConfig>{"ServerSideEncryption", &S3CacheConfig::server_side_encryption, kNotYet, "S3 or KMS",
                       "S3 KMS DSSE-KMS aws:kms AES256"},
    Key<S3CacheConfig>{"ServerSideEncryptionKeyID", &S3CacheConfig::server_side_encryption_key_id, kNotYet,
                       "of KMS"},
    Key<S3CacheConfig>{"RoleARN", &S3CacheConfig::role_arn, kNotYet, "role for up and downloads"},
    Key<S3CacheConfig>{"UploadRoleARN", &S3CacheConfig::upload_role_arn, kNotYet,
                       "role for uploads (former name)"},
    Key<S3CacheConfig>{"Insecure", &S3CacheConfig::insecure, kNotYet, "http instead of https"},
    Key<S3CacheConfig>{"DualStack", &S3CacheConfig::dual_stack, kNotYet, "AWS's IPv4 and IPv6 endpoints"},
    Key<S3CacheConfig>{"PathStyle", &S3CacheConfig::path_style, kNotYet,
                       "bucket in the path instead of the host name"},
    Key<S3CacheConfig>{"Accelerate", &S3CacheConfig::accelerate, kNotYet, "AWS transfer acceleration"},
};

constexpr std::array kGlobalSections = {
    KeptSection{"machine", "docker+machine"},
    KeptSection{"experimental", "gitlab-runner's experiments"},
};
constexpr std::array kRunnerSections = {
    KeptSection{"docker", "the docker executor"},
    KeptSection{"kubernetes", "the kubernetes executor"},
    KeptSection{"machine", "the docker+machine executor"},
    KeptSection{"ssh", "the ssh executor"},
    KeptSection{"parallels", "the parallels executor"},
    KeptSection{"virtualbox", "the virtualbox executor"},
    KeptSection{"custom", "the custom executor"},
    KeptSection{"autoscaler", "the autoscaling executors"},
    KeptSection{"instance", "the instance executor"},
    KeptSection{"referees", "referees"},
    KeptSection{"monitoring", "alerts on job queues"},
    KeptSection{"tracing", "tracing"},
    KeptSection{"slot_cgroups", "control groups per slot"},
};
constexpr std::array kCacheSections = {
    KeptSection{"gcs", "the cache on Google Cloud Storage"},
    KeptSection{"azure", "the cache on Azure"},
};
constexpr std::array kGlobalKeys = {
    KeptSection{"sentry_dsn", "Sentry"},
    KeptSection{"user", "another user for jobs"},
    KeptSection{"metrics_server", "the former name of listen_address"},
};
constexpr std::array kRunnerKeys = {
    KeptSection{"disable_verbose", "a setting of former versions"},
    KeptSection{"safe_directory_checkout", "git's safe.directory"},
};
constexpr std::array kOldNames = {
    OldName{"pre_clone_script", "pre_get_sources_script"},
    OldName{"post_clone_script", "post_get_sources_script"},
};

constexpr std::array<std::string_view, 13> kExecutors = {"shell",
                                                         "docker",
                                                         "docker-windows",
                                                         "docker+machine",
                                                         "docker-autoscaler",
                                                         "kubernetes",
                                                         "instance",
                                                         "custom",
                                                         "ssh",
                                                         "parallels",
                                                         "virtualbox",
                                                         "docker-ssh",
                                                         "docker-ssh+machine"};

struct TypeName {
  template <class T>
  std::string_view operator()(std::string T::*) const {
    return "text";
  }
  template <class T>
  std::string_view operator()(SecretString T::*) const {
    return "secret";
  }
  template <class T>
  std::string_view operator()(std::int64_t T::*) const {
    return "integer";
  }
  template <class T>
  std::string_view operator()(bool T::*) const {
    return "boolean";
  }
  template <class T>
  std::string_view operator()(std::optional<bool> T::*) const {
    return "boolean";
  }
  template <class T>
  std::string_view operator()(std::chrono::seconds T::*) const {
    return "seconds";
  }
  template <class T>
  std::string_view operator()(Duration T::*) const {
    return "duration";
  }
  template <class T>
  std::string_view operator()(std::vector<std::string> T::*) const {
    return "list";
  }
  template <class T>
  std::string_view operator()(TextMap T::*) const {
    return "table of texts";
  }
  template <class T>
  std::string_view operator()(FlagMap T::*) const {
    return "table of booleans";
  }
  template <class T>
  std::string_view operator()(std::optional<WallTime> T::*) const {
    return "date";
  }
};

template <class T>
std::string default_of(const Key<T>& key) {
  const T made{};
  return std::visit(
      [&](auto member) -> std::string {
        const auto& value = made.*member;
        using V = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<V, std::int64_t>)
          return std::to_string(value);
        else if constexpr (std::is_same_v<V, bool>)
          return value ? "true" : "false";
        else if constexpr (std::is_same_v<V, std::chrono::seconds>)
          return std::to_string(value.count());
        else if constexpr (std::is_same_v<V, Duration>)
          return '"' + format_go_duration(value) + '"';
        else
          return "";
      },
      key.member);
}

template <class T>
void render(std::string_view heading, std::span<const Key<T>> keys, std::string& out) {
  out +=
      fmt::format("### {}\n\n| key | type | default | status | meaning |\n|---|---|---|---|---|\n", heading);
  for (const Key<T>& key : keys)
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, std::visit(TypeName(), key.member),
                       default_of(key), key.status == kHonoured ? "honoured" : "not yet", key.help);
  out += '\n';
}

void render_kept(std::string_view prefix, std::span<const KeptSection> rows, std::string& out) {
  for (const KeptSection& row : rows) out += fmt::format("| `{}{}` | {} |\n", prefix, row.name, row.what);
}

}  // namespace

std::span<const Key<Config>> global_keys() { return kGlobal; }
std::span<const Key<SessionServerConfig>> session_server_keys() { return kSessionServer; }
std::span<const Key<RunnerConfig>> runner_keys() { return kRunner; }
std::span<const Key<CustomBuildDirConfig>> custom_build_dir_keys() { return kCustomBuildDir; }
std::span<const Key<ArtifactConfig>> artifact_keys() { return kArtifact; }
std::span<const Key<CacheConfig>> cache_keys() { return kCache; }
std::span<const Key<S3CacheConfig>> s3_keys() { return kS3; }
std::span<const KeptSection> kept_global_sections() { return kGlobalSections; }
std::span<const KeptSection> kept_runner_sections() { return kRunnerSections; }
std::span<const KeptSection> kept_cache_sections() { return kCacheSections; }
std::span<const KeptSection> kept_global_keys() { return kGlobalKeys; }
std::span<const KeptSection> kept_runner_keys() { return kRunnerKeys; }
std::span<const OldName> old_runner_names() { return kOldNames; }
std::span<const std::string_view> known_executors() { return kExecutors; }

bool executor_exists(std::string_view name) { return name == "shell"; }
bool executor_known(std::string_view name) {
  return std::find(kExecutors.begin(), kExecutors.end(), name) != kExecutors.end();
}

std::string render_key_tables() {
  std::string out;
  render("Global", global_keys(), out);
  render("[session_server]", session_server_keys(), out);
  render("[[runners]]", runner_keys(), out);
  render("[runners.custom_build_dir]", custom_build_dir_keys(), out);
  render("[runners.artifact]", artifact_keys(), out);
  render("[runners.cache]", cache_keys(), out);
  render("[runners.cache.s3]", s3_keys(), out);
  out +=
      "### Kept\n\nKept word for word and named in a warning, because what they configure is not there "
      "yet.\n\n"
      "| key or table | of |\n|---|---|\n";
  render_kept("", kept_global_keys(), out);
  render_kept("", kept_global_sections(), out);
  render_kept("runners.", kept_runner_keys(), out);
  render_kept("runners.", kept_runner_sections(), out);
  render_kept("runners.cache.", kept_cache_sections(), out);
  return out;
}

}  // namespace fairlead::runner
