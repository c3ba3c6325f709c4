// SPDX-License-Identifier: Apache-2.0
#include "proto/api/runner_messages.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "proto/api/json_reader.hpp"

namespace fairlead::proto {
namespace {

using nlohmann::json;

// One table for both ways: name on the wire and member.
struct Feature {
  const char* name;
  bool RunnerFeatures::* value;
};
constexpr Feature kFeatures[] = {
    {"variables", &RunnerFeatures::variables},
    {"image", &RunnerFeatures::image},
    {"services", &RunnerFeatures::services},
    {"artifacts", &RunnerFeatures::artifacts},
    {"cache", &RunnerFeatures::cache},
    {"fallback_cache_keys", &RunnerFeatures::fallback_cache_keys},
    {"shared", &RunnerFeatures::shared},
    {"upload_multiple_artifacts", &RunnerFeatures::upload_multiple_artifacts},
    {"upload_raw_artifacts", &RunnerFeatures::upload_raw_artifacts},
    {"session", &RunnerFeatures::session},
    {"terminal", &RunnerFeatures::terminal},
    {"refspecs", &RunnerFeatures::refspecs},
    {"masking", &RunnerFeatures::masking},
    {"proxy", &RunnerFeatures::proxy},
    {"raw_variables", &RunnerFeatures::raw_variables},
    {"artifacts_exclude", &RunnerFeatures::artifacts_exclude},
    {"multi_build_steps", &RunnerFeatures::multi_build_steps},
    {"trace_reset", &RunnerFeatures::trace_reset},
    {"trace_checksum", &RunnerFeatures::trace_checksum},
    {"trace_size", &RunnerFeatures::trace_size},
    {"vault_secrets", &RunnerFeatures::vault_secrets},
    {"cancelable", &RunnerFeatures::cancelable},
    {"return_exit_code", &RunnerFeatures::return_exit_code},
    {"service_variables", &RunnerFeatures::service_variables},
    {"service_multiple_aliases", &RunnerFeatures::service_multiple_aliases},
    {"image_executor_opts", &RunnerFeatures::image_executor_opts},
    {"service_executor_opts", &RunnerFeatures::service_executor_opts},
    {"cancel_gracefully", &RunnerFeatures::cancel_gracefully},
    {"native_steps_integration", &RunnerFeatures::native_steps_integration},
    {"two_phase_job_commit", &RunnerFeatures::two_phase_job_commit},
    {"job_inputs", &RunnerFeatures::job_inputs},
};

constexpr std::pair<JobState, std::string_view> kStates[] = {{JobState::pending, "pending"},
                                                             {JobState::running, "running"},
                                                             {JobState::success, "success"},
                                                             {JobState::failed, "failed"}};

json info_json(const RunnerInfo& info) {
  json features = json::object();
  for (const Feature& feature : kFeatures) features[feature.name] = info.features.*feature.value;
  json out{
      {"name", info.name},         {"version", info.version},           {"revision", info.revision},
      {"platform", info.platform}, {"architecture", info.architecture}, {"executor", info.executor},
      {"shell", info.shell},       {"features", std::move(features)},   {"config", {{"gpus", info.gpus}}}};
  if (!info.labels.empty()) out["labels"] = info.labels;
  return out;
}

void add_text(json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

// Bytes that are no UTF-8 (a description from the environment) must not throw.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

void read_secret(JsonReader& in, const char* key, SecretString& value) {
  std::string text;
  in.read(key, text);
  value = SecretString(std::move(text));
}

void read_info(JsonReader in, RunnerInfo& info) {
  in.read("name", info.name);
  in.read("version", info.version);
  in.read("revision", info.revision);
  in.read("platform", info.platform);
  in.read("architecture", info.architecture);
  in.read("executor", info.executor);
  in.read("shell", info.shell);
  JsonReader features = in.child("features");
  for (const Feature& feature : kFeatures) features.read(feature.name, info.features.*feature.value);
  in.child("config").read("gpus", info.gpus);
  in.child("labels").strings(
      [&](const std::string& key, const std::string& value) { info.labels[key] = value; });
}

// Parses, lets `read` take the fields, and turns the first problem into an error.
template <class Message, class Read>
Result<Message> decode(std::string_view text, std::string_view what, Read read) {
  auto parsed = parse_json(text, kMaxSmallBody);
  if (!parsed.ok()) return std::move(parsed.error());
  JsonReader::Problem problem;
  Message message;
  JsonReader reader(&*parsed, "", problem);
  read(reader, message);
  if (problem) return make_error(ErrorCode::invalid_argument, std::string(what) + ": " + *problem);
  return message;
}

std::string join(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ",") + item;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
  }
  return out;
}

// A value of an error body as text: strings, lists and objects of them.
void add_message(const json& value, const std::string& field, std::string& out, int depth) {
  constexpr int kMaxDepth = 4;
  if (depth > kMaxDepth || out.size() > 500) return;
  if (value.is_string()) {
    if (!out.empty()) out += ", ";
    if (!field.empty()) out += field + ": ";
    out += value.get_ref<const std::string&>();
  } else if (value.is_array()) {
    for (const auto& item : value) add_message(item, field, out, depth + 1);
  } else if (value.is_object()) {
    for (const auto& [key, item] : value.items()) add_message(item, key, out, depth + 1);
  }
}

}  // namespace

