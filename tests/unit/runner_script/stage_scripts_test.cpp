// SPDX-License-Identifier: Apache-2.0
#include "runner/script/stage_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell_run.hpp"

namespace fairlead::runner {
namespace {

using executors::ShellKind;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_file;
using testing::run_program;
using testing::run_script;
using testing::ShellResult;
using testing::write_file;

class Stages : public ::testing::TestWithParam<ShellKind> {
 protected:
  Stages() {
    project = folder / "builds/pro ject";
    std::filesystem::create_directories(project);
  }
  ScriptContext context() {
    variables = JobVariables(list, folder / "builds/pro ject.tmp");
    ScriptContext c{.job = job, .variables = variables};
    c.shell = GetParam();
    c.project_dir = project;
    c.temp_dir = folder / "builds/pro ject.tmp";
    return c;
  }
  ShellResult run(const ScriptResult& script) {
    EXPECT_TRUE(script.ok()) << script.error().to_string();
    EXPECT_TRUE(script->has_value());
    return run_script(GetParam(), (*script)->text);
  }

  Folder folder;
  std::filesystem::path project;
  proto::JobPayload job;
  model::Variables list;
  JobVariables variables;
};

INSTANTIATE_TEST_SUITE_P(Real, Stages, ::testing::Values(ShellKind::bash, ShellKind::sh),
                         [](const auto& shell) { return shell.param == ShellKind::bash ? "bash" : "sh"; });

TEST_P(Stages, AStepRunsInTheProjectFolderWithItsVariablesBetweenTheRunnersScripts) {
  list = {{.key = "A", .value = "it's $B"}, {.key = "B", .value = "b"}, {.key = "BAD-NAME", .value = "x"}};
  auto c = context();
  c.pre_build_script = "echo before";
  c.post_build_script = "echo behind";
  ShellResult result = run(step_script(c, {.name = "script", .script = {"pwd", "echo \"$A\""}}));
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output,
            "\x1b[32;1m$ echo before\x1b[0;m\nbefore\n\x1b[32;1m$ pwd\x1b[0;m\n" + project.string() +
                "\n\x1b[32;1m$ echo \"$A\"\x1b[0;m\nit's b\n\x1b[32;1m$ echo behind\x1b[0;m\nbehind\n");
}

TEST_P(Stages, AStepWithoutCommandsYieldsNoScript) {
  auto c = context();
  c.pre_build_script = "echo before";
  auto script = step_script(c, {.name = "script", .script = {"", " \n"}});
  ASSERT_TRUE(script.ok());
  EXPECT_FALSE(script->has_value());
}

TEST_P(Stages, AJobWithoutAfterScriptYieldsNoScript) {
  job.steps = {{.name = "script", .script = {"echo"}}};
  EXPECT_FALSE(after_script(context())->has_value());
  job.steps.push_back({.name = "after_script", .script = {}});
  EXPECT_FALSE(after_script(context())->has_value());
}

TEST_P(Stages, AfterScriptSeesTheStatusAndSaysThatItRuns) {
  job.steps = {{.name = "after_script", .script = {"echo $CI_JOB_STATUS"}}};
  auto c = context();
  variables.set("CI_JOB_STATUS", "failed");
  EXPECT_THAT(run(after_script(c)).output,
              ::testing::AllOf(HasSubstr("Running after script..."), HasSubstr("failed\n")));
}

TEST_P(Stages, WhatAStageWritesToGitlabEnvTheNextOneSees) {
  auto c = context();
  variables.set("GITLAB_ENV", (c.temp_dir / kJobEnvironmentFile).string());
  std::filesystem::create_directories(c.temp_dir);
  EXPECT_EQ(
      run(step_script(c, {.name = "script", .script = {"echo 'LATER=two words' >>\"$GITLAB_ENV\""}})).code,
      0);
  EXPECT_THAT(run(step_script(c, {.name = "release", .script = {"sh -c 'echo \"[$LATER]\"'"}})).output,
              HasSubstr("[two words]\n"));
}

TEST_P(Stages, AFileVariableIsWrittenForTheStageAndRemovedByTheLast) {
  list = {{.key = "KEY", .value = "line 1\nline 2\n", .file = true}};
  auto c = context();
  EXPECT_THAT(run(step_script(c, {.name = "script", .script = {"cat \"$KEY\""}})).output,
              HasSubstr("line 1\nline 2\n"));
  EXPECT_TRUE(std::filesystem::exists(c.temp_dir / "KEY"));
  EXPECT_EQ(run(cleanup_file_variables_script(c)).code, 0);
  EXPECT_FALSE(std::filesystem::exists(c.temp_dir / "KEY"));
}

TEST_P(Stages, TheWorktreeIsClearedButGitIsKept) {
  write_file(project / ".git/HEAD", "x");
  write_file(project / "a/b", "x");
  write_file(project / ".hidden", "x");
  EXPECT_EQ(run(clear_worktree_script(context())).code, 0);
  EXPECT_TRUE(std::filesystem::exists(project / ".git/HEAD"));
  EXPECT_FALSE(std::filesystem::exists(project / "a"));
  EXPECT_FALSE(std::filesystem::exists(project / ".hidden"));
}

TEST_P(Stages, PreparationNamesTheMachine) {
  EXPECT_THAT(run(prepare_script(context())).output, ::testing::MatchesRegex("Running on .+\\.\\.\\.\n"));
}

// --- sources by real Git, from a repository on this disk ---

class Sources : public Stages {
 protected:
  Sources() {
    origin = folder / "origin";
    git({"init", "-q", "-b", "main", origin.string()});
    commit(origin, "file", "one");
    first = head();
    commit(origin, "file", "two");
    job.allow_git_fetch = true;
    job.git_info.repo_url = "file://" + origin.string();
    job.git_info.ref = "main";
    job.git_info.sha = head();
    job.git_info.refspecs = {"+refs/heads/main:refs/remotes/origin/main"};
    std::filesystem::remove_all(project);
  }
  std::string git(std::vector<std::string> words, std::filesystem::path where = {}) {
    std::vector<std::string> all{
        "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"};
    if (!where.empty()) all.insert(all.end(), {"-C", where.string()});
    all.insert(all.end(), words.begin(), words.end());
    ShellResult result = run_program(all);
    EXPECT_EQ(result.code, 0) << result.output;
    return result.output.substr(0, result.output.find('\n'));
  }
  void commit(const std::filesystem::path& repository, const std::string& file, const std::string& content) {
    write_file(repository / file, content);
    git({"add", "-A"}, repository);
    git({"commit", "-q", "-m", content}, repository);
  }
  std::string head() { return git({"rev-parse", "HEAD"}, origin); }
  void set(std::string key, std::string value) {
    list.push_back({.key = std::move(key), .value = std::move(value)});
  }
  ShellResult get() { return run(get_sources_script(context())); }

