// SPDX-License-Identifier: Apache-2.0
#include "runner/config/reload.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <span>

#include "runner/config/config_keys.hpp"

namespace fairlead::runner {
namespace {

bool same_value(const SecretString& a, const SecretString& b) { return a.equals(b.reveal()); }
template <class V>
bool same_value(const V& a, const V& b) {
  return a == b;
}

template <class T>
bool same_scope(std::span<const Key<T>> keys, const T& a, const T& b) {
  return std::all_of(keys.begin(), keys.end(), [&](const Key<T>& key) {
    return std::visit([&](auto member) { return same_value(a.*member, b.*member); }, key.member);
  });
}

bool same_runner(const RunnerConfig& a, const RunnerConfig& b) {
  return same_scope(runner_keys(), a, b) &&
         same_scope(custom_build_dir_keys(), a.custom_build_dir, b.custom_build_dir) &&
         same_scope(artifact_keys(), a.artifact, b.artifact) && same_scope(cache_keys(), a.cache, b.cache) &&
         same_scope(s3_keys(), a.cache.s3, b.cache.s3);
}

bool same_identity(const RunnerConfig& a, const RunnerConfig& b) {
  return a.url == b.url && a.name == b.name && a.token.equals(b.token.reveal());
}

std::string names_of(const std::vector<RunnerConfig>& runners) {
  std::string names;
  for (const RunnerConfig& runner : runners) names += (names.empty() ? "" : ", ") + runner.name;
  return names;
}

}  // namespace

ConfigChange compare_configs(const Config& before, const Config& after) {
  ConfigChange change;
  change.globals = !same_scope(global_keys(), before, after) ||
                   !same_scope(session_server_keys(), before.session_server, after.session_server);
  // Twins (a file may name a runner twice) are matched one to one.
  std::vector<bool> matched(before.runners.size(), false);
  for (const RunnerConfig& runner : after.runners) {
    std::size_t i = 0;
    while (i < before.runners.size() && (matched[i] || !same_identity(before.runners[i], runner))) ++i;
    if (i == before.runners.size()) {
      change.added.push_back(runner);
      continue;
    }
    matched[i] = true;
    if (!same_runner(before.runners[i], runner)) change.changed.push_back(runner);
  }
  for (std::size_t i = 0; i < before.runners.size(); ++i)
    if (!matched[i]) change.removed.push_back(before.runners[i]);
  return change;
}

Result<ConfigWatcher> ConfigWatcher::open(std::filesystem::path path, EnvironmentLookup environment,
                                          Logger log) {
  ConfigWatcher watcher(std::move(path), std::move(environment), std::move(log));
  watcher.seen_ = watcher.stamp();
  auto loaded = load_config_file(watcher.path_, watcher.environment_);
  if (!loaded) return std::move(loaded.error());
  for (const ConfigProblem& problem : loaded->problems)
    watcher.log_.warning(format_problem(watcher.path_.string(), problem));
  watcher.config_ = std::make_shared<const Config>(std::move(loaded->config));
  watcher.loaded_ = 1;
  return watcher;
}

// Taken before the file is read: a change in between is seen the next time.
ConfigWatcher::Stamp ConfigWatcher::stamp() const {
  struct stat status{};
  if (::stat(path_.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size, status.st_ino};
}

void ConfigWatcher::refuse(const Error& error) {
  ++failed_;
  std::string text = error.to_string();
  if (text == last_refusal_) return;
  log_.error("the configuration was not reloaded; the former one stays in force",
             {{"file", path_.string()}, {"error", text}});
  last_refusal_ = std::move(text);
}

std::optional<ConfigChange> ConfigWatcher::reload() {
  seen_ = stamp();
  auto loaded = load_config_file(path_, environment_);
  if (!loaded) {
    refuse(loaded.error());
    return std::nullopt;
  }
  ++loaded_;
  last_refusal_.clear();
  ConfigChange change = compare_configs(*config_, loaded->config);
  if (change.empty()) return std::nullopt;
  for (const ConfigProblem& problem : loaded->problems) log_.warning(format_problem(path_.string(), problem));
  log_.info("configuration reloaded", {{"file", path_.string()},
                                       {"added", names_of(change.added)},
                                       {"removed", names_of(change.removed)},
                                       {"changed", names_of(change.changed)},
                                       {"globals_changed", change.globals}});
  config_ = std::make_shared<const Config>(std::move(loaded->config));
  return change;
}

std::optional<ConfigChange> ConfigWatcher::reload_if_changed() {
  if (stamp() == seen_) return std::nullopt;
  return reload();
}

}  // namespace fairlead::runner
