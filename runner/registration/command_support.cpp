// SPDX-License-Identifier: Apache-2.0
#include "runner/registration/command_support.hpp"

#include <ostream>

#include <fmt/format.h>

#include "runner/config/config_file.hpp"
#include "runner/config/token_words.hpp"

namespace fairlead::runner {

std::optional<FlagValues> read_flags(std::string_view command, std::string_view summary,
                                     std::span<const Flag> flags, std::span<const std::string> words,
                                     CommandWorld& world, int& code) {
  std::vector<std::string> rest;
  for (const std::string& word : words) {
    if (word != "-h" && word != "--help" && word != "-help") continue;
    world.out << fmt::format("{}\n\nUsage: {} [OPTIONS]\n\nOptions:\n", summary, command);
    for (const Flag& flag : flags) {
      std::string names;
      for (const std::string& name : flag.names)
        names += fmt::format("{}{}{}", names.empty() ? "" : ", ", name.size() == 1 ? "-" : "--", name);
      world.out << fmt::format("  {}{}{}{}\n", names, flag.boolean ? "" : " VALUE",
                               flag.help.empty() ? "" : "\n        ", flag.help);
    }
    code = kDone;
    return std::nullopt;
  }
  auto values = parse_go_flags(flags, words, rest);
  if (values && rest.empty()) return std::move(*values);
  world.err << fmt::format(
      "{}: {}; `{} --help` lists the flags\n", command,
      values ? fmt::format("\"{}\" is one word too many", rest.front()) : values.error().message, command);
  code = kWrongUsage;
  return std::nullopt;
}

std::filesystem::path config_path(const FlagValues& flags, const CommandWorld& world) {
  if (const auto given = flags.text("config"); given && !given->empty()) return *given;
  return default_config_path(world.environment);
}

std::vector<Flag> selection_flags() {
  return {{{"config", "c"}, false, "the configuration file [$CONFIG_FILE]"},
          {{"name", "n"}, false, "only the runner of this name"},
          {{"token", "t"}, false, "only the runner with this authentication token"},
          {{"url", "u"}, false, "only runners of this server"}};
}

namespace {

// A trailing slash makes no other server.
std::string_view trimmed_url(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

void say_nothing_matches(std::string_view command, const FlagValues& flags, const Selection& selection,
                         CommandWorld& world) {
  std::string wanted;
  const auto add = [&](std::string_view what, const std::optional<std::string>& value) {
    if (!value) return;
    wanted += fmt::format("{}{} \"{}\"", wanted.empty() ? "" : " and ", what,
                          what == "token" ? shown_token(*value) : *value);
  };
  add("name", flags.text("name"));
  add("token", flags.text("token"));
  add("url", flags.text("url"));
  world.err << fmt::format("{}: no runner in {} matches {}; nothing was changed\n", command,
                           selection.path.string(), wanted);
  if (selection.loaded.config.runners.empty()) world.err << "  the file has no runners\n";
  for (const RunnerConfig& runner : selection.loaded.config.runners) {
    std::string differs;
    const auto compare = [&](std::string_view what, bool same) {
      if (!same) differs += fmt::format("{}{}", differs.empty() ? "" : ", ", what);
    };
    if (const auto name = flags.text("name")) compare("name", *name == runner.name);
    if (const auto token = flags.text("token")) compare("token", runner.token.equals(*token));
    if (const auto url = flags.text("url")) compare("url", trimmed_url(*url) == trimmed_url(runner.url));
    world.err << fmt::format("  it has {} at {} (different: {})\n", shown(runner), runner.url, differs);
  }
}

}  // namespace

std::optional<Selection> select_runners(std::string_view command, const FlagValues& flags,
                                        bool all_by_default, CommandWorld& world, int& code) {
  const bool narrowed = flags.has("name") || flags.has("token") || flags.has("url");
  const bool all = flags.on("all-runners");
  if (!narrowed && !all && !all_by_default) {
    world.err << fmt::format("{}: which runner? Give --name, --token or --all-runners\n", command);
    code = kWrongUsage;
    return std::nullopt;
  }
  if (narrowed && all) {
    world.err << fmt::format("{}: --all-runners does not go together with --name, --token or --url\n",
                             command);
    code = kWrongUsage;
    return std::nullopt;
  }
  Selection selection;
  selection.path = config_path(flags, world);
  auto text = read_config_text(selection.path);
  if (!text && text.error().code == ErrorCode::not_found) {
    world.err << fmt::format("{}: there is no {}, so no runner matches; nothing was changed\n", command,
                             selection.path.string());
    code = kNotDone;
    return std::nullopt;
  }
  if (!text) {
    world.err << fmt::format("{}: {}\n", command, text.error().to_string());
    code = kNotDone;
    return std::nullopt;
  }
  selection.loaded = load_config(*text, world.environment);
  // A mistake elsewhere must not keep a runner from being unregistered, but
  // without any runner read, the mistake is the answer.
  if (!selection.loaded.valid() && selection.loaded.config.runners.empty()) {
    for (const ConfigProblem& problem : selection.loaded.problems)
      world.err << format_problem(selection.path.string(), problem) << '\n';
    code = kInvalidFile;
    return std::nullopt;
  }
  const std::vector<RunnerConfig>& runners = selection.loaded.config.runners;
  for (std::size_t i = 0; i < runners.size(); ++i) {
    if (const auto name = flags.text("name"); name && *name != runners[i].name) continue;
    if (const auto token = flags.text("token"); token && !runners[i].token.equals(*token)) continue;
    if (const auto url = flags.text("url"); url && trimmed_url(*url) != trimmed_url(runners[i].url)) continue;
    selection.chosen.push_back(i);
  }
  if (!selection.chosen.empty() || !narrowed) return selection;
  say_nothing_matches(command, flags, selection, world);
  code = kNotDone;
  return std::nullopt;
}

ServerAccess access_of(const RunnerConfig& runner, const std::filesystem::path& config) {
  return {runner.url,           runner.token,        runner.tls_ca_file,
          runner.tls_cert_file, runner.tls_key_file, config.parent_path().string()};
}

RunnerKind kind_of(const RunnerConfig& runner) {
  return {runner.executor, runner.shell.empty() ? "bash" : runner.shell};
}

std::string shown(const RunnerConfig& runner) {
  return fmt::format("\"{}\" ({})", runner.name, shown_token(runner.token.reveal()));
}

Result<void> edit_runner(
    const std::filesystem::path& path, const RunnerConfig& runner, const EnvironmentLookup& environment,
    const std::function<Result<std::string>(const std::string& text, std::size_t index)>& edit) {
  return edit_config(path, [&](const std::string& text) -> Result<std::string> {
    const LoadedConfig loaded = load_config(text, environment);
    for (std::size_t i = 0; i < loaded.config.runners.size(); ++i) {
      const RunnerConfig& candidate = loaded.config.runners[i];
      if (candidate.url == runner.url && candidate.name == runner.name &&
          candidate.token.equals(runner.token.reveal()))
        return edit(text, i);
    }
    return make_error(ErrorCode::not_found, fmt::format("runner {} is no longer in the file", shown(runner)));
  });
}

}  // namespace fairlead::runner
