// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "runner/config/load_config.hpp"
#include "runner/registration/registration_api.hpp"

// The commands about runners themselves, without the program around them:
// everything they touch of the world comes in here, so that tests can bring
// their own. They take the words behind the command's name and return the exit
// code: 0 done, 1 not done, 2 wrong usage, 3 the configuration is not valid.
namespace fairlead::runner {

struct CommandWorld {
  RegistrationApi& api;
  EnvironmentLookup environment;
  std::vector<std::string> environment_names;  // for naming those that nobody reads
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // This machine's identity, kept beside the configuration.
  std::function<Result<std::string>(const std::filesystem::path& config)> system_id;
  std::string host_name;
  WallTime now;
};

int register_command(std::span<const std::string> words, CommandWorld& world);
int unregister_command(std::span<const std::string> words, CommandWorld& world);
int verify_command(std::span<const std::string> words, CommandWorld& world);
int list_command(std::span<const std::string> words, CommandWorld& world);
int reset_token_command(std::span<const std::string> words, CommandWorld& world);

}  // namespace fairlead::runner
