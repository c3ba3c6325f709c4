// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "runner/config/load_config.hpp"
#include "runner/config/toml_tree.hpp"
#include "runner/registration/go_flags.hpp"

namespace fairlead::runner {

enum class OptionType {
  text,
  integer,
  boolean,
  list,          // the flag may be repeated; a variable gives one entry
  text_or_list,  // one value stays a text
  text_map,      // key:value, or a JSON object
  flag_map,      // NAME:true, or a JSON object
  service,       // [[...services]] with this name
};

// One row: a flag of `register`, the variables that mean the same, and where
// the value goes. Flags, lookups and help are all made from these.
struct RegisterOption {
  std::vector<std::string> flags;        // the first is the name
  std::vector<std::string> environment;  // the first that is set and not empty counts
  std::string path;                      // below [[runners]], by dots; empty: only steers the command
  OptionType type = OptionType::text;
  std::string help;
};

// All rows; options of the runner first, then by section.
std::vector<RegisterOption> register_options();

// The flags of the rows, for parse_go_flags.
std::vector<Flag> flags_of(std::span<const RegisterOption> options);

// What the row was given: by flag, else by variable; nothing if by neither.
std::vector<std::string> given(const RegisterOption& option, const FlagValues& flags,
                               const EnvironmentLookup& environment);

// Writes every given row with a path into `runner`. Errors name the flag or
// the variable, and the value.
Result<void> fill_runner(std::span<const RegisterOption> options, const FlagValues& flags,
                         const EnvironmentLookup& environment, TomlTable& runner);

// Names that begin like a variable of ours but are none (RUNNER_CONCURRENT_BUILDS).
std::vector<std::string> unknown_variables(std::span<const RegisterOption> options,
                                           std::span<const std::string> names);

}  // namespace fairlead::runner
