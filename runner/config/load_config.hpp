// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runner/config/config.hpp"
#include "runner/config/toml_tree.hpp"

namespace fairlead::runner {

// A config.toml above this is refused.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{4} << 20;

// An environment variable, or nothing. Tests and `register` bring their own.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;
EnvironmentLookup process_environment();

struct ConfigProblem {
  enum class Severity { warning, error };
  Severity severity = Severity::error;
  std::string message;  // what is wrong, with the remedy
  int line = 0;         // 0: the file as a whole
  int column = 0;
};

// Where an effective value comes from. A value without one is the default.
struct ValueOrigin {
  int line = 0;
  int column = 0;
  std::vector<std::string> environment;  // names that were expanded in it
};

struct LoadedConfig {
  Config config;
  std::vector<ConfigProblem> problems;
  // By path: "concurrent", "runners[0].cache.s3.BucketName".
  std::map<std::string, ValueOrigin> origins;

  bool valid() const;
};

// Reads the text of a config.toml. Never throws, whatever the bytes; all
// problems are found, not only the first. Keys that no table of config_keys
// has, and sections of executors that do not exist yet, are warnings.
LoadedConfig load_config(std::string_view text, const EnvironmentLookup& environment);

// The same for an already parsed root (kind table).
LoadedConfig load_config(const TomlValue& root, const EnvironmentLookup& environment);

// "config.toml:3:7: error: ..." (without the place where there is none).
std::string format_problem(const std::string& file, const ConfigProblem& problem);

// The file's text; not_found where there is none.
Result<std::string> read_config_text(const std::filesystem::path& path);

// Reads and loads; an Error (invalid_argument, with all problems in its
// message) when the file is unreadable or not valid.
Result<LoadedConfig> load_config_file(const std::filesystem::path& path,
                                      const EnvironmentLookup& environment);

// $CONFIG_FILE, else /etc/gitlab-runner/config.toml for root, else the one in
// ~/.gitlab-runner, else in the working directory.
std::filesystem::path default_config_path(const EnvironmentLookup& environment);

// Replaces $NAME and ${NAME} as Go's os.ExpandEnv does (unset: empty); adds
// the names it met to `used`.
std::string expand_environment(std::string_view text, const EnvironmentLookup& environment,
                               std::vector<std::string>* used = nullptr);

// An RFC 3339 date with a zone, as gitlab-runner writes it.
std::optional<WallTime> parse_rfc3339(std::string_view text);
std::string format_rfc3339(WallTime time);

}  // namespace fairlead::runner
