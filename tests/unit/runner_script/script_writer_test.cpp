// SPDX-License-Identifier: Apache-2.0
#include "runner/script/script_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "shell_run.hpp"

namespace fairlead::runner {
namespace {

using executors::ShellKind;
using ::testing::EndsWith;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_file;
using testing::run_script;
using testing::ShellResult;
using testing::write_file;

std::string green(const std::string& text) { return "\x1b[32;1m" + text + "\x1b[0;m\n"; }

// Every rule holds for real bash and for the system's POSIX shell (dash here).
class Shells : public ::testing::TestWithParam<ShellKind> {
 protected:
  ShellResult run(const std::vector<std::string>& commands, bool xtrace = false, bool on_stdin = false) {
    auto writer = make_script_writer(GetParam());
    writer->user_commands(commands);
    return run_script(GetParam(), writer->finish(xtrace), on_stdin);
  }
};

INSTANTIATE_TEST_SUITE_P(Real, Shells, ::testing::Values(ShellKind::bash, ShellKind::sh),
                         [](const auto& shell) { return shell.param == ShellKind::bash ? "bash" : "sh"; });

std::vector<std::string> nasty_values() {
  std::string every_byte;
  for (int c = 1; c < 256; ++c) every_byte += static_cast<char>(c);
  return {"",
          "plain",
          "two words",
          "'",
          "''",
          "\"",
          "a'b\"c`d",
          "\\",
          "\\\\",
          "\\n",
          "ends in backslash\\",
          "\n",
          "line\nbreak\n\n",
          "\r\n",
          "$HOME $(id) `id` ${x:-y} $$ $'x'",
          "!history !!",
          "~",
          "~root/x",
          "*",
          "-n",
          "--",
          "=x",
          "#comment",
          "a=b",
          "{a,b}",
          "%s %d",
          "\t tab ",
          "grüße 日本 🚀",
          "\x80\xff invalid",
          every_byte};
}

TEST_P(Shells, AnyValueSurvivesQuotingAsAWord) {
  for (const auto& value : nasty_values()) {
    Folder folder;
    auto writer = make_script_writer(GetParam());
    writer->line("printf '%s' " + writer->quote(value) + " >" + writer->quote((folder / "out").string()));
    ShellResult result = run_script(GetParam(), writer->finish(false));
    EXPECT_EQ(result.code, 0) << result.output;
    EXPECT_EQ(read_file(folder / "out"), value);
  }
}

TEST_P(Shells, AnyValueSurvivesAnExport) {
  for (const auto& value : nasty_values()) {
    Folder folder;
    auto writer = make_script_writer(GetParam());
    EXPECT_TRUE(writer->export_variable("KEY", value));
    writer->line("sh -c 'printf \"%s\" \"$KEY\"' >" + writer->quote((folder / "out").string()));
    ShellResult result = run_script(GetParam(), writer->finish(false));
    EXPECT_EQ(result.code, 0) << result.output;
    EXPECT_EQ(read_file(folder / "out"), value);
  }
}

TEST_P(Shells, NulEndsAValueInsteadOfTheScript) {
  auto writer = make_script_writer(GetParam());
  writer->export_variable("KEY", std::string_view("a\0b", 3));
  writer->line("echo \"[$KEY]\"");
  EXPECT_EQ(run_script(GetParam(), writer->finish(false)).output, "[a]\n");
}

TEST_P(Shells, ANameThatNoShellTakesIsRefusedAndLeavesTheScriptWhole) {
  auto writer = make_script_writer(GetParam());
  for (std::string_view name : {"", "1A", "A-B", "A B", "A=B", "A;id", "\xc3\xa4", "A\n"}) {
    EXPECT_FALSE(writer->export_variable(name, "x")) << name;
    EXPECT_FALSE(writer->export_file_variable(name, "x", "/nowhere/x")) << name;
  }
  EXPECT_TRUE(writer->export_variable("_a1", "x"));
  EXPECT_EQ(run_script(GetParam(), writer->finish(false)).code, 0);
}

TEST_P(Shells, AFileVariableIsAPathToItsExactContentForTheOwnerOnly) {
  for (const auto& value : nasty_values()) {
    Folder folder;
    auto file = folder.path() / "pro ject.tmp" / "KEY";
    auto writer = make_script_writer(GetParam());
    EXPECT_TRUE(writer->export_file_variable("KEY", value, file));
    writer->line("printf '%s' \"$KEY\"");
    ShellResult result = run_script(GetParam(), writer->finish(false));
    EXPECT_EQ(result.output, file.string());
    EXPECT_EQ(read_file(file), value);
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
  }
}

TEST_P(Shells, AFileVariableReplacesALinkThatAJobLeftInItsPlace) {
  Folder folder;
  write_file(folder / "victim", "untouched");
  std::filesystem::create_directories(folder / "tmp");
  std::filesystem::create_symlink(folder / "victim", folder / "tmp/KEY");
  auto writer = make_script_writer(GetParam());
  writer->export_file_variable("KEY", "secret", folder / "tmp/KEY");
  EXPECT_EQ(run_script(GetParam(), writer->finish(false)).code, 0);
  EXPECT_EQ(read_file(folder / "victim"), "untouched");
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "tmp/KEY"));
}

