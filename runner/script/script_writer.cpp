// SPDX-License-Identifier: Apache-2.0
#include "runner/script/script_writer.hpp"

#include <algorithm>

namespace fairlead::runner {
namespace {

constexpr std::string_view kGreen = "\x1b[32;1m";
constexpr std::string_view kYellow = "\x1b[0;33m";
constexpr std::string_view kReset = "\x1b[0;m";
constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// What every shell takes as it is, wherever a word may stand.
bool is_plain_word(std::string_view value) {
  return !value.empty() && value.front() != '=' && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_-./:@%+,=").find(c) != std::string_view::npos;
  });
}

class BashWriter final : public ScriptWriter {
 public:
  // $'..' rather than '..': the body is quoted once more as a whole, and here
  // each level costs one backslash a quote instead of three characters.
  std::string quote(std::string_view value) const override {
    value = value.substr(0, value.find('\0'));
    if (is_plain_word(value)) return std::string(value);
    std::string out = "$'";
    out.reserve(value.size() + value.size() / 16 + 3);
    for (char c : value) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    return out += '\'';
  }

 protected:
  void write_options(std::string& out) const override { out += "set -o pipefail\n"; }
};

class PosixWriter final : public ScriptWriter {
 public:
  std::string quote(std::string_view value) const override {
    value = value.substr(0, value.find('\0'));
    if (is_plain_word(value)) return std::string(value);
    std::string out = "'";
    out.reserve(value.size() + 2);
    for (char c : value) {
      if (c == '\'')
        out += "'\\''";
      else
        out += c;
    }
    return out += '\'';
  }

 protected:
  // `set` with an unknown option ends a POSIX shell, so a subshell tries it.
  void write_options(std::string& out) const override {
    out += "if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi\n";
  }
};

}  // namespace

bool is_shell_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

void ScriptWriter::line(std::string_view text) {
  body_ += text;
  body_ += '\n';
}

void ScriptWriter::command(std::span<const std::string> words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ' ';
    text += quote(word);
  }
  line(text);
}

void ScriptWriter::command(std::initializer_list<std::string_view> words) {
  command(std::vector<std::string>(words.begin(), words.end()));
}

// A line of ours must not fail the job, whatever the script did to its stdout
// before (`exec >&-`); and it leaves $? at 0 for the next command, as echo did.
void ScriptWriter::print(std::string_view text) {
  line("printf '%s\\n' " + quote(text) + " 2>/dev/null || :");
}

void ScriptWriter::coloured(std::string_view colour, std::string_view text) {
  std::string whole(colour);
  whole += text;
  whole += kReset;
  print(whole);
}

void ScriptWriter::notice(std::string_view text) { coloured(kGreen, text); }
void ScriptWriter::warning(std::string_view text) { coloured(kYellow, "WARNING: " + std::string(text)); }

bool ScriptWriter::export_variable(std::string_view key, std::string_view value) {
  if (!is_shell_name(key)) return false;
  body_ += "export ";
  body_ += key;
  body_ += '=';
  body_ += quote(value);
  body_ += '\n';
  return true;
}

bool ScriptWriter::export_file_variable(std::string_view key, std::string_view value,
                                        const std::filesystem::path& file) {
  if (!is_shell_name(key)) return false;
  std::string path = quote(file.string());
  std::string folder = quote(file.parent_path().string());
  line("[ -d " + folder + " ] || mkdir -p " + folder);
  // A leftover could have another mode, or be a link to somewhere else.
  line("if [ -e " + path + " ] || [ -L " + path + " ]; then rm -rf " + path + "; fi");
  line("(umask 077; printf '%s' " + quote(value) + " >" + path + ")");
  line("export " + std::string(key) + "=" + path);
  return true;
}

void ScriptWriter::export_lines_of(const std::filesystem::path& file) {
  std::string path = quote(file.string());
  line("if [ -f " + path + " ]; then");
  line("while IFS= read -r fairlead_line || [ -n \"$fairlead_line\" ]; do");
  line("case \"${fairlead_line%%=*}\" in");
  line("\"$fairlead_line\" | '' | [0-9]* | *[!A-Za-z0-9_]*) ;;");
  line("*) export \"$fairlead_line\" ;;");
  line("esac");
  line("done <" + path);
  line("unset fairlead_line");
  line("fi");
}

void ScriptWriter::change_directory(const std::filesystem::path& directory) {
  line("cd " + quote(directory.string()));
}

void ScriptWriter::user_commands(std::span<const std::string> commands) {
  for (const auto& given : commands) {
    std::string_view command = trimmed(std::string_view(given).substr(0, given.find('\0')));
    if (command.empty()) continue;
    std::string shown = "$ ";
    std::size_t end_of_first = command.find('\n');
    shown += trimmed(command.substr(0, end_of_first));
    if (end_of_first != std::string_view::npos) shown += " # collapsed multi-line command";
    notice(shown);
    line(command);
    // A backslash at the very end would continue into the next line, which is ours.
    if (command.back() == '\\') line("");
  }
}

std::string ScriptWriter::finish(bool xtrace) const {
  std::string text;
  text.reserve(body_.size() + body_.size() / 8 + 256);
  text += "trap 'exit 1' TERM\n";
  write_options(text);
  text += "set -o errexit\nset +o noclobber\n";
  // One logical line: the shell has read all of it before its stdin changes,
  // also where the script itself arrives on stdin. The status of the last
  // command is the stage's, as with gitlab-runner's subshell, one fork cheaper.
  text += "exec </dev/null; eval ";
  // Tracing starts inside, or the whole body would be shown as one command.
  text += quote(xtrace ? "set -o xtrace\n" + body_ : body_);
  text += "; exit $?\n";
  return text;
}

std::unique_ptr<ScriptWriter> make_script_writer(executors::ShellKind shell) {
  if (shell == executors::ShellKind::bash) return std::make_unique<BashWriter>();
  return std::make_unique<PosixWriter>();
}

}  // namespace fairlead::runner
