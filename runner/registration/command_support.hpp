// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runner/config/load_config.hpp"
#include "runner/registration/commands.hpp"
#include "runner/registration/go_flags.hpp"

// What the commands share. Not for other folders.
namespace fairlead::runner {

inline constexpr int kDone = 0;
inline constexpr int kNotDone = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kInvalidFile = 3;

// Parses; on a mistake or --help has printed and set `code`.
std::optional<FlagValues> read_flags(std::string_view command, std::string_view summary,
                                     std::span<const Flag> flags, std::span<const std::string> words,
                                     CommandWorld& world, int& code);

// -c, else the default place.
std::filesystem::path config_path(const FlagValues& flags, const CommandWorld& world);

// The flags that choose runners: -n, -t, -u, --all-runners.
std::vector<Flag> selection_flags();

// The configuration and which of its runners were meant.
struct Selection {
  std::filesystem::path path;
  LoadedConfig loaded;
  std::vector<std::size_t> chosen;
};

// Reads the file and picks. With none of -n, -t and -u: all, when
// `all_by_default` or --all-runners. When nothing matches it has said why, and
// `code` is set.
std::optional<Selection> select_runners(std::string_view command, const FlagValues& flags,
                                        bool all_by_default, CommandWorld& world, int& code);

ServerAccess access_of(const RunnerConfig& runner, const std::filesystem::path& config);
RunnerKind kind_of(const RunnerConfig& runner);

// "builder" (wx3Jq9r1Z): the name and the part of the token that may be shown.
std::string shown(const RunnerConfig& runner);

// Changes the entry of `runner` (found by url and token, not by number: the
// file may have changed meanwhile). `edit` gets the text and the entry's
// number; `gone`: what to answer where the entry is there no more.
Result<void> edit_runner(
    const std::filesystem::path& path, const RunnerConfig& runner, const EnvironmentLookup& environment,
    const std::function<Result<std::string>(const std::string& text, std::size_t index)>& edit);

// As gitlab-runner writes "never".
inline constexpr std::string_view kNeverExpires = "0001-01-01T00:00:00Z";

}  // namespace fairlead::runner
