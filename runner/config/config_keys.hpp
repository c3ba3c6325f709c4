// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "runner/config/config.hpp"

// The keys of config.toml, one row each: reading, `config check` and
// docs/runner-config.md all walk these tables.
namespace fairlead::runner {

enum class KeyStatus {
  honoured,
  not_yet,  // read, checked and kept; nothing uses it today
};

// Where a key's value lives in the struct T of its scope; the type says how it
// is written. std::chrono::seconds is an integer in the file, Duration a text
// in Go's notation or nanoseconds.
template <class T>
using Member =
    std::variant<std::string T::*, SecretString T::*, std::int64_t T::*, bool T::*, std::optional<bool> T::*,
                 std::chrono::seconds T::*, Duration T::*, std::vector<std::string> T::*, TextMap T::*,
                 FlagMap T::*, std::optional<WallTime> T::*>;

template <class T>
struct Key {
  std::string_view name;
  Member<T> member;
  KeyStatus status = KeyStatus::honoured;
  std::string_view help;
  // Values allowed, separated by blanks; empty: any.
  std::string_view words = {};
  // 0 means the default, as in gitlab-runner (unset and zero are one there).
  bool zero_is_default = false;
  bool expand_environment = false;
};

std::span<const Key<Config>> global_keys();
std::span<const Key<SessionServerConfig>> session_server_keys();
std::span<const Key<RunnerConfig>> runner_keys();
std::span<const Key<CustomBuildDirConfig>> custom_build_dir_keys();
std::span<const Key<ArtifactConfig>> artifact_keys();
std::span<const Key<CacheConfig>> cache_keys();
std::span<const Key<S3CacheConfig>> s3_keys();

// Tables that are kept word for word because what they configure does not
// exist in this version.
struct KeptSection {
  std::string_view name;
  std::string_view what;  // "the docker executor"
};
std::span<const KeptSection> kept_global_sections();
std::span<const KeptSection> kept_runner_sections();
std::span<const KeptSection> kept_cache_sections();

// Plain keys of gitlab-runner that mean nothing here.
std::span<const KeptSection> kept_global_keys();
std::span<const KeptSection> kept_runner_keys();

// Former names of keys: the file may use either.
struct OldName {
  std::string_view old_name;
  std::string_view name;
};
std::span<const OldName> old_runner_names();

// Executors that gitlab-runner has and this version can run, or cannot.
bool executor_exists(std::string_view name);
bool executor_known(std::string_view name);
std::span<const std::string_view> known_executors();

// The tables above as docs/runner-config.md shows them.
std::string render_key_tables();

}  // namespace fairlead::runner