std::string_view to_string(JobState state) {
  for (const auto& [value, name] : kStates)
    if (value == state) return name;
  return "";
}

std::string encode(const RegisterRequest& message) {
  json out{{"token", message.token.reveal()},
           {"run_untagged", message.run_untagged},
           {"locked", message.locked},
           {"paused", message.paused},
           {"info", info_json(message.info)}};
  add_text(out, "description", message.description);
  add_text(out, "maintenance_note", message.maintenance_note);
  add_text(out, "tag_list", join(message.tag_list));
  add_text(out, "access_level", message.access_level);
  if (message.maximum_timeout != 0) out["maximum_timeout"] = message.maximum_timeout;
  return dump(out);
}

std::string encode(const VerifyRequest& message) {
  return dump({{"token", message.token.reveal()},
               {"system_id", message.system_id},
               {"info", info_json(message.info)}});
}

std::string encode(const UnregisterRequest& message) {
  json out{{"token", message.token.reveal()}};
  add_text(out, "system_id", message.system_id);
  return dump(out);
}

std::string encode(const ResetTokenRequest& message) { return dump({{"token", message.token.reveal()}}); }

std::string encode(const JobRequestMessage& message) {
  json out{
      {"info", info_json(message.info)}, {"token", message.token.reveal()}, {"system_id", message.system_id}};
  add_text(out, "last_update", message.last_update);
  return dump(out);
}

std::string encode(const JobUpdateMessage& message) {
  json out{{"token", message.token.reveal()},
           {"state", to_string(message.state)},
           {"info", info_json(message.info)}};
  if (message.failure_reason) out["failure_reason"] = model::to_string(*message.failure_reason);
  if (!message.checksum.empty()) {
    out["checksum"] = message.checksum;
    out["output"] = {{"checksum", message.checksum}, {"bytesize", message.bytesize}};
  }
  if (message.exit_code != 0) out["exit_code"] = message.exit_code;
  return dump(out);
}

std::string encode(const RegisterAnswer& message) {
  return dump(
      {{"id", message.id},
       {"token", message.token.reveal()},
       {"token_expires_at", message.token_expires_at.empty() ? json() : json(message.token_expires_at)}});
}

std::string encode(const ResetTokenAnswer& message) {
  return dump(
      {{"token", message.token.reveal()},
       {"token_expires_at", message.token_expires_at.empty() ? json() : json(message.token_expires_at)}});
}

