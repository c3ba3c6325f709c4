// SPDX-License-Identifier: Apache-2.0
// Whole jobs with the shell executor: real processes, real time, the project
// folder on disk. The coordinator is a fake that keeps the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "build_harness.hpp"
#include "executors/shell/shell_executor.hpp"
#include "tests/support/processes.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using namespace testing;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = BuildOutcome::State;

class RealShell : public BuildTest {
 protected:
  RealShell() {
    set("GIT_STRATEGY", "none");
    settings.login_shell = false;
    settings.graceful_kill = 10s;
    coordinator.interval = 10ms;
    settings.trace_interval = 10ms;
    project = folder / "builds/tok/0/group/project";
  }
  void script(std::vector<std::string> commands) { job.steps.at(0).script = std::move(commands); }
  void after(std::vector<std::string> commands) {
    job.steps.push_back({.name = "after_script", .script = std::move(commands)});
  }
  void begin() {
    BuildContext context{.coordinator = coordinator, .provider = *shell, .pool = pool};
    build = std::make_unique<Build>(job, settings, context);
    asio::co_spawn(io, build->run(cancel.token()),
                   [this](const std::exception_ptr& error, BuildOutcome result) {
                     EXPECT_FALSE(error);
                     outcome = std::move(result);
                   });
  }
  BuildOutcome end() {
    io.restart();
    auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!outcome && std::chrono::steady_clock::now() < deadline) io.run_one_for(1s);
    EXPECT_TRUE(outcome.has_value()) << coordinator.trace;
    return outcome.value_or(BuildOutcome{});
  }
  BuildOutcome run_job() {
    begin();
    return end();
  }
  // Handles events until `text` is in the log.
  void until_log_has(const std::string& text) {
    io.restart();
    auto deadline = std::chrono::steady_clock::now() + 30s;
    while (coordinator.trace.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline)
      io.run_one_for(1s);
    ASSERT_THAT(coordinator.trace, HasSubstr(text));
  }

  std::unique_ptr<executors::ExecutorProvider> shell = executors::make_shell_provider();
  std::filesystem::path project;
};

TEST_F(RealShell, AJobsLogIsWhatGitlabRunnerWouldShow) {
  script({"echo hello", "echo $CI_PROJECT_DIR"});
  after({"echo bye $CI_JOB_STATUS"});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_THAT(log(), HasSubstr("Executing \"step_script\" stage of the job script\n"
                               "$ echo hello\nhello\n$ echo $CI_PROJECT_DIR\n" +
                               project.string() +
                               "\n"
                               "Running after_script\n"
                               "Running after script...\n"
                               "$ echo bye $CI_JOB_STATUS\nbye success\n"
                               "Cleaning up project directory and file based variables\n"
                               "Job succeeded\n"));
  EXPECT_THAT(fairlead::testing::children(), IsEmpty());
}

TEST_F(RealShell, AFailureInTheMiddleStopsTheScriptAndAfterScriptKnowsIt) {
  script({"echo one", "(exit 7)", "echo three"});
  after({"echo status $CI_JOB_STATUS"});
  auto result = run_job();
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_THAT(log(), Not(HasSubstr("echo three")));
  EXPECT_THAT(log(), HasSubstr("status failed\n"));
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: exit status 7\n"));
}

TEST_F(RealShell, AfterScriptHasAShellOfItsOwn) {
  script({"local_value=1", "export EXPORTED=1", "cd /"});
  after({"echo \"[$local_value$EXPORTED]\"", "pwd"});
  run_job();
  EXPECT_THAT(log(), HasSubstr("\n[]\n$ pwd\n" + project.string() + "\n"));
}

TEST_F(RealShell, WhatTheScriptWritesToGitlabEnvAfterScriptSees) {
  script({"echo PASSED=on >>\"$GITLAB_ENV\""});
  after({"echo \"passed $PASSED\""});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_THAT(log(), HasSubstr("passed on\n"));
  EXPECT_FALSE(std::filesystem::exists(project.string() + ".tmp/gitlab_runner_env"));
}

TEST_F(RealShell, AFileVariableIsAFileWhileTheJobRunsAndGoneAfterwards) {
  job.variables.push_back({.key = "KEY", .value = "top\nsecret\n", .file = true});
  script({"cat \"$KEY\"", "stat -c %a \"$KEY\""});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_THAT(log(), HasSubstr("top\nsecret\n$ stat -c %a \"$KEY\"\n600\n"));
  EXPECT_FALSE(std::filesystem::exists(project.string() + ".tmp/KEY"));
}

TEST_F(RealShell, AFileVariableIsGoneAfterATimeoutToo) {
  job.variables.push_back({.key = "KEY", .value = "secret", .file = true});
  job.timeout = 1;
  script({"sleep 1000"});
  EXPECT_EQ(run_job().state, State::timed_out);
  EXPECT_FALSE(std::filesystem::exists(project.string() + ".tmp/KEY"));
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: execution took longer than 1s seconds\n"));
  EXPECT_THAT(fairlead::testing::children(), IsEmpty());
}

