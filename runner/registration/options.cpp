// SPDX-License-Identifier: Apache-2.0
#include "runner/registration/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runner/config/nearest.hpp"

namespace fairlead::runner {
namespace {

using enum OptionType;

// A row as it is written down. Names separated by blanks. Empty flag and
// variable are derived from the key.
struct Row {
  std::string_view key;
  OptionType type = text;
  std::string_view flags = {};
  std::string_view environment = {};
  std::string_view help = {};
};

// No path: these steer registration itself.
constexpr std::array kCommand = {
    Row{"", text, "config c", "CONFIG_FILE", "the configuration file"},
    Row{"", text, "template-config", "TEMPLATE_CONFIG_FILE",
        "a file whose one [[runners]] fills what is not given"},
    Row{"", boolean, "non-interactive n", "REGISTER_NON_INTERACTIVE", "ask nothing"},
    Row{"", boolean, "leave-runner", "REGISTER_LEAVE_RUNNER",
        "do not unregister when registration fails later on"},
    Row{"", text, "registration-token r", "REGISTRATION_TOKEN",
        "registration token (or authentication token)"},
    Row{"", text, "token t", "CI_SERVER_TOKEN", "authentication token (glrt-...)"},
    Row{"", text, "tag-list", "RUNNER_TAG_LIST", "tags, separated by commas"},
    Row{"", boolean, "run-untagged", "REGISTER_RUN_UNTAGGED",
        "take jobs without tags (default: when there are no tags)"},
    Row{"", boolean, "locked", "REGISTER_LOCKED", "lock to the project (default true)"},
    Row{"", text, "access-level", "REGISTER_ACCESS_LEVEL", "not_protected or ref_protected"},
    Row{"", integer, "maximum-timeout", "REGISTER_MAXIMUM_TIMEOUT", "seconds that a job may take"},
    Row{"", boolean, "paused", "REGISTER_PAUSED", "take no jobs at first"},
    Row{"", text, "maintenance-note", "REGISTER_MAINTENANCE_NOTE", "note for administrators"},
};

constexpr std::array kRunner = {
    Row{"name", text, "name description", "RUNNER_NAME", "description of the runner (default: host name)"},
    Row{"url", text, "url u", "CI_SERVER_URL", "the GitLab instance"},
    Row{"tls-ca-file", text, "tls-ca-file", "CI_SERVER_TLS_CA_FILE", "authorities to trust"},
    Row{"tls-cert-file", text, "tls-cert-file", "CI_SERVER_TLS_CERT_FILE", "client certificate"},
    Row{"tls-key-file", text, "tls-key-file", "CI_SERVER_TLS_KEY_FILE", "its private key"},
    Row{"executor", text, "executor", "RUNNER_EXECUTOR", "shell, docker, kubernetes, ..."},
    Row{"limit", integer, "limit", "RUNNER_LIMIT", "jobs at once of this runner"},
    Row{"output_limit", integer, "output-limit", "RUNNER_OUTPUT_LIMIT", "KiB of a job's log"},
    Row{"request_concurrency", integer, "request-concurrency", "RUNNER_REQUEST_CONCURRENCY",
        "open requests for a job"},
    Row{"strict_check_interval", boolean, "strict-check-interval", "RUNNER_STRICT_CHECK_INTERVAL", {}},
    Row{"unhealthy_requests_limit",
        integer,
        "unhealthy-requests-limit",
        "RUNNER_UNHEALTHY_REQUESTS_LIMIT",
        {}},
    Row{"unhealthy_interval", text, "unhealthy-interval", "RUNNER_UNHEALTHY_INTERVAL", {}},
    Row{"job_status_final_update_retry_limit",
        integer,
        "job-status-final-update-retry-limit",
        "RUNNER_job_status_final_update_retry_limit RUNNER_JOB_STATUS_FINAL_UPDATE_RETRY_LIMIT",
        {}},
    Row{"builds_dir", text, "builds-dir", "RUNNER_BUILDS_DIR", "where projects are checked out"},
    Row{"cache_dir", text, "cache-dir", "RUNNER_CACHE_DIR", "where local caches lie"},
    Row{"clone_url", text, "clone-url", "CLONE_URL", "replaces scheme and host of repository URLs"},
    Row{"environment", list, "env", "RUNNER_ENV", "KEY=VALUE for every job; may be repeated"},
    Row{"pre_get_sources_script",
        text,
        "pre-get-sources-script pre-clone-script",
        "RUNNER_PRE_GET_SOURCES_SCRIPT RUNNER_PRE_CLONE_SCRIPT",
        {}},
    Row{"post_get_sources_script",
        text,
        "post-get-sources-script post-clone-script",
        "RUNNER_POST_GET_SOURCES_SCRIPT RUNNER_POST_CLONE_SCRIPT",
        {}},
    Row{"pre_build_script", text, "pre-build-script", "RUNNER_PRE_BUILD_SCRIPT", {}},
    Row{"post_build_script", text, "post-build-script", "RUNNER_POST_BUILD_SCRIPT", {}},
    Row{"debug_trace_disabled", boolean, "debug-trace-disabled", "RUNNER_DEBUG_TRACE_DISABLED", {}},
    Row{"clean_git_config", boolean, "clean-git-config", "RUNNER_CLEAN_GIT_CONFIG", {}},
    Row{"safe_directory_checkout", boolean, "safe-directory-checkout", "RUNNER_SAFE_DIRECTORY_CHECKOUT", {}},
    Row{"shell", text, "shell", "RUNNER_SHELL", "bash or sh"},
    Row{"feature_flags", flag_map, "feature-flags", "FEATURE_FLAGS", "FF_NAME:true; may be repeated"},
    Row{"custom_build_dir.enabled", boolean, "custom_build_dir-enabled", "CUSTOM_BUILD_DIR_ENABLED",
        "jobs may set GIT_CLONE_PATH"},
    Row{"artifact.upload_timeout", text, "artifact-upload-timeout", "ARTIFACT_UPLOAD_TIMEOUT", {}},
    Row{"artifact.response_header_timeout",
        text,
        "artifact-response-header-timeout",
        "ARTIFACT_RESPONSE_HEADER_TIMEOUT",
        {}},
};

constexpr std::array kCache = {
    Row{"cache.Type", text, "cache-type", "CACHE_TYPE", "s3, gcs or azure"},
    Row{"cache.Path", text, "cache-path", "CACHE_PATH S3_CACHE_PATH", "prefix of keys"},
    Row{"cache.Shared", boolean, "cache-shared cache-cache-shared", "CACHE_SHARED", "share between runners"},
    Row{"cache.MaxUploadedArchiveSize", integer,
        "cache-max_uploaded_archive_size cache-max-uploaded-archive-size",
        "CACHE_MAXIMUM_UPLOADED_ARCHIVE_SIZE", "bytes"},
    Row{"cache.s3.ServerAddress",
        text,
        "cache-s3-server-address",
        "CACHE_S3_SERVER_ADDRESS S3_SERVER_ADDRESS",
        {}},
    Row{"cache.s3.AccessKey", text, "cache-s3-access-key", "CACHE_S3_ACCESS_KEY S3_ACCESS_KEY", {}},
    Row{"cache.s3.SecretKey", text, "cache-s3-secret-key", "CACHE_S3_SECRET_KEY S3_SECRET_KEY", {}},
    Row{"cache.s3.SessionToken", text, "cache-s3-session-token", "CACHE_S3_SESSION_TOKEN", {}},
    Row{"cache.s3.BucketName", text, "cache-s3-bucket-name", "CACHE_S3_BUCKET_NAME S3_BUCKET_NAME", {}},
    Row{"cache.s3.BucketLocation",
        text,
        "cache-s3-bucket-location",
        "CACHE_S3_BUCKET_LOCATION S3_BUCKET_LOCATION",
        {}},
    Row{"cache.s3.Insecure", boolean, "cache-s3-insecure", "CACHE_S3_INSECURE S3_CACHE_INSECURE", {}},
    Row{"cache.s3.AuthenticationType",
        text,
        "cache-s3-authentication_type cache-s3-authentication-type",
        "CACHE_S3_AUTHENTICATION_TYPE",
        {}},
    Row{"cache.s3.ServerSideEncryption",
        text,
        "cache-s3-server-side-encryption",
        "CACHE_S3_SERVER_SIDE_ENCRYPTION",
        {}},
    Row{"cache.s3.ServerSideEncryptionKeyID",
        text,
        "cache-s3-server-side-encryption-key-id",
        "CACHE_S3_SERVER_SIDE_ENCRYPTION_KEY_ID",
        {}},
    Row{"cache.s3.DualStack", boolean, "cache-s3-dual-stack", "CACHE_S3_DUAL_STACK", {}},
    Row{"cache.s3.PathStyle", boolean, "cache-s3-path-style", "CACHE_S3_PATH_STYLE", {}},
    Row{"cache.s3.Accelerate", boolean, "cache-s3-accelerate", "CACHE_S3_ACCELERATE", {}},
    Row{"cache.s3.RoleARN", text, "cache-s3-role-arn", "CACHE_S3_ROLE_ARN", {}},
    Row{"cache.s3.UploadRoleARN", text, "cache-s3-upload-role-arn", "CACHE_S3_UPLOAD_ROLE_ARN", {}},
    Row{"cache.gcs.AccessID", text, "cache-gcs-access-id", "CACHE_GCS_ACCESS_ID", {}},
    Row{"cache.gcs.PrivateKey", text, "cache-gcs-private-key", "CACHE_GCS_PRIVATE_KEY", {}},
    Row{"cache.gcs.CredentialsFile",
        text,
        "cache-gcs-credentials-file",
        "GOOGLE_APPLICATION_CREDENTIALS",
        {}},
    Row{"cache.gcs.BucketName", text, "cache-gcs-bucket-name", "CACHE_GCS_BUCKET_NAME", {}},
    Row{"cache.azure.AccountName", text, "cache-azure-account-name", "CACHE_AZURE_ACCOUNT_NAME", {}},
    Row{"cache.azure.AccountKey", text, "cache-azure-account-key", "CACHE_AZURE_ACCOUNT_KEY", {}},
    Row{"cache.azure.ContainerName", text, "cache-azure-container-name", "CACHE_AZURE_CONTAINER_NAME", {}},
    Row{"cache.azure.StorageDomain", text, "cache-azure-storage-domain", "CACHE_AZURE_STORAGE_DOMAIN", {}},
};

// Sections of executors: flag and variable follow from the key unless given.
constexpr std::array kDocker = {
    Row{"host"},
    Row{"hostname"},
    Row{"tls_cert_path", text, "docker-cert-path", "DOCKER_CERT_PATH"},
    Row{"tls_verify", boolean, "docker-tlsverify docker-tls-verify", "DOCKER_TLS_VERIFY"},
    Row{"image"},
    Row{"runtime"},
    Row{"memory"},
    Row{"memory_swap"},
    Row{"memory_reservation"},
    Row{"cgroup_parent"},
    Row{"cpuset_cpus"},
    Row{"cpuset_mems"},
    Row{"cpus"},
    Row{"cpu_shares", integer},
    Row{"dns", list},
    Row{"dns_search", list},
    Row{"privileged", boolean},
    Row{"services_privileged", boolean},
    Row{"disable_entrypoint_overwrite", boolean},
    Row{"user"},
    Row{"group_add", list},
    Row{"userns_mode", text, "docker-userns docker-userns-mode", "DOCKER_USERNS_MODE"},
    Row{"cap_add", list},
    Row{"cap_drop", list},
    Row{"oom_kill_disable", boolean},
    Row{"oom_score_adjust", integer},
    Row{"security_opt", list},
    Row{"services_security_opt", list},
    Row{"devices", list},
    Row{"gpus"},
    Row{"service_gpus"},
    Row{"disable_cache", boolean},
    Row{"volumes", list},
    Row{"volume_driver"},
    Row{"volume_keep", boolean},
    Row{"cache_dir"},
    Row{"extra_hosts", list},
    Row{"volumes_from", list},
    Row{"network_mode"},
    Row{"network_mtu", integer},
    Row{"enable_ipv6", boolean},
    Row{"ipcmode"},
    Row{"mac_address"},
    Row{"links", list},
    Row{"services", service},
    Row{"wait_for_services_timeout", integer},
    Row{"allowed_images", list},
    Row{"allowed_services", list},
    Row{"allowed_users", list},
    Row{"allowed_groups", list},
    Row{"allowed_privileged_images", list},
    Row{"allowed_privileged_services", list},
    Row{"allowed_pull_policies", list},
    Row{"pull_policy", text_or_list},
    Row{"isolation"},
    Row{"shm_size", integer},
    Row{"tmpfs", text_map},
    Row{"services_tmpfs", text_map},
    Row{"sysctls", text_map},
    Row{"ulimit", text_map},
    Row{"log_options", text_map},
    Row{"helper_image"},
    Row{"helper_image_flavor"},
    Row{"services_limit", integer},
    Row{"service_memory"},
    Row{"service_memory_swap"},
    Row{"service_memory_reservation"},
    Row{"service_cgroup_parent"},
    Row{"service_cpuset_cpus"},
    Row{"service_cpu_shares", integer},
    Row{"service_cpus"},
    Row{"init", boolean},
    Row{"logs_base_dir"},
    Row{"scripts_base_dir"},
};

constexpr std::array kKubernetes = {
    Row{"host"},
    Row{"context", text, "kubernetes-context", "KUBECTL_CONTEXT KUBERNETES_CONTEXT"},
    Row{"cert_file"},
    Row{"key_file"},
    Row{"ca_file"},
    Row{"bearer_token_overwrite_allowed", boolean},
    Row{"bearer_token"},
    Row{"image"},
    Row{"namespace"},
    Row{"namespace_overwrite_allowed"},
    Row{"namespace_per_job", boolean},
    Row{"privileged", boolean},
    Row{"runtime_class_name"},
    Row{"allow_privilege_escalation", boolean},
    Row{"allowed_images", list},
    Row{"allowed_pull_policies", list},
    Row{"allowed_services", list},
    Row{"allowed_users", list},
    Row{"allowed_groups", list},
    Row{"pull_policy", text_or_list},
    Row{"node_selector", text_map},
    Row{"node_selector_overwrite_allowed"},
    Row{"node_tolerations", text_map},
    Row{"node_tolerations_overwrite_allowed"},
    Row{"image_pull_secrets", list},
    Row{"use_service_account_image_pull_secrets", boolean},
    Row{"helper_image"},
    Row{"helper_image_flavor"},
    Row{"helper_image_autoset_arch_and_os", boolean},
    Row{"automount_service_account_token", boolean},
    Row{"terminationGracePeriodSeconds", integer, "kubernetes-terminationGracePeriodSeconds",
        "KUBERNETES_TERMINATIONGRACEPERIODSECONDS"},
    Row{"pod_termination_grace_period_seconds", integer},
    Row{"cleanup_grace_period_seconds", integer},
    Row{"cleanup_resources_timeout"},
    Row{"poll_interval", integer},
    Row{"poll_timeout", integer},
    Row{"resource_availability_check_max_attempts", integer},
    Row{"retry_limit", integer, "kubernetes-retry-limit kubernetes-request-retry-limit",
        "KUBERNETES_REQUEST_RETRY_LIMIT"},
    Row{"retry_backoff_max", integer, "kubernetes-retry-backoff-max kubernetes-request-retry-backoff-max",
        "KUBERNETES_REQUEST_RETRY_BACKOFF_MAX"},
    Row{"pod_labels", text_map},
    Row{"pod_labels_overwrite_allowed"},
    Row{"service_account"},
    Row{"service_account_overwrite_allowed"},
    Row{"pod_annotations", text_map},
    Row{"pod_annotations_overwrite_allowed"},
    Row{"dns_policy"},
    Row{"cap_add", list},
    Row{"cap_drop", list},
    Row{"scheduler_name"},
    Row{"priority_class_name"},
    Row{"logs_base_dir"},
    Row{"scripts_base_dir"},
    Row{"print_pod_warning_events", boolean},
};

constexpr std::array kSsh = {Row{"user"},          Row{"password"},
                             Row{"host"},          Row{"port"},
                             Row{"identity_file"}, Row{"disable_strict_host_key_checking", boolean}};
constexpr std::array kCustom = {Row{"config_exec"},
                                Row{"config_args", list},
                                Row{"config_exec_timeout", integer},
                                Row{"prepare_exec"},
                                Row{"prepare_args", list},
                                Row{"prepare_exec_timeout", integer},
                                Row{"run_exec"},
                                Row{"run_args", list},
                                Row{"cleanup_exec"},
                                Row{"cleanup_args", list},
                                Row{"cleanup_exec_timeout", integer},
                                Row{"graceful_kill_timeout", integer},
                                Row{"force_kill_timeout", integer}};
constexpr std::array kParallels = {Row{"base_name"}, Row{"template_name"}, Row{"disable_snapshots", boolean},
                                   Row{"time_server"}};
constexpr std::array kVirtualBox = {Row{"base_name"}, Row{"base_snapshot"}, Row{"base_folder"},
                                    Row{"disable_snapshots", boolean}, Row{"start_type"}};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split_words(text)) words.emplace_back(word);
  return words;
}

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

