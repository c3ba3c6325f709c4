// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "local/project.hpp"

namespace CLI {
class App;
}

namespace fairlead::cli {

// The flags that say which project, and which event is simulated; the same in
// every command that reads a pipeline.
struct ProjectFlags {
  std::string cwd;
  std::string file;
  std::string source;
  std::string ref;
  std::vector<std::string> variables;
  std::vector<std::string> variable_files;

  void add_to(CLI::App& app);
  Result<local::ProjectOptions> options() const;
};

// Prints every problem to stderr with its place and line.
void print_diagnostics(const parser::SourceFiles& files, const parser::Diagnostics& diagnostics);

// Opens the project; on failure prints why and sets `exit_code`.
std::unique_ptr<local::Project> open_project(std::string_view command, const ProjectFlags& flags,
                                             int& exit_code);

}  // namespace fairlead::cli