  std::filesystem::path origin;
  std::string first;
};

INSTANTIATE_TEST_SUITE_P(Real, Sources, ::testing::Values(ShellKind::bash, ShellKind::sh),
                         [](const auto& shell) { return shell.param == ShellKind::bash ? "bash" : "sh"; });

TEST_P(Sources, FetchChecksOutTheCommitDetached) {
  ShellResult result = get();
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(read_file(project / "file"), "two");
  EXPECT_THAT(result.output, HasSubstr("\x1b[32;1mFetching changes...\x1b[0;m\n"));
  EXPECT_THAT(result.output, HasSubstr("\x1b[32;1mCreated fresh repository.\x1b[0;m\n"));
  EXPECT_THAT(result.output, HasSubstr("\x1b[32;1mChecking out " + job.git_info.sha.substr(0, 8) +
                                       " as detached HEAD (ref is main)...\x1b[0;m\n"));
  EXPECT_THAT(result.output, HasSubstr("\x1b[32;1mSkipping Git submodules setup\x1b[0;m\n"));
}

TEST_P(Sources, FetchIntoAUsedFolderUndoesChangesAndCleansWhatIsNotTracked) {
  ASSERT_EQ(get().code, 0);
  write_file(project / "file", "changed");
  write_file(project / "untracked/x", "x");
  ASSERT_EQ(get().code, 0);
  EXPECT_EQ(read_file(project / "file"), "two");
  EXPECT_FALSE(std::filesystem::exists(project / "untracked"));
}

TEST_P(Sources, AnotherCommitIsFetchedIntoTheSameFolder) {
  ASSERT_EQ(get().code, 0);
  commit(origin, "file", "three");
  job.git_info.sha = head();
  ASSERT_EQ(get().code, 0);
  EXPECT_EQ(read_file(project / "file"), "three");
}

TEST_P(Sources, LocksHooksAndSettingsOfAFormerJobAreNoObstacle) {
  ASSERT_EQ(get().code, 0);
  for (auto name : {"index.lock", "shallow.lock", "HEAD.lock", "config.lock", "refs/heads/x.lock"})
    write_file(project / ".git" / name, "");
  write_file(project / ".git/hooks/post-checkout", "#!/bin/sh\ntouch " + (folder / "hooked").string() + "\n");
  std::filesystem::permissions(project / ".git/hooks/post-checkout", std::filesystem::perms::all);
  run_program(
      {"git", "-C", project.string(), "config", "core.fsmonitor", "touch " + (folder / "hooked").string()});
  ShellResult result = get();
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_FALSE(std::filesystem::exists(folder / "hooked"));
}

TEST_P(Sources, TheDepthIsThePayloadsNeverGitDepth) {
  job.git_info.depth = 1;
  set("GIT_DEPTH", "50");
  ShellResult result = get();
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Fetching changes with git depth set to 1..."));
  EXPECT_EQ(git({"rev-list", "--count", "HEAD"}, project), "1");
}

TEST_P(Sources, AShallowFolderBecomesFullWhenTheDepthSaysSo) {
  job.git_info.depth = 1;
  ASSERT_EQ(get().code, 0);
  job.git_info.depth = 0;
  ShellResult result = get();
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(git({"rev-list", "--count", "HEAD"}, project), "2");
}

TEST_P(Sources, CloneStartsFromAnEmptyFolder) {
  set("GIT_STRATEGY", "clone");
  set("GIT_CLEAN_FLAGS", "none");
  write_file(project / "leftover", "x");
  ASSERT_EQ(get().code, 0);
  EXPECT_FALSE(std::filesystem::exists(project / "leftover"));
  EXPECT_EQ(read_file(project / "file"), "two");
}

TEST_P(Sources, TheDefaultStrategyIsTheServersWish) {
  job.allow_git_fetch = false;
  set("GIT_CLEAN_FLAGS", "none");
  write_file(project / "leftover", "x");
  ASSERT_EQ(get().code, 0);
  EXPECT_FALSE(std::filesystem::exists(project / "leftover"));
}

TEST_P(Sources, NoneKeepsWhatIsThereAndEmptyRemovesIt) {
  write_file(project / "leftover", "x");
  set("GIT_STRATEGY", "none");
  ShellResult result = get();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.output, HasSubstr("Skipping Git repository setup"));
  EXPECT_TRUE(std::filesystem::exists(project / "leftover"));
  set("GIT_STRATEGY", "empty");
  EXPECT_EQ(get().code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(project));
}