void add_rows(std::span<const Row> rows, std::vector<RegisterOption>& out) {
  for (const Row& row : rows)
    out.push_back({words_of(row.flags), words_of(row.environment), std::string(row.key), row.type,
                   std::string(row.help)});
}

void add_section(const std::string& section, std::span<const Row> rows, std::vector<RegisterOption>& out) {
  for (const Row& row : rows) {
    RegisterOption option;
    const std::string key(row.key);
    option.flags = words_of(row.flags);
    if (option.flags.empty()) {
      option.flags.push_back(section + '-' + replaced(key, '_', '-'));
      // gitlab-runner spells some of its flags as the key.
      if (key.find('_') != std::string::npos) option.flags.push_back(section + '-' + key);
    }
    option.environment = words_of(row.environment);
    if (option.environment.empty()) option.environment.push_back(upper(section + '_' + key));
    option.path = section + '.' + key;
    option.type = row.type;
    out.push_back(std::move(option));
  }
}

// [service_,helper_,pod_]{cpu,memory,ephemeral_storage}_{limit,request}[_overwrite_max_allowed]
void add_resources(std::vector<RegisterOption>& out) {
  for (const char* part : {"", "service_", "helper_", "pod_"})
    for (const char* what : {"cpu", "memory", "ephemeral_storage"})
      for (const char* bound : {"limit", "request"})
        for (const char* tail : {"", "_overwrite_max_allowed"}) {
          if (part == std::string_view("pod_") && what == std::string_view("ephemeral_storage")) continue;
          const std::string key = fmt::format("{}{}_{}{}", part, what, bound, tail);
          const Row row{key};
          add_section("kubernetes", std::span(&row, 1), out);
        }
}

