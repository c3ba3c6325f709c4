// SPDX-License-Identifier: Apache-2.0
// register, unregister, verify, list and reset-token: the commands of
// runner/registration in the real world.
#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "cli/runner/commands.hpp"
#include "cli/runner/http_registration.hpp"
#include "runner/coordinator/runner_identity.hpp"
#include "runner/registration/commands.hpp"

namespace fairlead::cli {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::vector<std::string> environment_names() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

// Made before the first configuration, so the folder may not be there yet.
Result<std::string> system_id(std::filesystem::path folder) {
  if (folder.empty()) folder = ".";
  FAIRLEAD_TRY(make_directories(folder, 0700));
  return runner::load_system_id(folder);
}

int run(int (*command)(std::span<const std::string>, runner::CommandWorld&),
        std::span<const std::string> words) {
  HttpRegistration api;
  runner::CommandWorld world{
      api,
      runner::process_environment(),
      environment_names(),
      std::cin,
      std::cout,
      std::cerr,
      [](const std::filesystem::path& config) { return system_id(config.parent_path()); },
      host_name(),
      system_clock().wall_now()};
  return command(words, world);
}

}  // namespace

int run_register(std::span<const std::string> words) { return run(runner::register_command, words); }
int run_unregister(std::span<const std::string> words) { return run(runner::unregister_command, words); }
int run_verify(std::span<const std::string> words) { return run(runner::verify_command, words); }
int run_list(std::span<const std::string> words) { return run(runner::list_command, words); }
int run_reset_token(std::span<const std::string> words) { return run(runner::reset_token_command, words); }

}  // namespace fairlead::cli