TEST_P(Sources, CheckoutCanBeSwitchedOff) {
  set("GIT_CHECKOUT", "false");
  ShellResult result = get();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.output, HasSubstr("Skipping Git checkout"));
  EXPECT_FALSE(std::filesystem::exists(project / "file"));
}

TEST_P(Sources, CleanFlagsAreTheJobs) {
  ASSERT_EQ(get().code, 0);
  write_file(project / "keep/x", "x");
  write_file(project / "drop", "x");
  set("GIT_CLEAN_FLAGS", "-ffdx -e keep/");
  ASSERT_EQ(get().code, 0);
  EXPECT_TRUE(std::filesystem::exists(project / "keep/x"));
  EXPECT_FALSE(std::filesystem::exists(project / "drop"));
}

TEST_P(Sources, FetchFlagsAreTheJobs) {
  git({"tag", "v1", first}, origin);
  set("GIT_FETCH_EXTRA_FLAGS", "--tags");
  ASSERT_EQ(get().code, 0);
  EXPECT_EQ(git({"tag"}, project), "v1");
}

TEST_P(Sources, AnUnknownCommitFailsTheStage) {
  job.git_info.sha = std::string(40, 'a');
  EXPECT_NE(get().code, 0);
}

TEST_P(Sources, HooksRunBeforeAndAfter) {
  job.hooks = {{.name = "pre_get_sources_script", .script = {"echo one"}},
               {.name = "post_get_sources_script", .script = {"cat file"}}};
  auto c = context();
  c.pre_get_sources_script = "echo runner";
  std::string output = run(get_sources_script(c)).output;
  EXPECT_LT(output.find("runner\n"), output.find("one\n"));
  EXPECT_LT(output.find("one\n"), output.find("Fetching"));
  EXPECT_GT(output.find("$ cat file"), output.find("Checking out"));
}