Error bad(const RegisterOption& option, std::string_view value, std::string_view wanted) {
  const std::string variable =
      option.environment.empty() ? "" : fmt::format(" (${})", option.environment.front());
  return make_error(ErrorCode::invalid_argument, fmt::format("--{}{} is \"{}\": it must be {}",
                                                             option.flags.front(), variable, value, wanted));
}

Result<void> add_pairs(const RegisterOption& option, const std::string& value, TomlTable& table) {
  const bool flags = option.type == flag_map;
  const std::string wanted =
      flags ? "NAME:true or a JSON object of booleans" : "KEY:VALUE or a JSON object of texts";
  if (value.starts_with('{')) {
    const auto json = nlohmann::json::parse(value, nullptr, false);
    if (!json.is_object()) return bad(option, value, wanted);
    for (const auto& [key, each] : json.items()) {
      if (flags ? !each.is_boolean() : !each.is_string()) return bad(option, value, wanted);
      entry_of(table, key) = flags ? TomlValue::of(each.get<bool>()) : TomlValue::of(each.get<std::string>());
    }
    return {};
  }
  for (std::string_view rest = value; !rest.empty();) {
    // Flags cannot contain commas; a text may.
    const std::size_t end = flags ? std::min(rest.find(','), rest.size()) : rest.size();
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = pair.find_first_of(flags ? ":=" : ":");
    if (colon == std::string_view::npos || colon == 0) return bad(option, value, wanted);
    const std::string key(pair.substr(0, colon));
    const std::string_view content = pair.substr(colon + 1);
    const auto flag = parse_go_bool(content);
    if (flags && !flag) return bad(option, value, wanted);
    entry_of(table, key) = flags ? TomlValue::of(*flag) : TomlValue::of(std::string(content));
  }
  return {};
}