TEST_P(Shells, EachCommandIsShownInGreenBeforeItRuns) {
  ShellResult result = run({"echo one", "  echo 'two three'  "});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output, green("$ echo one") + "one\n" + green("$ echo 'two three'") + "two three\n");
}

TEST_P(Shells, ACommandWithEscapesIsShownAsItIsWritten) {
  ShellResult result = run({"printf 'a\\tb\\n' # \\c \\x41 %s $HOME"});
  EXPECT_EQ(result.output, green("$ printf 'a\\tb\\n' # \\c \\x41 %s $HOME") + "a\tb\n");
}

TEST_P(Shells, AMultiLineCommandShowsItsFirstLine) {
  ShellResult result = run({"for x in 1 2; do\n  echo $x\ndone\n"});
  EXPECT_EQ(result.output, green("$ for x in 1 2; do # collapsed multi-line command") + "1\n2\n");
}

TEST_P(Shells, BlankCommandsAreDropped) {
  EXPECT_EQ(run({"", "   \n\t", "echo x"}).output, green("$ echo x") + "x\n");
}

TEST_P(Shells, AFailingCommandStopsTheScriptWithItsCode) {
  ShellResult result = run({"echo before", "(exit 7)", "echo after"});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.output, HasSubstr("before\n"));
  EXPECT_THAT(result.output, Not(HasSubstr("after")));
}

TEST_P(Shells, AFailingLineWithinAMultiLineCommandStopsIt) {
  ShellResult result = run({"echo before\n(exit 9)\necho after"});
  EXPECT_EQ(result.code, 9);
  EXPECT_THAT(result.output, Not(HasSubstr("after\n")));
}

TEST_P(Shells, ExitEndsTheScriptWithItsCode) {
  EXPECT_EQ(run({"exit 3", "echo after"}).code, 3);
  EXPECT_EQ(run({"exit 0", "false"}).code, 0);
}

TEST_P(Shells, TheLastCommandsStatusCountsEvenWhereErrexitLooksAway) {
  EXPECT_EQ(run({"set +e", "false"}).code, 1);
  EXPECT_EQ(run({"false && true"}).code, 1);
  EXPECT_EQ(run({"false || true"}).code, 0);
}

TEST_P(Shells, AnUnknownCommandIs127) {
  ShellResult result = run({"no_such_function_here with args", "echo after"});
  EXPECT_EQ(result.code, 127);
  EXPECT_THAT(result.output, HasSubstr("no_such_function_here"));
}

TEST_P(Shells, ACommandKilledBySignalGives128PlusItsNumber) {
  EXPECT_EQ(run({"sh -c 'kill -9 $$'", "echo after"}).code, 137);
}

TEST_P(Shells, ASyntaxErrorFailsAndShowsWhere) {
  ShellResult result = run({"if true; then", "echo x"});
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.output, HasSubstr("yntax error"));
}

TEST_P(Shells, HereDocumentsWork) {
  ShellResult result =
      run({"cat <<EOF\n$((1 + 1)) 'x' \\$y\nEOF", "cat <<'EOF'\n$raw \\n\nEOF\n", "echo end"});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("2 'x' $y\n"));
  EXPECT_THAT(result.output, HasSubstr("$raw \\n\n"));
  EXPECT_THAT(result.output, EndsWith("end\n"));
}

TEST_P(Shells, ATrailingCommentDoesNotSwallowTheNextCommand) {
  EXPECT_EQ(run({"echo a # note", "echo b"}).output,
            green("$ echo a # note") + "a\n" + green("$ echo b") + "b\n");
}

