// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include <fmt/core.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/diagnostics_json.hpp"
#include "cli/exit_codes.hpp"
#include "cli/flags.hpp"
#include "cli/project_flags.hpp"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kName = "lint";

// The folder that includes of this file start from: the git working tree that
// it lies in, unless it is the main file of a folder of its own.
fs::path project_of(const fs::path& file) {
  std::error_code ignored;
  const fs::path full = fs::absolute(file, ignored).lexically_normal();
  const fs::path folder = full.parent_path();
  const bool main_file = full.filename() == ".gitlab-ci.yml";
  for (fs::path up = folder; !up.empty(); up = up.parent_path()) {
    if (fs::exists(up / ".git", ignored))
      return main_file && up != folder && fs::exists(up / ".gitlab-ci.yml", ignored) ? folder : up;
    if (up == up.root_path()) break;
  }
  if (main_file) return folder;
  const fs::path here = fs::current_path(ignored);
  const fs::path relative = full.lexically_relative(here);
  return relative.empty() || *relative.begin() == ".." ? folder : here;
}

struct Checked {
  bool opened = false;  // false: wrong usage, already printed
  bool valid = false;
  Json json;
};

Checked check(const ProjectFlags& flags, const std::string& shown, bool json) {
  Checked result;
  int code = kSuccess;
  const std::unique_ptr<local::Project> project = open_project(kName, flags, code);
  if (!project) return result;
  result.opened = true;
  result.valid = project->load();
  const std::string name = shown.empty() ? project->config_name() : shown;
  if (json) {
    Json problems = Json::array();
    for (const parser::Diagnostic& diagnostic : project->diagnostics().all())
      problems.push_back(diagnostic_as_json(project->sources(), diagnostic));
    result.json = {{"file", name}, {"valid", result.valid}, {"problems", std::move(problems)}};
    return result;
  }
  for (const parser::Diagnostic& diagnostic : project->diagnostics().all())
    fmt::print("{}\n", parser::format_diagnostic(project->sources(), diagnostic, true));
  const std::size_t errors = project->diagnostics().error_count();
  if (result.valid)
    fmt::print("{} is valid\n", name);
  else
    fmt::print("{} is not valid: {} error{}\n", name, errors, errors == 1 ? "" : "s");
  return result;
}

}  // namespace

int run_lint(int argc, const char* const* argv) {
  CLI::App app("Checks configuration files and shows every problem with its place.", std::string(kName));
  std::vector<std::string> files;
  std::string format = "text";
  ProjectFlags flags;
  app.add_option("FILE", files, "Files to check (default: the project's .gitlab-ci.yml)");
  flags.add_to(app);
  app.add_option("--format", format, "text or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json"}));
  if (const auto code = parse_flags(app, argc, argv)) return *code;
  if (!flags.file.empty()) files.push_back(flags.file);

  std::vector<Checked> all;
  if (files.empty()) all.push_back(check(flags, "", format == "json"));
  for (const std::string& file : files) {
    ProjectFlags one = flags;
    std::error_code ignored;
    const fs::path given =
        flags.cwd.empty() || fs::path(file).is_absolute() ? fs::path(file) : fs::path(flags.cwd) / file;
    one.file = fs::absolute(given, ignored).lexically_normal().string();
    if (flags.cwd.empty()) one.cwd = project_of(one.file).string();
    if (!fs::exists(fs::symlink_status(one.file, ignored))) {
      usage_error(kName, fmt::format("there is no file {}", file));
      all.emplace_back();
      continue;
    }
    all.push_back(check(one, file, format == "json"));
  }

  int exit_code = kSuccess;
  Json list = Json::array();
  for (Checked& checked : all) {
    if (!checked.opened)
      exit_code = kUsage;
    else if (!checked.valid && exit_code == kSuccess)
      exit_code = kInvalidConfig;
    if (checked.opened && format == "json") list.push_back(std::move(checked.json));
  }
  if (format == "json")
    fmt::print("{}\n", Json{{"valid", exit_code == kSuccess}, {"files", std::move(list)}}.dump(
                           2, ' ', false, Json::error_handler_t::replace));
  return exit_code;
}

}  // namespace fairlead::cli