Result<TomlValue> value_of(const RegisterOption& option, const std::vector<std::string>& values) {
  const std::string& last = values.back();
  switch (option.type) {
    case text:
      return TomlValue::of(last);
    case integer: {
      std::int64_t number = 0;
      const auto [end, failed] = std::from_chars(last.data(), last.data() + last.size(), number);
      if (failed != std::errc() || end != last.data() + last.size()) return bad(option, last, "an integer");
      return TomlValue::of(number);
    }
    case boolean: {
      const auto flag = parse_go_bool(last);
      if (!flag) return bad(option, last, "true or false");
      return TomlValue::of(*flag);
    }
    case list:
      return TomlValue::list(values);
    case text_or_list:
      return values.size() == 1 ? TomlValue::of(last) : TomlValue::list(values);
    case service: {
      TomlValue services;
      services.kind = TomlValue::Kind::array;
      for (const std::string& name : values) {
        TomlValue one;
        entry_of(one.table, "name") = TomlValue::of(name);
        services.items.push_back(std::move(one));
      }
      return services;
    }
    case text_map:
    case flag_map: {
      TomlValue map;
      for (const std::string& value : values) FAIRLEAD_TRY(add_pairs(option, value, map.table));
      return map;
    }
  }
  return make_error(ErrorCode::internal, "unknown type of option");
}

}  // namespace

