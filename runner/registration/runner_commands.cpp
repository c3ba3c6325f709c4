// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include <fmt/format.h>

#include "runner/config/token_words.hpp"
#include "runner/config/toml_edit.hpp"
#include "runner/registration/command_support.hpp"

namespace fairlead::runner {
namespace {

Result<std::string> without(const std::string& text, std::size_t index) {
  return remove_element(text, "runners", index);
}

// Takes one runner off the server. A runner made there stays: only this
// machine's manager of it goes.
Result<void> unregister_one(const RunnerConfig& runner, const std::filesystem::path& config,
                            CommandWorld& world) {
  if (!is_own_token(runner.token.reveal())) return world.api.unregister_runner(access_of(runner, config));
  auto system_id = world.system_id(config);
  if (!system_id) return std::move(system_id.error());
  return world.api.unregister_manager(access_of(runner, config), *system_id);
}

bool says_unknown(const Error& error) {
  return error.code == ErrorCode::permission_denied || error.code == ErrorCode::not_found;
}

}  // namespace

int unregister_command(std::span<const std::string> words, CommandWorld& world) {
  int code = kDone;
  std::vector<Flag> flags = selection_flags();
  flags.push_back({{"all-runners"}, true, "every runner of the file"});
  const auto values = read_flags("unregister", "Takes runners off their server and out of the configuration.",
                                 flags, words, world, code);
  if (!values) return code;
  auto selection = select_runners("unregister", *values, false, world, code);
  if (!selection) return code;
  if (!values->on("all-runners") && selection->chosen.size() > 1) {
    const RunnerConfig& first = selection->loaded.config.runners[selection->chosen.front()];
    world.err << fmt::format("unregister: {} runners match; only the first, {}, is unregistered\n",
                             selection->chosen.size(), shown(first));
    selection->chosen.resize(1);
  }
  for (const std::size_t index : selection->chosen) {
    const RunnerConfig& runner = selection->loaded.config.runners[index];
    if (const auto done = unregister_one(runner, selection->path, world); !done) {
      world.err << fmt::format(
          "unregister: runner {} at {}: {}; it stays in {}{}\n", shown(runner), runner.url,
          done.error().to_string(), selection->path.string(),
          says_unknown(done.error()) ? " (`verify --delete` removes what the server no longer knows)" : "");
      code = kNotDone;
      continue;
    }
    const auto saved = edit_runner(selection->path, runner, world.environment, without);
    if (!saved && saved.error().code != ErrorCode::not_found) {
      world.err << fmt::format("unregister: runner {} is off the server, but {}\n", shown(runner),
                               saved.error().to_string());
      code = kNotDone;
      continue;
    }
    world.out << fmt::format("Unregistered runner {} from {}\n", shown(runner), runner.url);
  }
  if (selection->chosen.empty()) world.out << fmt::format("{} has no runners\n", selection->path.string());
  return code;
}

int verify_command(std::span<const std::string> words, CommandWorld& world) {
  int code = kDone;
  std::vector<Flag> flags = selection_flags();
  flags.push_back({{"delete"}, true, "remove from the file what the server no longer knows"});
  const auto values =
      read_flags("verify", "Asks the server whether it knows the runners.", flags, words, world, code);
  if (!values) return code;
  const auto selection = select_runners("verify", *values, true, world, code);
  if (!selection) return code;
  if (selection->chosen.empty()) {
    world.out << fmt::format("{} has no runners\n", selection->path.string());
    return kDone;
  }
  const auto system_id = world.system_id(selection->path);
  if (!system_id) {
    world.err << fmt::format("verify: {}\n", system_id.error().to_string());
    return kNotDone;
  }
  for (const std::size_t index : selection->chosen) {
    const RunnerConfig& runner = selection->loaded.config.runners[index];
    const Verified answer =
        world.api.verify_runner(access_of(runner, selection->path), *system_id, kind_of(runner));
    switch (answer.state) {
      case Verified::State::alive:
        world.out << fmt::format("Runner {} is alive\n", shown(runner));
        break;
      case Verified::State::undecided:
        world.err << fmt::format("verify: runner {} at {}: no clear answer ({}); it stays\n", shown(runner),
                                 runner.url, answer.message);
        code = kNotDone;
        break;
      case Verified::State::removed: {
        if (!values->on("delete")) {
          world.err << fmt::format(
              "verify: the server {} does not know runner {}; --delete removes it from {}\n", runner.url,
              shown(runner), selection->path.string());
          code = kNotDone;
          break;
        }
        const auto saved = edit_runner(selection->path, runner, world.environment, without);
        if (!saved && saved.error().code != ErrorCode::not_found) {
          world.err << fmt::format("verify: {}\n", saved.error().to_string());
          code = kNotDone;
          break;
        }
        world.out << fmt::format("Runner {} is unknown to {}: removed from {}\n", shown(runner), runner.url,
                                 selection->path.string());
        break;
      }
    }
  }
  return code;
}

int list_command(std::span<const std::string> words, CommandWorld& world) {
  int code = kDone;
  std::vector<Flag> flags = selection_flags();
  flags.push_back({{"show-tokens"}, true, "whole tokens instead of their shown part"});
  const auto values =
      read_flags("list", "Lists the runners of the configuration.", flags, words, world, code);
  if (!values) return code;
  const auto selection = select_runners("list", *values, true, world, code);
  if (!selection) return code;
  world.err << fmt::format("Listing configured runners: {}\n", selection->path.string());
  for (const std::size_t index : selection->chosen) {
    const RunnerConfig& runner = selection->loaded.config.runners[index];
    const std::string token =
        values->on("show-tokens") ? runner.token.reveal() : shown_token(runner.token.reveal());
    world.out << fmt::format("{}  Executor={} Token={} URL={}\n", runner.name, runner.executor, token,
                             runner.url);
  }
  return kDone;
}

int reset_token_command(std::span<const std::string> words, CommandWorld& world) {
  int code = kDone;
  std::vector<Flag> flags = selection_flags();
  flags.push_back({{"id", "i"}, false, "only the runner with this number"});
  flags.push_back({{"all-runners"}, true, "every runner of the file"});
  flags.push_back({{"pat"}, false, "a personal access token to ask with, instead of the runner's own"});
  const auto values = read_flags("reset-token", "Exchanges runners' authentication tokens for new ones.",
                                 flags, words, world, code);
  if (!values) return code;
  auto selection = select_runners("reset-token", *values, values->has("id"), world, code);
  if (!selection) return code;
  if (const auto id = values->text("id")) {
    std::erase_if(selection->chosen, [&](std::size_t index) {
      return std::to_string(selection->loaded.config.runners[index].id) != *id;
    });
    if (selection->chosen.empty()) {
      world.err << fmt::format("reset-token: no runner in {} has the id {}\n", selection->path.string(), *id);
      return kNotDone;
    }
  }
  for (const std::size_t index : selection->chosen) {
    const RunnerConfig& runner = selection->loaded.config.runners[index];
    const auto origin = selection->loaded.origins.find(fmt::format("runners[{}].token", index));
    if (origin == selection->loaded.origins.end() || !origin->second.environment.empty()) {
      world.err << fmt::format(
          "reset-token: the token of runner {} comes from the environment, so the new one could not be "
          "saved; "
          "nothing was asked of the server\n",
          shown(runner));
      code = kNotDone;
      continue;
    }
    const auto pat = values->text("pat");
    if (pat && runner.id == 0) {
      world.err << fmt::format("reset-token: runner {} has no id in {}, which --pat needs\n", shown(runner),
                               selection->path.string());
      code = kNotDone;
      continue;
    }
    const auto answer =
        pat ? world.api.reset_token_of(access_of(runner, selection->path), runner.id, SecretString(*pat))
            : world.api.reset_token(access_of(runner, selection->path));
    if (!answer) {
      world.err << fmt::format("reset-token: runner {} at {}: {}\n", shown(runner), runner.url,
                               answer.error().to_string());
      code = kNotDone;
      continue;
    }
    const auto saved = edit_runner(
        selection->path, runner, world.environment,
        [&](const std::string& text, std::size_t entry) -> Result<std::string> {
          auto edited =
              set_in_element(text, "runners", entry, "token", TomlValue::of(answer->token.reveal()));
          if (!edited) return edited;
          edited = set_in_element(*edited, "runners", entry, "token_obtained_at",
                                  TomlValue::datetime(format_rfc3339(world.now)));
          if (!edited) return edited;
          return set_in_element(
              *edited, "runners", entry, "token_expires_at",
              TomlValue::datetime(answer->token_expires_at ? format_rfc3339(*answer->token_expires_at)
                                                           : std::string(kNeverExpires)));
        });
    if (!saved) {
      // The old token is dead: without this line the runner would be lost.
      world.err << fmt::format(
          "reset-token: {}; write the new token of runner {} into the file by hand: {}\n",
          saved.error().to_string(), shown(runner), answer->token.reveal());
      code = kNotDone;
      continue;
    }
    world.out << fmt::format("The token of runner \"{}\" was reset and saved in {}\n", runner.name,
                             selection->path.string());
  }
  return code;
}

}  // namespace fairlead::runner
