// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <optional>

#include <fmt/core.h>

#include "base/log.hpp"
#include "cli/exit_codes.hpp"
#include "cli/runner/commands.hpp"
#include "cli/runner/names.hpp"
#include "cli/version.hpp"
#include "runner/config/nearest.hpp"
#include "runner/registration/go_flags.hpp"

namespace fairlead::cli {
namespace {

constexpr std::array kCommands = {
    RunnerCommand{"register", kRunnerCommandNames[0].summary, run_register},
    RunnerCommand{"unregister", kRunnerCommandNames[1].summary, run_unregister},
    RunnerCommand{"verify", kRunnerCommandNames[2].summary, run_verify},
    RunnerCommand{"list", kRunnerCommandNames[3].summary, run_list},
    RunnerCommand{"reset-token", kRunnerCommandNames[4].summary, run_reset_token},
    RunnerCommand{"config", kRunnerCommandNames[5].summary, run_config},
};
static_assert(kCommands.size() == kRunnerCommandNames.size(),
              "both tables list the same commands, in one order");
// Only under the old names: `fairlead lint` checks a .gitlab-ci.yml.
constexpr RunnerCommand kLint{"lint", "check config.toml", run_config_lint};

// The flags before the command, as gitlab-runner has them.
const std::vector<runner::Flag>& global_flags() {
  static const std::vector<runner::Flag> flags = {
      {{"debug"}, true, "log everything [$RUNNER_DEBUG]"},
      {{"log-level", "l"}, false, "debug, info, warn, error, fatal or panic [$LOG_LEVEL]"},
      {{"log-format"}, false, "runner, text or json [$LOG_FORMAT]"},
      {{"config", "c"}, false, "the configuration file [$CONFIG_FILE]"},
      {{"help", "h"}, true, "this text"},
      {{"version", "v"}, true, "the version"},
  };
  return flags;
}

void print_help(std::string_view name, bool old_name) {
  fmt::print("Usage: {} [GLOBAL OPTIONS] COMMAND [OPTIONS]\n\nCommands:\n", name);
  for (const RunnerCommand& command : kCommands) fmt::print("  {:<12} {}\n", command.name, command.summary);
  if (old_name) fmt::print("  {:<12} {}\n", kLint.name, kLint.summary);
  fmt::print("\nGlobal options:\n");
  for (const runner::Flag& flag : global_flags()) {
    std::string names;
    for (const std::string& each : flag.names)
      names += fmt::format("{}{}{}", names.empty() ? "" : ", ", each.size() == 1 ? "-" : "--", each);
    fmt::print("  {:<20} {}\n", names, flag.help);
  }
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

int usage(std::string_view name, const std::string& message) {
  fmt::print(stderr, "{}: {}; `{} --help` shows the usage\n", name, message, name);
  return kUsage;
}

// Sets up the log; false when a value is wrong (said).
bool set_log(const runner::FlagValues& flags, std::string_view name) {
  auto level = flags.text("log-level");
  if (!level) level = variable("LOG_LEVEL");
  if (!level) level = "info";
  if (*level == "panic") level = "fatal";
  const auto parsed_level = parse_log_level(*level);
  if (!parsed_level) {
    usage(name, fmt::format("the log level is \"{}\": it must be debug, info, warn, error, fatal or panic",
                            *level));
    return false;
  }
  const auto debug = variable("RUNNER_DEBUG");
  const bool all = flags.on("debug") || (debug && runner::parse_go_bool(*debug).value_or(false));
  set_log_level(all ? LogLevel::debug : *parsed_level);
  auto format = flags.text("log-format");
  if (!format) format = variable("LOG_FORMAT");
  if (!format || *format == "runner") format = "text";
  const auto parsed_format = parse_log_format(*format);
  if (!parsed_format) {
    usage(name, fmt::format("the log format is \"{}\": it must be runner, text or json", *format));
    return false;
  }
  set_log_format(*parsed_format);
  return true;
}

}  // namespace

std::span<const RunnerCommand> runner_commands() { return kCommands; }

int run_runner_program(int argc, const char* const* argv) {
  const std::string name(called_name(argc > 0 ? argv[0] : kRunnerProgram));
  const bool old_name = is_old_name(name);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);

  // Flags up to the first word that is none; those with a value take two.
  std::size_t command_at = 0;
  while (command_at < words.size() && words[command_at].size() > 1 && words[command_at][0] == '-') {
    const std::string& word = words[command_at];
    const std::string_view flag = std::string_view(word).substr(word[1] == '-' ? 2 : 1);
    bool takes_value = flag.find('=') == std::string_view::npos;
    for (const runner::Flag& each : global_flags())
      if (each.boolean)
        for (const std::string& spelling : each.names) takes_value = takes_value && spelling != flag;
    command_at += takes_value ? 2 : 1;
  }
  command_at = std::min(command_at, words.size());
  std::vector<std::string> rest;
  const auto flags = runner::parse_go_flags(global_flags(), std::span(words).first(command_at), rest);
  if (!flags) return usage(name, flags.error().message);
  const std::string command = command_at < words.size() ? words[command_at] : "";
  if (flags->on("version")) {
    fmt::print("fairlead {}\n", kVersion);
    return kSuccess;
  }
  if (flags->on("help") || command == "help") {
    print_help(name, old_name);
    return kSuccess;
  }
  if (command.empty()) {
    print_help(name, old_name);
    return kUsage;
  }
  if (!set_log(*flags, name)) return kUsage;
  std::vector<std::string> more;
  // A command's own -c stands behind it and wins.
  if (const auto config = flags->text("config"); config && command != "config") more = {"--config", *config};
  more.insert(more.end(), words.begin() + static_cast<std::ptrdiff_t>(command_at) + 1, words.end());
  if (const auto config = flags->text("config"); config && command == "config")
    more.insert(more.begin() + (more.empty() ? 0 : 1), {"--config", *config});

  std::vector<std::string_view> names;
  for (const RunnerCommand& each : kCommands) {
    if (each.name == command) return each.run(more);
    names.push_back(each.name);
  }
  if (old_name) {
    if (command == kLint.name) return kLint.run(more);
    names.push_back(kLint.name);
  }
  return usage(name,
               fmt::format("there is no command \"{}\"{}", command, runner::did_you_mean(command, names)));
}

}  // namespace fairlead::cli