std::vector<RegisterOption> register_options() {
  std::vector<RegisterOption> options;
  add_rows(kCommand, options);
  add_rows(kRunner, options);
  add_rows(kCache, options);
  add_section("docker", kDocker, options);
  add_section("kubernetes", kKubernetes, options);
  add_resources(options);
  add_section("ssh", kSsh, options);
  add_section("custom", kCustom, options);
  add_section("parallels", kParallels, options);
  add_section("virtualbox", kVirtualBox, options);
  return options;
}

std::vector<Flag> flags_of(std::span<const RegisterOption> options) {
  std::vector<Flag> flags;
  flags.reserve(options.size());
  for (const RegisterOption& option : options) {
    std::string help = option.help;
    for (const std::string& name : option.environment) help += (help.empty() ? "[$" : " [$") + name + "]";
    flags.push_back({option.flags, option.type == boolean, std::move(help)});
  }
  return flags;
}

std::vector<std::string> given(const RegisterOption& option, const FlagValues& flags,
                               const EnvironmentLookup& environment) {
  if (flags.has(option.flags.front())) return flags.all(option.flags.front());
  for (const std::string& name : option.environment)
    if (auto value = environment(name); value && !value->empty()) return {std::move(*value)};
  return {};
}

Result<void> fill_runner(std::span<const RegisterOption> options, const FlagValues& flags,
                         const EnvironmentLookup& environment, TomlTable& runner) {
  for (const RegisterOption& option : options) {
    if (option.path.empty()) continue;
    const std::vector<std::string> values = given(option, flags, environment);
    if (values.empty()) continue;
    auto value = value_of(option, values);
    if (!value) return std::move(value.error());
    TomlTable* table = &runner;
    std::string_view path = option.path;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      table = &entry_of(*table, path.substr(0, dot)).table;
      path.remove_prefix(dot + 1);
    }
    entry_of(*table, path) = std::move(*value);
  }
  return {};
}

std::vector<std::string> unknown_variables(std::span<const RegisterOption> options,
                                           std::span<const std::string> names) {
  std::set<std::string_view> known = {"RUNNER_TEMP_PROJECT_DIR"};
  for (const RegisterOption& option : options)
    known.insert(option.environment.begin(), option.environment.end());
  std::vector<std::string> unknown;
  for (const std::string& name : names)
    if ((name.starts_with("REGISTER_") || name.starts_with("RUNNER_")) && !known.contains(name))
      unknown.push_back(name);
  return unknown;
}

}  // namespace fairlead::runner
