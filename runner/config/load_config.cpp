// SPDX-License-Identifier: Apache-2.0
#include "runner/config/load_config.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>
#include <type_traits>

#include <fmt/format.h>

#include "base/files.hpp"
#include "runner/config/config_keys.hpp"
#include "runner/config/nearest.hpp"
#include "runner/script/go_duration.hpp"

namespace fairlead::runner {
namespace {

using Kind = TomlValue::Kind;
using Severity = ConfigProblem::Severity;

// Reads one tree. Scopes are walked by their key tables; whatever is left over
// afterwards is kept in the file by nobody touching it, and named here.
class Loader {
 public:
  Loader(const EnvironmentLookup& environment, LoadedConfig& out) : environment_(environment), out_(out) {}

  void load(const TomlTable& root);

 private:
  void problem(Severity severity, int line, int column, std::string message) {
    out_.problems.push_back({severity, std::move(message), line, column});
  }
  void error(const TomlValue& at, std::string message) {
    problem(Severity::error, at.line, at.column, std::move(message));
  }
  void warn(int line, int column, std::string message) {
    problem(Severity::warning, line, column, std::move(message));
  }

  template <class T>
  void read_scope(const TomlTable& table, const std::string& prefix, std::span<const Key<T>> keys, T& into,
                  std::set<std::string>& seen, std::span<const OldName> old_names = {});
  template <class T>
  void read_value(const Key<T>& key, const std::string& path, const TomlValue& value, T& into);

  // Each answers whether `value` had the right type; else it has said so.
  bool assign(std::string_view name, const TomlValue& value, std::string& into);
  bool assign(std::string_view name, const TomlValue& value, SecretString& into);
  bool assign(std::string_view name, const TomlValue& value, std::int64_t& into);
  bool assign(std::string_view name, const TomlValue& value, bool& into);
  bool assign(std::string_view name, const TomlValue& value, std::optional<bool>& into);
  bool assign(std::string_view name, const TomlValue& value, std::chrono::seconds& into);
  bool assign(std::string_view name, const TomlValue& value, Duration& into);
  bool assign(std::string_view name, const TomlValue& value, std::vector<std::string>& into);
  bool assign(std::string_view name, const TomlValue& value, TextMap& into);
  bool assign(std::string_view name, const TomlValue& value, FlagMap& into);
  bool assign(std::string_view name, const TomlValue& value, std::optional<WallTime>& into);
  bool wrong_type(std::string_view name, const TomlValue& value, std::string_view wanted);

  // The table under `key`, or nullptr (a wrong type is said).
  const TomlTable* section(const TomlTable& table, std::string_view key, std::set<std::string>& seen);
  void read_runner(const TomlTable& table, const std::string& prefix, RunnerConfig& into);
  void check_runner(const TomlTable& table, const RunnerConfig& runner, bool token_read);
  void check_cache(const TomlTable& table, const CacheConfig& cache);
  void warn_kept(const TomlTable& table, const std::string& shown, std::span<const KeptSection> kept,
                 std::set<std::string>& seen);
  template <class T>
  void warn_unknown(const TomlTable& table, const std::string& shown, std::span<const Key<T>> keys,
                    const std::set<std::string>& seen);
  void check_duplicates(const TomlTable& root);

