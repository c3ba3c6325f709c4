// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_report.hpp"

#include <functional>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runner/config/config_keys.hpp"
#include "runner/config/token_words.hpp"
#include "runner/config/toml_tree.hpp"
#include "runner/script/go_duration.hpp"

namespace fairlead::runner {
namespace {

using Json = nlohmann::ordered_json;

struct ShownValue {
  std::string path;
  Json value;                 // null: not set
  const ValueOrigin* origin;  // nullptr: the default
};

Json shown(const std::string& value) { return value; }
// The part that logs show too; of keys that are no tokens nothing at all.
Json shown(const SecretString& value) { return value.empty() ? "" : "[secret]"; }
Json shown(std::int64_t value) { return value; }
Json shown(bool value) { return value; }
Json shown(const std::optional<bool>& value) { return value ? Json(*value) : Json(); }
Json shown(std::chrono::seconds value) { return value.count(); }
Json shown(Duration value) { return format_go_duration(value); }
Json shown(const std::vector<std::string>& value) { return value; }
Json shown(const TextMap& value) { return value; }
Json shown(const FlagMap& value) { return value; }
Json shown(const std::optional<WallTime>& value) { return value ? Json(format_rfc3339(*value)) : Json(); }

// `environment` may hold credentials: its names are enough.
Json names_only(const std::vector<std::string>& entries) {
  Json names = Json::array();
  for (const std::string& entry : entries) names.push_back(entry.substr(0, entry.find('=')) + "=[hidden]");
  return names;
}

class Collector {
 public:
  explicit Collector(const LoadedConfig& loaded) : loaded_(loaded) {}

  template <class T>
  void scope(const std::string& prefix, std::span<const Key<T>> keys, const T& from) {
    for (const Key<T>& key : keys) {
      const std::string path = prefix + std::string(key.name);
      const auto origin = loaded_.origins.find(path);
      Json value = std::visit([&](auto member) { return shown(from.*member); }, key.member);
      if constexpr (std::is_same_v<T, RunnerConfig>) {
        if (key.name == "environment") value = names_only(from.environment);
        if (key.name == "token" && !from.token.empty()) value = shown_token(from.token.reveal()) + "...";
      }
      values_.push_back(
          {path, std::move(value), origin == loaded_.origins.end() ? nullptr : &origin->second});
    }
  }

  std::vector<ShownValue> take() {
    const Config& config = loaded_.config;
    scope("", global_keys(), config);
    scope("session_server.", session_server_keys(), config.session_server);
    for (std::size_t i = 0; i < config.runners.size(); ++i) {
      const RunnerConfig& runner = config.runners[i];
      const std::string prefix = fmt::format("runners[{}].", i);
      scope(prefix, runner_keys(), runner);
      scope(prefix + "custom_build_dir.", custom_build_dir_keys(), runner.custom_build_dir);
      scope(prefix + "artifact.", artifact_keys(), runner.artifact);
      scope(prefix + "cache.", cache_keys(), runner.cache);
      scope(prefix + "cache.s3.", s3_keys(), runner.cache.s3);
    }
    return std::move(values_);
  }

 private:
  const LoadedConfig& loaded_;
  std::vector<ShownValue> values_;
};

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string report_text(const std::string& file, const LoadedConfig& loaded) {
  std::string out;
  for (const ShownValue& value : Collector(loaded).take()) {
    std::string origin = "default";
    if (value.origin != nullptr) {
      origin = fmt::format("{}:{}", file, value.origin->line);
      for (const std::string& name : value.origin->environment) origin += fmt::format(" with ${}", name);
    }
    const std::string left =
        fmt::format("{} = {}", value.path, value.value.is_null() ? "(not set)" : dump(value.value, -1));
    out += fmt::format("{:<60}  {}\n", left, origin);
  }
  for (const ConfigProblem& problem : loaded.problems) out += format_problem(file, problem) + '\n';
  out += fmt::format("{} is {}\n", file, loaded.valid() ? "valid" : "not valid");
  return out;
}

std::string report_json(const std::string& file, const LoadedConfig& loaded) {
  Json values = Json::array();
  for (ShownValue& value : Collector(loaded).take()) {
    Json one = {{"path", value.path}, {"value", std::move(value.value)}};
    if (value.origin == nullptr) {
      one["origin"] = "default";
    } else {
      one["origin"] = value.origin->environment.empty() ? "file" : "environment";
      one["line"] = value.origin->line;
      one["column"] = value.origin->column;
      if (!value.origin->environment.empty()) one["environment"] = value.origin->environment;
    }
    values.push_back(std::move(one));
  }
  Json problems = Json::array();
  for (const ConfigProblem& problem : loaded.problems)
    problems.push_back(
        {{"severity", problem.severity == ConfigProblem::Severity::error ? "error" : "warning"},
         {"message", problem.message},
         {"line", problem.line},
         {"column", problem.column}});
  return dump(Json{{"file", file},
                   {"valid", loaded.valid()},
                   {"values", std::move(values)},
                   {"problems", std::move(problems)}},
              2) +
         '\n';
}

}  // namespace fairlead::runner