TEST_P(Sources, SubmodulesComeByStrategy) {
  auto library = folder / "library";
  git({"init", "-q", "-b", "main", library.string()});
  commit(library, "code", "library code");
  git({"submodule", "add", "-q", "file://" + library.string(), "lib dir"}, origin);
  git({"commit", "-q", "-m", "with library"}, origin);
  job.git_info.sha = head();
  set("GIT_CONFIG_COUNT", "1");  // Git refuses submodules from this disk otherwise
  set("GIT_CONFIG_KEY_0", "protocol.file.allow");
  set("GIT_CONFIG_VALUE_0", "always");
  ASSERT_EQ(get().code, 0);
  EXPECT_FALSE(std::filesystem::exists(project / "lib dir/code"));
  set("GIT_SUBMODULE_STRATEGY", "recursive");
  set("GIT_SUBMODULE_DEPTH", "1");
  ShellResult result = get();
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_EQ(read_file(project / "lib dir/code"), "library code");
  EXPECT_THAT(result.output,
              HasSubstr("Updating/initializing submodules recursively with git depth set to 1..."));
  write_file(project / "lib dir/untracked", "x");
  write_file(project / "lib dir/code", "changed");
  set("GIT_SUBMODULE_STRATEGY", "normal");
  ASSERT_EQ(get().code, 0);
  EXPECT_EQ(read_file(project / "lib dir/code"), "library code");
  EXPECT_FALSE(std::filesystem::exists(project / "lib dir/untracked"));
}

TEST_P(Sources, OddValuesAreErrorsThatNameThem) {
  set("GIT_STRATEGY", "rsync");
  EXPECT_THAT(get_sources_script(context()).error().message, HasSubstr("unknown GIT_STRATEGY \"rsync\""));
  set("GIT_STRATEGY", "fetch");
  set("GIT_SUBMODULE_STRATEGY", "all");
  EXPECT_THAT(get_sources_script(context()).error().message,
              HasSubstr("unknown GIT_SUBMODULE_STRATEGY \"all\""));
  set("GIT_SUBMODULE_STRATEGY", "normal");
  set("GIT_SUBMODULE_DEPTH", "-1");
  EXPECT_THAT(get_sources_script(context()).error().message, HasSubstr("GIT_SUBMODULE_DEPTH \"-1\""));
}

// A `git` that writes down its arguments, asks the credential helper that a
// fetch was given, and does the rest for real.
TEST_P(Sources, CredentialsReachGitButNoArgumentNoConfigAndNoLog) {
  job.git_info.repo_url = "https://gitlab-ci-token:s3cr%23t%2Ftoken@git.example:8443/group/project.git";
  write_file(folder / "bin/git",
             "#!/bin/sh\n"
             "printf '%s\\n' \"$*\" >>'" +
                 (folder / "arguments").string() +
                 "'\n"
                 "case \" $* \" in *' fetch '*) i=0\n"
                 "while [ \"$1\" = -c ]; do eval \"export GIT_CONFIG_KEY_$i='${2%%=*}'\"; eval "
                 "\"GIT_CONFIG_VALUE_$i=\\${2#*=}\"; export GIT_CONFIG_VALUE_$i; i=$((i+1)); shift 2; done\n"
                 "export GIT_CONFIG_COUNT=$i\n"
                 "printf 'protocol=https\\nhost=git.example:8443\\n\\n' | /usr/bin/git credential fill >'" +
                 (folder / "answer").string() +
                 "'\n"
                 "printf 'protocol=https\\nhost=other.example\\n\\n' | /usr/bin/git credential fill >'" +
                 (folder / "other").string() +
                 "' 2>&1\n"
                 "exit 0;; esac\n"
                 "case \" $* \" in *' checkout '* | *' clean '*) exit 0;; *' lfs '*) exit 1;; esac\n"
                 "exec /usr/bin/git \"$@\"\n");
  std::filesystem::permissions(folder / "bin/git", std::filesystem::perms::all);
  set("PATH", (folder / "bin").string() + ":" + std::getenv("PATH"));
  ShellResult result = get();
  ASSERT_EQ(result.code, 0) << result.output;
  EXPECT_THAT(read_file(folder / "answer"), HasSubstr("username=gitlab-ci-token\npassword=s3cr#t/token\n"));
  EXPECT_THAT(read_file(folder / "other"), Not(HasSubstr("s3cr")));
  EXPECT_THAT(read_file(folder / "arguments"), HasSubstr("https://git.example:8443/group/project.git"));
  EXPECT_THAT(read_file(folder / "arguments"), Not(HasSubstr("s3cr")));
  EXPECT_THAT(read_file(project / ".git/config"), Not(HasSubstr("s3cr")));
  EXPECT_THAT(result.output, Not(HasSubstr("s3cr")));
}

}  // namespace
}  // namespace fairlead::runner
