// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/words.hpp"

namespace CLI {
class App;
}

namespace fairlead::cli {

// Runs the parser. Returns an exit code when the command ends here: help was
// asked for, or the flags are wrong (the message has been printed).
std::optional<int> parse_flags(CLI::App& app, int argc, const char* const* argv);

// Reads "K=V" words of --variable.
Result<model::Variable> parse_variable(const std::string& text);

// A file for --variables-file: a YAML or JSON mapping of scalars when its name
// ends in .yml, .yaml or .json, else KEY=VALUE lines (# comments, `export` and
// quotes around the value allowed). Errors name the file and line.
Result<model::Variables> read_variables_file(const std::string& path);

// --variables-file first, then --variable, so that a single one wins.
Result<model::Variables> gather_variables(const std::vector<std::string>& files,
                                          const std::vector<std::string>& words);

// Prints "fairlead COMMAND: message" to stderr and returns kUsage.
int usage_error(std::string_view command, const std::string& message);

}  // namespace fairlead::cli
