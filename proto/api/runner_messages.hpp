// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret_string.hpp"
#include "model/words.hpp"

// The JSON bodies between runner and coordinator (`/api/v4/runners`, `/jobs`),
// both ways: the runner encodes requests and decodes answers, a server the
// reverse. The job itself is in job_payload.hpp. As there: unknown fields are
// ignored, null is absent, a wrong type is invalid_argument and names the
// field, and texts are bounded.
namespace fairlead::proto {

constexpr std::size_t kMaxSmallBody = std::size_t{1} << 20;

// What a runner can do: every flag is always sent. GitLab gives a runner no
// job that needs a flag which is false.
struct RunnerFeatures {
  bool variables = false;
  bool image = false;
  bool services = false;
  bool artifacts = false;
  bool cache = false;
  bool fallback_cache_keys = false;
  bool shared = false;
  bool upload_multiple_artifacts = false;
  bool upload_raw_artifacts = false;
  bool session = false;
  bool terminal = false;
  bool refspecs = false;
  bool masking = false;
  bool proxy = false;
  bool raw_variables = false;
  bool artifacts_exclude = false;
  bool multi_build_steps = false;
  bool trace_reset = false;
  bool trace_checksum = false;
  bool trace_size = false;
  bool vault_secrets = false;
  bool cancelable = false;
  bool return_exit_code = false;
  bool service_variables = false;
  bool service_multiple_aliases = false;
  bool image_executor_opts = false;
  bool service_executor_opts = false;
  bool cancel_gracefully = false;
  bool native_steps_integration = false;
  bool two_phase_job_commit = false;
  bool job_inputs = false;

  bool operator==(const RunnerFeatures&) const = default;
};

struct RunnerInfo {
  std::string name;
  std::string version;
  std::string revision;
  std::string platform;      // "linux"
  std::string architecture;  // "amd64", "arm64"
  std::string executor;
  std::string shell;
  RunnerFeatures features;
  std::string gpus;  // config.gpus
  std::map<std::string, std::string> labels;

  bool operator==(const RunnerInfo&) const = default;
};

// POST runners
struct RegisterRequest {
  SecretString token;
  std::string description;
  std::string maintenance_note;
  std::vector<std::string> tag_list;  // on the wire "a,b"
  bool run_untagged = false;
  bool locked = true;
  std::string access_level;
  std::int64_t maximum_timeout = 0;  // seconds; 0: not sent
  bool paused = false;
  RunnerInfo info;
};
// POST runners -> 201, POST runners/verify -> 200
struct RegisterAnswer {
  std::int64_t id = 0;
  SecretString token;
  std::string token_expires_at;  // RFC 3339; empty: never
};
// POST runners/verify
struct VerifyRequest {
  SecretString token;
  std::string system_id;
  RunnerInfo info;
};
// DELETE runners, and runners/managers with a system_id
struct UnregisterRequest {
  SecretString token;
  std::string system_id;  // empty: not sent
};
// POST runners/reset_authentication_token
struct ResetTokenRequest {
  SecretString token;
};
struct ResetTokenAnswer {
  SecretString token;
  std::string token_expires_at;
};

// POST jobs/request
struct JobRequestMessage {
  RunnerInfo info;
  SecretString token;
  std::string system_id;
  std::string last_update;
};

// PUT jobs/:id
enum class JobState { pending, running, success, failed };
std::string_view to_string(JobState state);

struct JobUpdateMessage {
  SecretString token;
  JobState state = JobState::running;
  std::optional<model::FailureReason> failure_reason;
  std::string checksum;  // "crc32:%08x"; empty: not sent
  std::uint64_t bytesize = 0;
  int exit_code = 0;  // 0: not sent
  RunnerInfo info;
};

std::string encode(const RegisterRequest& message);
std::string encode(const VerifyRequest& message);
std::string encode(const UnregisterRequest& message);
std::string encode(const ResetTokenRequest& message);
std::string encode(const JobRequestMessage& message);
std::string encode(const JobUpdateMessage& message);
std::string encode(const RegisterAnswer& message);
std::string encode(const ResetTokenAnswer& message);

Result<RegisterRequest> decode_register_request(std::string_view json);
Result<VerifyRequest> decode_verify_request(std::string_view json);
Result<UnregisterRequest> decode_unregister_request(std::string_view json);
Result<ResetTokenRequest> decode_reset_token_request(std::string_view json);
Result<JobRequestMessage> decode_job_request(std::string_view json);
Result<JobUpdateMessage> decode_job_update(std::string_view json);
Result<RegisterAnswer> decode_register_answer(std::string_view json);
Result<ResetTokenAnswer> decode_reset_token_answer(std::string_view json);

// `{"message": "text"}`, as a server refuses.
std::string encode_error_message(std::string_view text);
// The text of an error body, for a person: `message` or `error`, as a string
// or as {field: [texts]} ("tag_list: is too long"). One line, at most 500
// bytes; empty when there is none. Never fails: the body may be anything.
std::string decode_error_message(std::string_view json);

}  // namespace fairlead::proto
