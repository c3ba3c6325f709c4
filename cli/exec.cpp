// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <memory>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "cli/command.hpp"
#include "cli/exec_observer.hpp"
#include "cli/executors.hpp"
#include "cli/exit_codes.hpp"
#include "cli/flags.hpp"
#include "cli/graph.hpp"
#include "cli/listing.hpp"
#include "cli/output.hpp"
#include "cli/project_flags.hpp"
#include "cli/version.hpp"
#include "local/git_command.hpp"
#include "local/job_choice.hpp"
#include "local/local_pipeline.hpp"
#include "parser/yaml/emit.hpp"
#include "terminal/reporter.hpp"

extern char** environ;

namespace fairlead::cli {
namespace {

constexpr std::string_view kName = "exec";

struct ExecFlags {
  ProjectFlags project;
  local::JobChoice choice;
  std::vector<std::string> manual;
  bool list = false;
  bool preview = false;
  std::string graph;  // empty: not asked for
  std::string format = "text";
  bool quiet = false;
  bool in_place = false;
  int concurrency = 0;
};

void add_flags(CLI::App& app, ExecFlags& flags) {
  app.add_option("JOB", flags.choice.jobs,
                 "Jobs to run, by name (default: all); naming a manual job presses its gate");
  app.add_flag("--needs", flags.choice.with_needs, "Also run what the chosen jobs need");
  app.add_option("--stage", flags.choice.stages, "Run the jobs of this stage; may be repeated")
      ->type_name("STAGE")
      ->expected(1)
      ->take_all();
  app.add_option("--manual", flags.manual, "Press the gate of this manual job; may be repeated")
      ->type_name("JOB")
      ->expected(1)
      ->take_all();
  flags.project.add_to(app);
  app.add_option("--concurrency", flags.concurrency,
                 "How many jobs run at once (default: one per core; 1 with --in-place)")
      ->type_name("N")
      ->check(CLI::Range(1, 10000));
  app.add_flag("--in-place", flags.in_place, "Run jobs in the working tree itself, not in copies of it");
  app.add_flag("--list", flags.list, "List the jobs of the pipeline and run nothing");
  app.add_flag("--preview", flags.preview, "Print the merged configuration and run nothing");
  app.add_option("--graph", flags.graph,
                 "Print stages and needs and run nothing: --graph, or --graph=text|mermaid|dot")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "mermaid", "dot"}));
  app.add_option("--format", flags.format,
                 "text, or json: one event per line (with --list: an array of jobs)")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--quiet", flags.quiet, "Print the summary only, with the last lines of failed jobs");
}

// What cannot go together, as a message; empty when all is well.
std::string conflict(const ExecFlags& flags) {
  if (static_cast<int>(flags.list) + static_cast<int>(flags.preview) +
          static_cast<int>(!flags.graph.empty()) >
      1)
    return "--list, --preview and --graph exclude each other";
  if (flags.format == "json" && flags.preview)
    return "--preview prints YAML; --format json does not go with it";
  if (flags.format == "json" && !flags.graph.empty())
    return "--graph has its own forms (text, mermaid, dot); --format json does not go with it";
  if (flags.choice.with_needs && flags.choice.jobs.empty() && flags.choice.stages.empty())
    return "--needs adds to the jobs or stages that are named; name some";
  const bool only_shows = flags.list || flags.preview || !flags.graph.empty();
  if (only_shows && (!flags.manual.empty() || flags.in_place || flags.quiet || flags.concurrency > 0))
    return "--manual, --in-place, --quiet and --concurrency are for running; --list, --preview and --graph "
           "run nothing";
  if (flags.preview && (!flags.choice.jobs.empty() || !flags.choice.stages.empty()))
    return "--preview shows the whole configuration; it takes no jobs";
  return "";
}

// `--graph` alone must not take the next word, which may be a job.
std::vector<std::string> with_plain_graph(int argc, const char* const* argv) {
  std::vector<std::string> words(argv, argv + argc);
  for (std::string& word : words) {
    if (word == "--") break;
    if (word == "--graph") word = "--graph=text";
  }
  return words;
}

