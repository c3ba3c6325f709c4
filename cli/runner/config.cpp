// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "cli/exit_codes.hpp"
#include "cli/runner/commands.hpp"
#include "runner/config/config_report.hpp"
#include "runner/config/load_config.hpp"
#include "runner/registration/go_flags.hpp"

namespace fairlead::cli {
namespace {

const std::vector<runner::Flag>& flags() {
  static const std::vector<runner::Flag> all = {
      {{"config", "c"}, false, {}}, {{"format"}, false, {}}, {{"help", "h"}, true, {}}};
  return all;
}

void print_help() {
  fmt::print(
      "Usage: fairlead config check [-c FILE] [--format text|json]\n\n"
      "Shows each effective value of config.toml with its origin (line, default, environment), then its "
      "problems.\n"
      "Exit codes: 0 valid (warnings or not), 1 unreadable, 2 wrong usage, 3 not valid.\n");
}

int usage(const std::string& message) {
  fmt::print(stderr, "config: {}; `fairlead config --help` shows the usage\n", message);
  return kUsage;
}

// `values`: false shows the problems only.
int check(std::span<const std::string> words, bool values, std::string_view word) {
  std::vector<std::string> rest;
  const auto given = runner::parse_go_flags(flags(), words, rest);
  if (!given) return usage(given.error().message);
  if (given->on("help")) {
    print_help();
    return kSuccess;
  }
  if (!word.empty()) {
    if (rest.empty() || rest.front() != word) return usage(fmt::format("write `config {}`", word));
    rest.erase(rest.begin());
  }
  if (!rest.empty()) return usage(fmt::format("\"{}\" is one word too many", rest.front()));
  const std::string format = given->text("format").value_or("text");
  if (format != "text" && format != "json")
    return usage(fmt::format("--format is \"{}\": it must be text or json", format));

  const runner::EnvironmentLookup environment = runner::process_environment();
  const std::string file = given->text("config").value_or(runner::default_config_path(environment).string());
  const auto text = runner::read_config_text(file);
  if (!text) {
    fmt::print(stderr, "config: {}\n", text.error().to_string());
    return kFailed;
  }
  const runner::LoadedConfig loaded = runner::load_config(*text, environment);
  if (format == "json") {
    fmt::print("{}", runner::report_json(file, loaded));
  } else if (values) {
    fmt::print("{}", runner::report_text(file, loaded));
  } else {
    for (const runner::ConfigProblem& problem : loaded.problems)
      fmt::print("{}\n", runner::format_problem(file, problem));
    fmt::print("{} is {}\n", file, loaded.valid() ? "valid" : "not valid");
  }
  return loaded.valid() ? kSuccess : kInvalidConfig;
}

}  // namespace

int run_config(std::span<const std::string> words) { return check(words, true, "check"); }
int run_config_lint(std::span<const std::string> words) { return check(words, false, {}); }

}  // namespace fairlead::cli
