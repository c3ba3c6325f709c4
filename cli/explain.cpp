// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/explanation.hpp"
#include "cli/flags.hpp"
#include "cli/project_flags.hpp"

namespace fairlead::cli {
namespace {

constexpr std::string_view kName = "explain";

std::string describe_event(const local::SimulatedEvent& event) {
  if (event.commit.is_merge_request) return fmt::format("merge request of branch {}", event.shown_ref);
  return fmt::format("{} ({} {})", model::to_string(event.source), event.commit.is_tag ? "tag" : "branch",
                     event.shown_ref);
}

// By its name in the file, or by the name of one of its copies.
const parser::JobConfig* find_job(local::Project& project, const std::string& name) {
  std::string wanted = name;
  if (project.result().plan)
    for (const parser::JobPlan& job : project.result().plan->jobs)
      if (job.name == name) wanted = job.config_name;
  for (const parser::JobConfig& job : project.config().jobs)
    if (job.name == wanted) return &job;
  return nullptr;
}

}  // namespace

int run_explain(int argc, const char* const* argv) {
  CLI::App app("Says why a job is, or is not, in the pipeline, and where each of its keywords comes from.",
               std::string(kName));
  std::string name;
  std::string format = "text";
  ProjectFlags flags;
  app.add_option("JOB", name, "The job")->required();
  flags.add_to(app);
  app.add_option("--format", format, "text or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json"}));
  if (const auto code = parse_flags(app, argc, argv)) return *code;

  int exit_code = kSuccess;
  const std::unique_ptr<local::Project> project = open_project(kName, flags, exit_code);
  if (!project) return exit_code;
  if (!project->load()) {
    print_diagnostics(project->sources(), project->diagnostics());
    return kInvalidConfig;
  }
  // Without a pipeline there is still an explanation: that is why people ask.
  const bool planned = project->plan();
  const parser::JobConfig* job = find_job(*project, name);
  if (job == nullptr) {
    std::vector<std::string> names;
    for (const parser::JobConfig& known : project->config().jobs) names.push_back(known.name);
    const std::string near(parser::nearest(name, names));
    return usage_error(kName, fmt::format("there is no job \"{}\"{}", name,
                                          near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  if (!planned) print_diagnostics(project->sources(), project->diagnostics());
  const Explanation explanation = explain_job(*job, project->result(), describe_event(project->event()));
  fmt::print("{}", format == "json" ? explanation_as_json(explanation, project->sources())
                                    : explanation_as_text(explanation, project->sources()));
  return kSuccess;
}

}  // namespace fairlead::cli
