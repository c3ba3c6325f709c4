// SPDX-License-Identifier: Apache-2.0
#include "cli/project_flags.hpp"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "cli/exit_codes.hpp"
#include "cli/flags.hpp"

namespace fairlead::cli {

void ProjectFlags::add_to(CLI::App& app) {
  app.add_option("--cwd", cwd, "Folder of the project (default: here, or the top of the repository)")
      ->type_name("DIR");
  app.add_option("--file", file, "Configuration file (default: .gitlab-ci.yml)")->type_name("FILE");
  app.add_option("--source", source,
                 "Event to simulate: push (default), tag, merge_request_event, schedule, web, api, trigger")
      ->type_name("SOURCE");
  app.add_option("--ref", ref, "Branch or tag to simulate (default: what is checked out)")->type_name("REF");
  app.add_option("--variable", variables, "A pipeline variable; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all();
  app.add_option("--variables-file", variable_files,
                 "File of KEY=VALUE lines, or a YAML or JSON mapping, whose values may be mappings of "
                 "value, type (file), masked and raw; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
}

Result<local::ProjectOptions> ProjectFlags::options() const {
  local::ProjectOptions options;
  options.folder = cwd;
  if (!file.empty()) options.file = file;
  options.simulation = {.source = source, .ref = ref};
  auto gathered = gather_variables(variable_files, variables);
  if (!gathered) return std::move(gathered.error());
  options.variables = std::move(*gathered);
  return options;
}

void print_diagnostics(const parser::SourceFiles& files, const parser::Diagnostics& diagnostics) {
  for (const parser::Diagnostic& diagnostic : diagnostics.all())
    fmt::print(stderr, "{}\n", parser::format_diagnostic(files, diagnostic, true));
}

std::unique_ptr<local::Project> open_project(std::string_view command, const ProjectFlags& flags,
                                             int& exit_code) {
  auto options = flags.options();
  if (!options) {
    exit_code = usage_error(command, options.error().to_string());
    return nullptr;
  }
  auto project = local::Project::open(*options);
  if (!project) {
    exit_code = usage_error(command, project.error().to_string());
    return nullptr;
  }
  return std::move(*project);
}

}  // namespace fairlead::cli
