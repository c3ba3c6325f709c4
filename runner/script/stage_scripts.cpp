// SPDX-License-Identifier: Apache-2.0
#include "runner/script/stage_scripts.hpp"

#include "runner/script/script_parts.hpp"

namespace fairlead::runner {
namespace {

const proto::JobStep* find_step(const proto::JobPayload& job, std::string_view name) {
  for (const auto& step : job.steps)
    if (step.name == name) return &step;
  return nullptr;
}

bool has_commands(const std::vector<std::string>& script) {
  for (const auto& command : script)
    if (command.find_first_not_of(" \t\r\n\v\f") != std::string::npos) return true;
  return false;
}

}  // namespace

std::string step_section(std::string_view step_name) { return "step_" + std::string(step_name); }

void write_exports(ScriptWriter& writer, const ScriptContext& context) {
  for (const auto& variable : context.variables.all()) {
    if (variable.file)
      writer.export_file_variable(variable.key, variable.value, context.variables.file_of(variable.key));
    else
      writer.export_variable(variable.key, variable.value);
  }
  writer.export_lines_of(context.temp_dir / kJobEnvironmentFile);
}

executors::StageScript finished(const ScriptWriter& writer, const ScriptContext& context, std::string name,
                                bool in_helper) {
  return {.name = std::move(name),
          .shell = context.shell,
          .login = context.login,
          .text = writer.finish(context.xtrace),
          .in_helper = in_helper};
}

std::vector<std::string> hook_commands(const ScriptContext& context, std::string_view hook) {
  const std::string& configured =
      hook == "pre_get_sources_script" ? context.pre_get_sources_script : context.post_get_sources_script;
  std::vector<std::string> commands;
  if (!configured.empty()) commands.push_back(configured);
  for (const auto& given : context.job.hooks)
    if (given.name == hook) commands.insert(commands.end(), given.script.begin(), given.script.end());
  if (!has_commands(commands)) commands.clear();
  return commands;
}

ScriptResult prepare_script(const ScriptContext& context) {
  auto writer = make_script_writer(context.shell);
  // What a former job left that was killed before it could clean up.
  writer->command({"rm", "-rf", (context.temp_dir / kJobEnvironmentFile).string()});
  // The name of the machine that the job really runs on: only a shell there knows.
  writer->line("printf 'Running on %s...\\n' \"$(hostname 2>/dev/null || uname -n)\"");
  return std::optional(finished(*writer, context, "prepare_script", true));
}

ScriptResult source_hook_script(const ScriptContext& context, std::string_view hook) {
  auto commands = hook_commands(context, hook);
  if (commands.empty()) return std::optional<executors::StageScript>();
  auto writer = make_script_writer(context.shell);
  write_exports(*writer, context);
  writer->command({"mkdir", "-p", context.project_dir.string()});
  writer->change_directory(context.project_dir);
  writer->user_commands(commands);
  return std::optional(finished(*writer, context, "get_sources", true));
}

ScriptResult clear_worktree_script(const ScriptContext& context) {
  auto writer = make_script_writer(context.shell);
  std::string project = writer->quote(context.project_dir.string());
  writer->line("if [ -d " + project + " ]; then");
  writer->notice("Deleting tracked and untracked files...");
  writer->line("find " + project + " -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +");
  writer->line("fi");
  return std::optional(finished(*writer, context, "clear_worktree", true));
}

ScriptResult step_script(const ScriptContext& context, const proto::JobStep& step) {
  if (!has_commands(step.script)) return std::optional<executors::StageScript>();
  auto writer = make_script_writer(context.shell);
  write_exports(*writer, context);
  writer->change_directory(context.project_dir);
  std::vector<std::string> commands;
  if (!context.pre_build_script.empty()) commands.push_back(context.pre_build_script);
  commands.insert(commands.end(), step.script.begin(), step.script.end());
  if (!context.post_build_script.empty()) commands.push_back(context.post_build_script);
  writer->user_commands(commands);
  return std::optional(finished(*writer, context, step_section(step.name), false));
}

ScriptResult after_script(const ScriptContext& context) {
  const proto::JobStep* step = find_step(context.job, "after_script");
  if (!step || !has_commands(step->script)) return std::optional<executors::StageScript>();
  auto writer = make_script_writer(context.shell);
  write_exports(*writer, context);
  writer->change_directory(context.project_dir);
  writer->notice("Running after script...");
  writer->user_commands(step->script);
  return std::optional(finished(*writer, context, "after_script", false));
}

ScriptResult cleanup_file_variables_script(const ScriptContext& context) {
  auto writer = make_script_writer(context.shell);
  std::string text = "rm -rf";
  for (const auto& variable : context.variables.all())
    if (variable.file && is_shell_name(variable.key))
      text += ' ' + writer->quote(context.variables.file_of(variable.key).string());
  text += ' ' + writer->quote((context.temp_dir / kJobEnvironmentFile).string());
  writer->line(text);
  return std::optional(finished(*writer, context, "cleanup_file_variables", true));
}

}  // namespace fairlead::runner
