// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "executors/executor.hpp"

namespace fairlead::runner {

// Builds the text of one stage for one shell, statement by statement. The text
// is a pure function of the calls. Two dialects exist: bash and POSIX sh; they
// differ in quoting and in how options are switched on.
//
// Whatever comes from outside (values, paths, URLs) goes through `quote` or a
// method that quotes; only `line` and `user_commands` take shell text.
class ScriptWriter {
 public:
  virtual ~ScriptWriter() = default;

  // `value` as one shell word. NUL cannot be in a shell word and ends it.
  virtual std::string quote(std::string_view value) const = 0;

  // One or more lines of shell text, as they are.
  void line(std::string_view text);
  // A simple command, each word quoted.
  void command(std::span<const std::string> words);
  void command(std::initializer_list<std::string_view> words);

  // A line for the job's log: green, yellow with "WARNING: ", or as it is.
  void notice(std::string_view text);
  void warning(std::string_view text);
  void print(std::string_view text);

  // `export KEY=value`. False, and nothing is written, when no shell could
  // take the name.
  bool export_variable(std::string_view key, std::string_view value);
  // Writes `value` to `file` (mode 0600) and exports KEY=`file`.
  bool export_file_variable(std::string_view key, std::string_view value, const std::filesystem::path& file);
  // Exports the KEY=VALUE lines of `file`, if it exists. Lines without a
  // valid name are passed over.
  void export_lines_of(const std::filesystem::path& file);
  void change_directory(const std::filesystem::path& directory);

  // The user's script: each command is shown in green and then run. Blank
  // commands are dropped; of a command with several lines only the first is
  // shown.
  void user_commands(std::span<const std::string> commands);

  // The complete text: options, TERM trap, stdin from /dev/null, then the body
  // as one evaluated string, so that the shell has read everything before it
  // runs anything. `xtrace` shows each command as it runs (CI_DEBUG_TRACE).
  std::string finish(bool xtrace) const;

 protected:
  virtual void write_options(std::string& out) const = 0;

 private:
  void coloured(std::string_view colour, std::string_view text);
  std::string body_;
};

std::unique_ptr<ScriptWriter> make_script_writer(executors::ShellKind shell);

// True for [A-Za-z_][A-Za-z0-9_]*.
bool is_shell_name(std::string_view name);

}  // namespace fairlead::runner