Result<RegisterRequest> decode_register_request(std::string_view text) {
  return decode<RegisterRequest>(text, "runner registration", [](JsonReader& in, RegisterRequest& message) {
    read_secret(in, "token", message.token);
    in.read("description", message.description);
    in.read("maintenance_note", message.maintenance_note);
    std::string tags;
    in.read("tag_list", tags);
    message.tag_list = split(tags);
    in.read("run_untagged", message.run_untagged);
    in.read("locked", message.locked);
    in.read("access_level", message.access_level);
    in.read("maximum_timeout", message.maximum_timeout);
    in.read("paused", message.paused);
    read_info(in.child("info"), message.info);
  });
}

Result<VerifyRequest> decode_verify_request(std::string_view text) {
  return decode<VerifyRequest>(text, "runner verification", [](JsonReader& in, VerifyRequest& message) {
    read_secret(in, "token", message.token);
    in.read("system_id", message.system_id);
    read_info(in.child("info"), message.info);
  });
}

Result<UnregisterRequest> decode_unregister_request(std::string_view text) {
  return decode<UnregisterRequest>(text, "runner removal", [](JsonReader& in, UnregisterRequest& message) {
    read_secret(in, "token", message.token);
    in.read("system_id", message.system_id);
  });
}

Result<ResetTokenRequest> decode_reset_token_request(std::string_view text) {
  return decode<ResetTokenRequest>(text, "token reset", [](JsonReader& in, ResetTokenRequest& message) {
    read_secret(in, "token", message.token);
  });
}

Result<JobRequestMessage> decode_job_request(std::string_view text) {
  return decode<JobRequestMessage>(text, "job request", [](JsonReader& in, JobRequestMessage& message) {
    read_info(in.child("info"), message.info);
    read_secret(in, "token", message.token);
    in.read("system_id", message.system_id);
    in.read("last_update", message.last_update);
  });
}

Result<JobUpdateMessage> decode_job_update(std::string_view text) {
  return decode<JobUpdateMessage>(text, "job update", [](JsonReader& in, JobUpdateMessage& message) {
    read_secret(in, "token", message.token);
    std::string state;
    in.read("state", state);
    bool known = false;
    for (const auto& [value, name] : kStates) {
      if (state != name) continue;
      message.state = value;
      known = true;
    }
    if (!known) in.fail("state", "should be pending, running, success or failed");
    // A reason that we do not know is no reason to lose the job's end.
    std::string reason;
    in.read("failure_reason", reason);
    if (!reason.empty())
      message.failure_reason =
          model::failure_reason_from_string(reason).value_or(model::FailureReason::unknown_failure);
    in.read("checksum", message.checksum);
    JsonReader output = in.child("output");
    output.read("checksum", message.checksum);
    std::int64_t size = 0;
    output.read("bytesize", size);
    if (size < 0) output.fail("bytesize", "should not be negative");
    message.bytesize = size < 0 ? 0 : static_cast<std::uint64_t>(size);
    in.read("exit_code", message.exit_code);
    read_info(in.child("info"), message.info);
  });
}

Result<RegisterAnswer> decode_register_answer(std::string_view text) {
  return decode<RegisterAnswer>(text, "runner", [](JsonReader& in, RegisterAnswer& message) {
    in.read("id", message.id);
    read_secret(in, "token", message.token);
    in.read("token_expires_at", message.token_expires_at);
  });
}

Result<ResetTokenAnswer> decode_reset_token_answer(std::string_view text) {
  return decode<ResetTokenAnswer>(text, "new token", [](JsonReader& in, ResetTokenAnswer& message) {
    read_secret(in, "token", message.token);
    in.read("token_expires_at", message.token_expires_at);
  });
}

std::string encode_error_message(std::string_view text) { return dump({{"message", std::string(text)}}); }

std::string decode_error_message(std::string_view text) {
  auto parsed = parse_json(text, kMaxSmallBody);
  if (!parsed.ok() || !parsed->is_object()) return "";
  std::string out;
  for (const char* key : {"message", "error", "error_description"})
    if (const auto found = parsed->find(key); found != parsed->end() && out.empty())
      add_message(*found, "", out, 0);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  if (out.size() > 500) {
    out.resize(497);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
    out += "...";
  }
  return out;
}

}  // namespace fairlead::proto