TEST_P(Shells, ATrailingBackslashDoesNotSwallowTheNextCommand) {
  ShellResult result = run({"echo a \\", "echo b"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output, green("$ echo a \\") + "a\n" + green("$ echo b") + "b\n");
  EXPECT_EQ(run({"echo x\\\\", "echo y"}).code, 0);
}

TEST_P(Shells, StateFlowsFromCommandToCommand) {
  ShellResult result = run({"cd /", "value=7", "f() { echo \"f $1 $value\"; }", "f $(pwd)"});
  EXPECT_THAT(result.output, EndsWith("f / 7\n"));
}

TEST_P(Shells, StdinIsEmptyForTheScript) {
  for (bool on_stdin : {false, true}) {
    ShellResult result = run({"cat", "read line || echo nothing", "echo end"}, false, on_stdin);
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.output, green("$ cat") + green("$ read line || echo nothing") + "nothing\n" +
                                 green("$ echo end") + "end\n");
  }
}

TEST_P(Shells, AScriptOnStdinRunsToItsEndWithItsCode) {
  EXPECT_EQ(run({"echo x", "exit 5"}, false, true).code, 5);
  EXPECT_EQ(run({"echo x"}, false, true).code, 0);
}

TEST_P(Shells, TermEndsTheScriptWithOne) {
  ShellResult result = run({"kill -TERM $$", "echo after"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("after\n")));
}

TEST_P(Shells, RedirectionsMayOverwriteFiles) {
  Folder folder;
  std::string file = (folder / "f").string();
  EXPECT_EQ(run({"echo a >" + file, "echo b >" + file}).code, 0);
  EXPECT_EQ(read_file(file), "b\n");
}

TEST_P(Shells, AScriptThatClosesItsStdoutGoesOn) {
  Folder folder;
  ShellResult result = run({"exec >&-", "touch " + (folder / "done").string()});
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(std::filesystem::exists(folder / "done"));
}

TEST_P(Shells, DebugTraceShowsEachCommandAsItRuns) {
  EXPECT_THAT(run({"x=5; echo value $x"}, true).output, HasSubstr("+ echo value 5"));
  EXPECT_THAT(run({"x=5; echo value $x"}, true).output, Not(HasSubstr("+ eval")));
  EXPECT_THAT(run({"x=5; echo value $x"}, false).output, Not(HasSubstr("+ echo")));
}

TEST_P(Shells, TheJobEnvironmentFileExportsItsValidLines) {
  Folder folder;
  write_file(
      folder / "env",
      "A=1\n\nB=two words $HOME `id`\nnot a line\n1X=bad\nC-D=bad\n=bad\nE=a=b\n F=bad\nLAST=no newline");
  auto writer = make_script_writer(GetParam());
  writer->export_lines_of(folder / "env");
  writer->export_lines_of(folder / "missing");
  writer->line("sh -c 'echo \"$A|$B|$E|$F|$LAST\"'");
  ShellResult result = run_script(GetParam(), writer->finish(false));
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(result.output, "1|two words $HOME `id`|a=b||no newline\n");
}

TEST_P(Shells, TenThousandVariablesAndALongScriptAreTaken) {
  auto writer = make_script_writer(GetParam());
  for (int i = 0; i < 3000; ++i) writer->export_variable("V" + std::to_string(i), std::string(50, '\''));
  std::vector<std::string> commands(500, ": '" + std::string(500, 'x') + "'");
  commands.emplace_back("test \"${#V2999}\" = 50 && echo whole");
  writer->user_commands(commands);
  // Too much environment for a child, so only builtins are used.
  ShellResult result = run_script(GetParam(), writer->finish(false));
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.output, EndsWith("whole\n"));
}

TEST(ScriptWriter, BashFailsAPipelineWhoseFirstPartFails) {
  auto writer = make_script_writer(ShellKind::bash);
  writer->user_commands(std::vector<std::string>{"false | cat", "echo after"});
  ShellResult result = run_script(ShellKind::bash, writer->finish(false));
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("after\n")));
}

TEST(ScriptWriter, PosixDialectUsesPipefailWhereTheShellHasIt) {
  auto writer = make_script_writer(ShellKind::sh);
  writer->user_commands(std::vector<std::string>{"false | cat", "echo after"});
  // bash reading the POSIX dialect has pipefail; it must be switched on.
  EXPECT_EQ(run_script(ShellKind::bash, writer->finish(false)).code, 1);
}

}  // namespace
}  // namespace fairlead::runner