TEST_F(RealShell, AScriptTimeoutStillRunsAfterScript) {
  set("RUNNER_SCRIPT_TIMEOUT", "300ms");
  script({"sleep 1000"});
  after({"echo status $CI_JOB_STATUS"});
  EXPECT_EQ(run_job().state, State::timed_out);
  EXPECT_THAT(log(), HasSubstr("status timedout\n"));
}

TEST_F(RealShell, AUsersCancelEndsTheScriptAndRunsAfterScript) {
  script({"echo started", "sleep 1000"});
  after({"echo status $CI_JOB_STATUS"});
  begin();
  until_log_has("started\n");
  cancel.cancel();
  auto result = end();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_THAT(log(), HasSubstr("status canceled\n"));
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: canceled\n"));
  EXPECT_THAT(fairlead::testing::children(), IsEmpty());
}

TEST_F(RealShell, AHardCancelKillsWhatIgnoresTermAndRunsNothingMore) {
  script({"trap '' TERM; echo started; while :; do sleep 1000; done"});
  after({"echo never"});
  begin();
  until_log_has("started\n");
  cancel.cancel(CancelLevel::hard);
  EXPECT_EQ(end().state, State::canceled);
  EXPECT_THAT(log(), Not(HasSubstr("never\n")));
  EXPECT_THAT(fairlead::testing::children(), IsEmpty());
}

TEST_F(RealShell, WhatForksIntoTheBackgroundDoesNotOutliveTheJob) {
  script({"setsid sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 &",
          "while ! test -s pid; do sleep 0.01; done"});
  EXPECT_EQ(run_job().state, State::success);
  std::ifstream in(project / "pid");
  pid_t pid = 0;
  in >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_FALSE(fairlead::testing::is_alive(pid));
}

TEST_F(RealShell, AScriptThatClosesStdoutIsNoFailure) {
  script({"exec >&- 2>&-", "touch done"});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_TRUE(std::filesystem::exists(project / "done"));
}

TEST_F(RealShell, AJobKilledBySignalSaysSo) {
  script({"kill -9 $$"});
  auto result = run_job();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.exit_code, 137);
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: signal: killed\n"));
}

TEST_F(RealShell, PosixShellRunsTheSameJobs) {
  settings.shell = executors::ShellKind::sh;
  script({"echo it\\'s $((1 + 1))", "(exit 3)"});
  auto result = run_job();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(log(), HasSubstr("it's 2\n"));
}

TEST_F(RealShell, ALoginShellReadsTheProfile) {
  settings.login_shell = true;
  script({"shopt -q login_shell && echo login"});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_THAT(log(), HasSubstr("login\n"));
}

TEST_F(RealShell, AnEndlessLogIsCutAndTheJobGoesOn) {
  settings.output_limit_bytes = 64 * 1024;
  script({"head -c 3000000 /dev/zero | tr '\\0' x", "touch done"});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_TRUE(std::filesystem::exists(project / "done"));
  EXPECT_LT(coordinator.trace.size(), 70'000u);
  EXPECT_THAT(coordinator.trace, HasSubstr("Job's log exceeded limit of 65536 bytes."));
}

TEST_F(RealShell, TheEnvironmentFileOfAKilledJobDoesNotReachTheNext) {
  std::filesystem::create_directories(project.string() + ".tmp");
  std::ofstream(project.string() + ".tmp/gitlab_runner_env") << "STALE=1\n";
  script({"echo \"[$STALE]\""});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_THAT(log(), HasSubstr("\n[]\n"));
}

TEST_F(RealShell, ArtifactsOfTheScriptAreUploaded) {
  job.artifacts = {{.paths = {"out/"}}};
  script({"mkdir out", "echo x >out/file"});
  EXPECT_EQ(run_job().state, State::success);
  EXPECT_EQ(coordinator.uploaded.size(), 1u);
}

TEST_F(RealShell, ACacheOfOneJobIsThereInTheNext) {
  job.cache = {{.key = "k-$CI_JOB_TIMEOUT", .paths = {"kept/"}}};
  script({"mkdir kept", "echo from before >kept/file"});
  ASSERT_EQ(run_job().state, State::success);
  std::filesystem::remove_all(project);
  outcome.reset();
  coordinator.trace.clear();
  script({"cat kept/file"});
  EXPECT_EQ(run_job().state, State::success) << log();
  EXPECT_THAT(log(), HasSubstr("from before\n"));
}

TEST_F(RealShell, AnEmptyJobStartsNoShell) {
  std::string path = ::getenv("PATH");
  ::setenv("PATH", folder.c_str(), 1);  // no shell can be found
  script({});
  auto result = run_job();
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(result.state, State::success) << log();
}

}  // namespace
}  // namespace fairlead::runner