  const EnvironmentLookup& environment_;
  LoadedConfig& out_;
  std::vector<std::string> expanded_;  // by the value being read
  bool expand_ = false;
};

bool Loader::wrong_type(std::string_view name, const TomlValue& value, std::string_view wanted) {
  error(value, fmt::format("{} must be {}, not {}", name, wanted, describe(value.kind)));
  return false;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::string& into) {
  if (!value.is(Kind::text)) return wrong_type(name, value, "a text in quotes");
  into = expand_ ? expand_environment(value.text, environment_, &expanded_) : value.text;
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, SecretString& into) {
  std::string text;
  if (!assign(name, value, text)) return false;
  into = SecretString(std::move(text));
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::int64_t& into) {
  if (!value.is(Kind::integer)) return wrong_type(name, value, "an integer without quotes");
  if (value.integer < 0) {
    error(value, fmt::format("{} is {}: it must be 0 or more", name, value.integer));
    return false;
  }
  into = value.integer;
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, bool& into) {
  if (!value.is(Kind::boolean)) return wrong_type(name, value, "true or false without quotes");
  into = value.boolean;
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::optional<bool>& into) {
  bool flag = false;
  if (!assign(name, value, flag)) return false;
  into = flag;
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::chrono::seconds& into) {
  if (!value.is(Kind::integer)) return wrong_type(name, value, "a number of seconds without quotes");
  constexpr std::int64_t kMost = std::int64_t{100} * 366 * 24 * 3600;  // fits nanoseconds
  if (value.integer < 0 || value.integer > kMost) {
    error(value, fmt::format("{} is {}: it must be between 0 and {} seconds", name, value.integer, kMost));
    return false;
  }
  into = std::chrono::seconds(value.integer);
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, Duration& into) {
  Duration read{0};
  if (value.is(Kind::integer)) {
    read = Duration(value.integer);
  } else if (value.is(Kind::text)) {
    const auto parsed = parse_go_duration(value.text);
    if (!parsed) {
      error(value,
            fmt::format("{} is \"{}\", which is no duration; write for example \"90s\", \"15m\" or \"1h30m\"",
                        name, value.text));
      return false;
    }
    read = *parsed;
  } else {
    return wrong_type(name, value, "a duration as \"15m\"");
  }
  if (read.count() < 0) {
    error(value, fmt::format("{} must not be negative", name));
    return false;
  }
  into = read;
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::vector<std::string>& into) {
  if (!value.is(Kind::array)) return wrong_type(name, value, "a list of texts");
  std::vector<std::string> read;
  for (const TomlValue& item : value.items) {
    if (!item.is(Kind::text))
      return wrong_type(fmt::format("each entry of {}", name), item, "a text in quotes");
    read.push_back(item.text);
  }
  into = std::move(read);
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, TextMap& into) {
  if (!value.is(Kind::table)) return wrong_type(name, value, "a table of texts");
  for (const TomlEntry& entry : value.table) {
    if (!entry.value.is(Kind::text))
      return wrong_type(fmt::format("{}.{}", name, entry.key), entry.value, "a text in quotes");
    into[entry.key] = entry.value.text;
  }
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, FlagMap& into) {
  if (!value.is(Kind::table)) return wrong_type(name, value, "a table of true and false");
  for (const TomlEntry& entry : value.table) {
    if (!entry.value.is(Kind::boolean))
      return wrong_type(fmt::format("{}.{}", name, entry.key), entry.value, "true or false without quotes");
    into[entry.key] = entry.value.boolean;
  }
  return true;
}

bool Loader::assign(std::string_view name, const TomlValue& value, std::optional<WallTime>& into) {
  if (!value.is(Kind::datetime))
    return wrong_type(name, value, "a date as 2026-01-31T12:00:00Z without quotes");
  const auto time = parse_rfc3339(value.text);
  if (!time) {
    error(value,
          fmt::format("{} is {}: write it with time and zone, as 2026-01-31T12:00:00Z", name, value.text));
    return false;
  }
  // Go's zero time means: never.
  if (*time > WallTime{}) into = *time;
  return true;
}

template <class T>
void Loader::read_value(const Key<T>& key, const std::string& path, const TomlValue& value, T& into) {
  expanded_.clear();
  expand_ = key.expand_environment;
  const bool read = std::visit(
      [&](auto member) {
        auto& target = into.*member;
        const auto initial = target;
        if (!assign(key.name, value, target)) return false;
        using V = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<V, std::int64_t> || std::is_same_v<V, std::chrono::seconds> ||
                      std::is_same_v<V, Duration>) {
          if (key.zero_is_default && target == V{}) {
            target = initial;
            return false;
          }
        }
        if constexpr (std::is_same_v<V, std::string>) {
          if (!key.words.empty() && !target.empty()) {
            const auto words = split_words(key.words);
            if (std::find(words.begin(), words.end(), target) == words.end()) {
              error(value, fmt::format("{} is \"{}\", but it may only be {}{}", key.name, target,
                                       fmt::join(words, ", "), did_you_mean(target, words)));
              target = initial;
              return false;
            }
          }
        }
        return true;
      },
      key.member);
  if (read) out_.origins[path] = {value.line, value.column, expanded_};
  for (const std::string& name : expanded_)
    if (!environment_(name))
      warn(value.line, value.column,
           fmt::format("{} names the environment variable {}, which is not set", key.name, name));
}

template <class T>
void Loader::read_scope(const TomlTable& table, const std::string& prefix, std::span<const Key<T>> keys,
                        T& into, std::set<std::string>& seen, std::span<const OldName> old_names) {
  for (const Key<T>& key : keys) {
    const TomlEntry* entry = find_entry(table, key.name);
    for (const OldName& old : old_names) {
      if (old.name != key.name) continue;
      const TomlEntry* former = find_entry(table, old.old_name);
      if (former == nullptr) continue;
      seen.insert(former->key);
      warn(former->line, former->column,
           fmt::format("{} is a former name; write {}{}", old.old_name, old.name,
                       entry != nullptr ? ", which is there too and wins" : ""));
      if (entry == nullptr) entry = former;
    }
    if (entry == nullptr) continue;
    seen.insert(entry->key);
    read_value(key, prefix + std::string(key.name), entry->value, into);
  }
}

const TomlTable* Loader::section(const TomlTable& table, std::string_view key, std::set<std::string>& seen) {
  const TomlEntry* entry = find_entry(table, key);
  if (entry == nullptr) return nullptr;
  seen.insert(entry->key);
  if (entry->value.is(Kind::table)) return &entry->value.table;
  problem(Severity::error, entry->line, entry->column,
          fmt::format("{} must be a table ([{}]), not {}", key, key, describe(entry->value.kind)));
  return nullptr;
}

void Loader::warn_kept(const TomlTable& table, const std::string& shown, std::span<const KeptSection> kept,
                       std::set<std::string>& seen) {
  for (const KeptSection& row : kept) {
    const TomlEntry* entry = find_entry(table, row.name);
    if (entry == nullptr || seen.contains(entry->key)) continue;
    seen.insert(entry->key);
    warn(entry->line, entry->column,
         fmt::format("{}{} is kept but has no effect: {} is not there yet", shown, entry->key, row.what));
  }
}

template <class T>
void Loader::warn_unknown(const TomlTable& table, const std::string& shown, std::span<const Key<T>> keys,
                          const std::set<std::string>& seen) {
  std::vector<std::string_view> names;
  for (const Key<T>& key : keys) names.push_back(key.name);
  for (const TomlEntry& entry : table)
    if (!seen.contains(entry.key))
      warn(entry.line, entry.column,
           fmt::format("unknown key {}{}: kept, but it has no effect{}", shown, entry.key,
                       did_you_mean(entry.key, names)));
}

void Loader::check_cache(const TomlTable& table, const CacheConfig& cache) {
  const TomlEntry* type = find_entry(table, "Type");
  if (cache.type == "s3" && cache.s3.bucket_name.empty())
    error(type->value, "the cache is of type s3 without a bucket: add BucketName to [runners.cache.s3]");
  if (cache.type == "s3" && cache.s3.access_key.empty() != cache.s3.secret_key.empty())
    error(type->value, "the s3 cache needs both AccessKey and SecretKey, or neither");
  if (cache.type == "gcs" || cache.type == "azure")
    warn(type->line, type->column,
         fmt::format("the cache of type {} is not there yet: caches of this runner will not be used",
                     cache.type));
}

void Loader::check_runner(const TomlTable& table, const RunnerConfig& runner, bool token_read) {
  TomlValue here;
  here.line = runner.line;
  here.column = 1;
  const auto place = [&](std::string_view key) -> const TomlValue& {
    const TomlEntry* entry = find_entry(table, key);
    return entry != nullptr ? entry->value : here;
  };
  const std::string who = runner.name.empty() ? "this runner" : fmt::format("runner \"{}\"", runner.name);
  if (runner.url.empty()) {
    error(place("url"), fmt::format("{} has no url: add url = \"https://gitlab.example.com\"", who));
  } else if (!runner.url.starts_with("http://") && !runner.url.starts_with("https://")) {
    error(place("url"),
          fmt::format("url of {} is \"{}\": it must begin with https:// or http://", who, runner.url));
  }
  if (runner.token.empty() && token_read)
    error(place("token"), fmt::format("{} has no token: run `register`, or add the token that it gave", who));
  if (runner.executor.empty()) {
    error(place("executor"), fmt::format("{} has no executor: add executor = \"shell\"", who));
  } else if (!executor_known(runner.executor)) {
    error(place("executor"), fmt::format("{} names the executor \"{}\", which does not exist{}", who,
                                         runner.executor, did_you_mean(runner.executor, known_executors())));
  } else if (!executor_exists(runner.executor)) {
    const TomlValue& at = place("executor");
    warn(at.line, at.column,
         fmt::format("{} uses the {} executor, which is not there yet: it is kept but gets no jobs", who,
                     runner.executor));
  }
  if (!runner.shell.empty() && runner.shell != "bash" && runner.shell != "sh") {
    const TomlValue& at = place("shell");
    warn(at.line, at.column,
         fmt::format("the shell {} is not there yet: {} gets no jobs", runner.shell, who));
  }
  if (runner.tls_cert_file.empty() != runner.tls_key_file.empty())
    error(place(runner.tls_cert_file.empty() ? "tls-key-file" : "tls-cert-file"),
          fmt::format("{} has only one of tls-cert-file and tls-key-file: give both", who));
  const TomlValue& environment = place("environment");
  for (std::size_t i = 0; i < runner.environment.size(); ++i) {
    const std::size_t equals = runner.environment[i].find('=');
    if (equals == std::string::npos || equals == 0)
      error(i < environment.items.size() ? environment.items[i] : environment,
            fmt::format("entry {} of environment is not of the form KEY=VALUE", i + 1));
  }
}

void Loader::read_runner(const TomlTable& table, const std::string& prefix, RunnerConfig& into) {
  std::set<std::string> seen;
  read_scope(table, prefix, runner_keys(), into, seen, old_runner_names());
  if (const TomlTable* inner = section(table, "custom_build_dir", seen)) {
    std::set<std::string> inner_seen;
    read_scope(*inner, prefix + "custom_build_dir.", custom_build_dir_keys(), into.custom_build_dir,
               inner_seen);
    warn_unknown(*inner, "runners.custom_build_dir.", custom_build_dir_keys(), inner_seen);
  }
  if (const TomlTable* inner = section(table, "artifact", seen)) {
    std::set<std::string> inner_seen;
    read_scope(*inner, prefix + "artifact.", artifact_keys(), into.artifact, inner_seen);
    warn_unknown(*inner, "runners.artifact.", artifact_keys(), inner_seen);
  }
  if (const TomlTable* cache = section(table, "cache", seen)) {
    std::set<std::string> cache_seen;
    read_scope(*cache, prefix + "cache.", cache_keys(), into.cache, cache_seen);
    if (const TomlTable* s3 = section(*cache, "s3", cache_seen)) {
      std::set<std::string> s3_seen;
      read_scope(*s3, prefix + "cache.s3.", s3_keys(), into.cache.s3, s3_seen);
      warn_unknown(*s3, "runners.cache.s3.", s3_keys(), s3_seen);
    }
    warn_kept(*cache, "runners.cache.", kept_cache_sections(), cache_seen);
    warn_unknown(*cache, "runners.cache.", cache_keys(), cache_seen);
    if (find_entry(*cache, "Type") != nullptr) check_cache(*cache, into.cache);
  }
  warn_kept(table, "runners.", kept_runner_sections(), seen);
  warn_kept(table, "runners.", kept_runner_keys(), seen);
  warn_unknown(table, "runners.", runner_keys(), seen);
  const TomlEntry* token = find_entry(table, "token");
  check_runner(table, into, token == nullptr || token->value.is(Kind::text));
}

void Loader::check_duplicates(const TomlTable& root) {
  const TomlEntry* runners = find_entry(root, "runners");
  if (runners == nullptr) return;
  std::map<std::pair<std::string, std::string>, int> first;
  for (const RunnerConfig& runner : out_.config.runners) {
    if (runner.token.empty()) continue;
    const auto [known, fresh] = first.try_emplace({runner.url, runner.token.reveal()}, runner.line);
    if (!fresh)
      warn(runner.line, 1,
           fmt::format(
               "runner \"{}\" has the same url and token as the one in line {}: GitLab takes both for one",
               runner.name, known->second));
  }
}

void Loader::load(const TomlTable& root) {
  std::set<std::string> seen;
  Config& config = out_.config;
  read_scope(root, "", global_keys(), config, seen);
  if (out_.origins.contains("concurrent") && config.concurrent == 0) {
    const ValueOrigin& at = out_.origins["concurrent"];
    warn(at.line, at.column, "concurrent is 0: no job will run; write 1 or more");
  }
  if (const TomlTable* inner = section(root, "session_server", seen)) {
    std::set<std::string> inner_seen;
    read_scope(*inner, "session_server.", session_server_keys(), config.session_server, inner_seen);
    warn_unknown(*inner, "session_server.", session_server_keys(), inner_seen);
  }
  if (const TomlEntry* runners = find_entry(root, "runners")) {
    seen.insert(runners->key);
    if (!runners->value.is(Kind::array)) {
      problem(
          Severity::error, runners->line, runners->column,
          fmt::format("runners must be written as [[runners]], not as {}", describe(runners->value.kind)));
    } else {
      for (const TomlValue& item : runners->value.items) {
        if (!item.is(Kind::table)) {
          error(item, "each entry of runners must be a table: write [[runners]]");
          continue;
        }
        RunnerConfig runner;
        runner.line = item.line;
        read_runner(item.table, fmt::format("runners[{}].", config.runners.size()), runner);
        config.runners.push_back(std::move(runner));
      }
    }
  }
  warn_kept(root, "", kept_global_sections(), seen);
  warn_kept(root, "", kept_global_keys(), seen);
  warn_unknown(root, "", global_keys(), seen);
  check_duplicates(root);
}

bool is_name_char(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

}  // namespace

bool LoadedConfig::valid() const {
  return std::none_of(problems.begin(), problems.end(),
                      [](const ConfigProblem& problem) { return problem.severity == Severity::error; });
}

LoadedConfig load_config(const TomlValue& root, const EnvironmentLookup& environment) {
  LoadedConfig loaded;
  Loader(environment, loaded).load(root.table);
  std::sort(loaded.problems.begin(), loaded.problems.end(),
            [](const ConfigProblem& a, const ConfigProblem& b) {
              return std::tie(a.line, a.column, a.message) < std::tie(b.line, b.column, b.message);
            });
  return loaded;
}

LoadedConfig load_config(std::string_view text, const EnvironmentLookup& environment) {
  LoadedConfig loaded;
  if (text.size() > kMaxConfigBytes) {
    loaded.problems.push_back({Severity::error, fmt::format("larger than {} bytes", kMaxConfigBytes), 0, 0});
    return loaded;
  }
  const TomlParsed parsed = parse_toml(text);
  if (!parsed.root) {
    loaded.problems.push_back({Severity::error, "this is not TOML: " + parsed.error.message,
                               parsed.error.line, parsed.error.column});
    return loaded;
  }
  return load_config(*parsed.root, environment);
}

std::string format_problem(const std::string& file, const ConfigProblem& problem) {
  const char* word = problem.severity == Severity::error ? "error" : "warning";
  if (problem.line == 0) return fmt::format("{}: {}: {}", file, word, problem.message);
  return fmt::format("{}:{}:{}: {}: {}", file, problem.line, problem.column, word, problem.message);
}

Result<std::string> read_config_text(const std::filesystem::path& path) {
  return read_file(path, kMaxConfigBytes);
}

Result<LoadedConfig> load_config_file(const std::filesystem::path& path,
                                      const EnvironmentLookup& environment) {
  auto text = read_config_text(path);
  if (!text) return std::move(text.error());
  LoadedConfig loaded = load_config(*text, environment);
  if (loaded.valid()) return loaded;
  std::string all;
  for (const ConfigProblem& problem : loaded.problems)
    if (problem.severity == Severity::error)
      all += (all.empty() ? "" : "\n") + format_problem(path.string(), problem);
  return make_error(ErrorCode::invalid_argument, std::move(all));
}

EnvironmentLookup process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

std::filesystem::path default_config_path(const EnvironmentLookup& environment) {
  if (const auto given = environment("CONFIG_FILE"); given && !given->empty()) return *given;
  if (::geteuid() == 0) return "/etc/gitlab-runner/config.toml";
  if (const auto home = environment("HOME"); home && !home->empty())
    return std::filesystem::path(*home) / ".gitlab-runner" / "config.toml";
  return "config.toml";
}

std::string expand_environment(std::string_view text, const EnvironmentLookup& environment,
                               std::vector<std::string>* used) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      out += text[at++];
      continue;
    }
    const bool braced = at + 1 < text.size() && text[at + 1] == '{';
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && is_name_char(text[end], end == begin)) ++end;
    const bool complete = end > begin && (!braced || (end < text.size() && text[end] == '}'));
    if (!complete) {  // no name: a dollar sign of the value itself
      out += text[at++];
      continue;
    }
    const std::string_view name = text.substr(begin, end - begin);
    if (used != nullptr) used->emplace_back(name);
    out += environment(name).value_or("");
    at = end + (braced ? 1 : 0);
  }
  return out;
}

}  // namespace fairlead::runner