int run_pipeline(local::Project& project, local::ChosenJobs chosen, ExecFlags& flags,
                 std::vector<std::string> press) {
  // Inside a hook git points every git process at the user's own repository;
  // a job's git must find the copy.
  std::vector<std::string> tied;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (local::is_repository_variable(*entry)) tied.emplace_back(*entry, std::string_view(*entry).find('='));
  for (const std::string& name : tied) ::unsetenv(name.c_str());
  ::signal(SIGPIPE, SIG_IGN);

  FdOutput out(STDOUT_FILENO);
  const terminal::Output write = [&out](std::string_view text) { out.write(text); };
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  const terminal::Style style = terminal::style_of_environment(on_terminal);
  const char* term = std::getenv("TERM");
  const bool can_draw = on_terminal && term != nullptr && std::string_view(term) != "dumb";
  std::unique_ptr<terminal::Reporter> reporter;
  bool may_ask = false;
  if (flags.format == "json") {
    reporter = terminal::make_json_reporter(write, flags.quiet, system_clock());
  } else if (!can_draw || flags.quiet) {
    reporter = terminal::make_plain_reporter(write, {.quiet = flags.quiet, .style = style}, system_clock());
  } else {
    reporter = terminal::make_live_reporter(
        write, {.style = style, .size = [] { return screen_size(STDOUT_FILENO); }}, system_clock());
    may_ask = ::isatty(STDIN_FILENO) == 1;
  }

  const std::unique_ptr<executors::ExecutorProvider> provider = make_shell_executor();
  const std::string source(model::to_string(project.event().source));
  ExecObserver observer(*reporter, project.event().shown_ref, project.event().commit.is_tag ? "tag" : source,
                        may_ask);
  local::LocalRunOptions options{.concurrency = flags.concurrency,
                                 .in_place = flags.in_place,
                                 .press = std::move(press),
                                 .version = std::string(kVersion)};
  local::LocalPipeline pipeline(project, std::move(chosen.plan), *provider, observer, std::move(options));
  observer.set_pipeline(&pipeline);
  auto outcome = pipeline.run();
  reporter.reset();  // gives the cursor back
  if (!outcome) {
    fmt::print(stderr, "fairlead exec: {}\n", outcome.error().to_string());
    return kFailed;
  }
  const int code = exit_code_of(outcome->status, outcome->interrupted);
  return code == kSuccess && out.failed() ? kFailed : code;
}

}  // namespace

int run_exec(int argc, const char* const* argv) {
  CLI::App app("Runs the working tree's pipeline on this machine.", std::string(kName));
  ExecFlags flags;
  add_flags(app, flags);
  std::vector<std::string> words = with_plain_graph(argc, argv);
  std::vector<const char*> plain;
  for (const std::string& word : words) plain.push_back(word.c_str());
  if (const auto code = parse_flags(app, static_cast<int>(plain.size()), plain.data())) return *code;
  if (const std::string problem = conflict(flags); !problem.empty()) return usage_error(kName, problem);

  int exit_code = kSuccess;
  const std::unique_ptr<local::Project> project = open_project(kName, flags.project, exit_code);
  if (!project) return exit_code;
  if (!project->load()) {
    print_diagnostics(project->sources(), project->diagnostics());
    return kInvalidConfig;
  }
  if (flags.preview) {
    print_diagnostics(project->sources(), project->diagnostics());
    fmt::print("{}", parser::yaml::to_yaml(*project->document().root));
    return kSuccess;
  }
  const bool planned = project->plan();
  print_diagnostics(project->sources(), project->diagnostics());
  if (!planned) return kInvalidConfig;

  const parser::PlanResult& result = project->result();
  local::JobChoice all_wanted = flags.choice;
  auto chosen = local::choose_jobs(result, all_wanted);
  if (!chosen) return usage_error(kName, chosen.error().to_string());
  const bool only_shows = flags.list || !flags.graph.empty();
  if (only_shows) {
    fmt::print("{}", flags.list
                         ? (flags.format == "json" ? list_as_json(chosen->plan) : list_as_table(chosen->plan))
                         : draw_graph(chosen->plan, *graph_form(flags.graph)));
    return kSuccess;
  }

  auto press = local::find_gates(chosen->plan, result.selections, flags.manual);
  if (!press) return usage_error(kName, press.error().to_string());
  press->insert(press->end(), chosen->named_gates.begin(), chosen->named_gates.end());
  if (!project->tree().git())
    fmt::print(
        stderr,
        "fairlead: {}: CI_COMMIT_* are placeholders, `changes` is always true, and all files are copied\n",
        project->tree().why_no_git());
  for (const std::string& bridge : chosen->bridges)
    fmt::print(stderr, "fairlead: the trigger job \"{}\" is not run: exec cannot start other pipelines\n",
               bridge);
  local::drop_bridges(chosen->plan);
  if (chosen->plan.jobs.empty()) {
    fmt::print(stderr, "fairlead: there is no job left to run\n");
    return kSuccess;
  }
  return run_pipeline(*project, std::move(*chosen), flags, std::move(*press));
}

}  // namespace fairlead::cli
