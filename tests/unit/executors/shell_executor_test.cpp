// SPDX-License-Identifier: Apache-2.0
// What is the shell executor's own, beyond the contract of all executors.
#include "executors/shell/shell_executor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "tests/support/async.hpp"
#include "tests/support/processes.hpp"
#include "tests/support/recording_sink.hpp"

namespace fairlead::executors {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::run_task;

// Sets an environment variable for one test.
class ScopedEnv {
 public:
  ScopedEnv(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedEnv() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

class ShellExecutorTest : public ::testing::Test {
 protected:
  void make(ShellOptions options = {}) {
    provider_ = make_shell_provider(std::move(options));
    executor_ = std::move(provider_->create(context_.get_executor()).value());
  }
  PrepareRequest request() const {
    return {.builds_dir = dir_.path() / "builds",
            .project_dir = dir_.path() / "builds/group/project",
            .temp_dir = dir_.path() / "builds/group/project.tmp"};
  }
  Result<void> prepare() { return run_task(context_, executor_->prepare(request(), sink_, {})); }
  Result<StageExit> run(StageScript script, RunLimits limits = {}) {
    return run_task(context_, executor_->run(script, sink_, std::move(limits)));
  }
  Result<void> cleanup() { return run_task(context_, executor_->cleanup({})); }
  std::string output_of(StageScript script) {
    make();
    EXPECT_TRUE(prepare().ok());
    EXPECT_TRUE(run(std::move(script)).ok());
    EXPECT_TRUE(cleanup().ok());
    return sink_.text;
  }

  TempDir dir_ = TempDir::create().value();
  asio::io_context context_;
  testing::RecordingSink sink_;
  std::unique_ptr<ExecutorProvider> provider_;
  std::unique_ptr<Executor> executor_;
};

TEST_F(ShellExecutorTest, SaysWhatItCanDo) {
  make();
  const ExecutorFeatures features = provider_->features();
  EXPECT_EQ(provider_->name(), "shell");
  EXPECT_TRUE(features.variables && features.shared && features.local_files);
  EXPECT_FALSE(features.image || features.services || features.adoptable);
}

TEST_F(ShellExecutorTest, PrepareMakesTheFoldersAndKeepsSecretsPrivate) {
  make();
  ASSERT_TRUE(prepare().ok());
  const auto mode = [](const fs::path& path) {
    struct stat status{};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777;
  };
  EXPECT_EQ(mode(request().project_dir), 0755U);
  EXPECT_EQ(mode(request().temp_dir), 0700U);
  EXPECT_TRUE(cleanup().ok());
  EXPECT_TRUE(fs::exists(request().project_dir)) << "directories outlive the job";
}

TEST_F(ShellExecutorTest, AnExistingTempFolderIsMadePrivate) {
  fs::create_directories(request().temp_dir);
  ::chmod(request().temp_dir.c_str(), 0777);
  make();
  ASSERT_TRUE(prepare().ok());
  EXPECT_EQ(fs::status(request().temp_dir).permissions(), fs::perms::owner_all);
}

TEST_F(ShellExecutorTest, AFolderThatCannotBeMadeIsNamed) {
  fs::create_directories(dir_.path() / "builds");
  ASSERT_TRUE(write_file_atomic(dir_.path() / "builds/group", "a file").ok());
  make();
  const auto prepared = prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_THAT(prepared.error().message, HasSubstr("builds/group"));
}

TEST_F(ShellExecutorTest, AMissingAgentIsNamedWithTheRemedy) {
  const ScopedEnv env("FAIRLEAD_AGENT", "/no/such/agent");
  make();
  const auto prepared = prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code, ErrorCode::not_found);
  EXPECT_THAT(prepared.error().message, AllOf(HasSubstr("/no/such/agent"), HasSubstr("FAIRLEAD_AGENT")));
}

TEST_F(ShellExecutorTest, AnAgentThatIsNoAgentIsAnError) {
  make({.agent = "/bin/true"});
  ASSERT_TRUE(prepare().ok());
  const auto result = run({.name = "step_script", .text = "echo x\n"});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("fairlead-agent"));
  EXPECT_FALSE(cleanup().ok());
  EXPECT_TRUE(testing::children().empty());
}

TEST_F(ShellExecutorTest, MissingBashIsSaidAndShIsNotTakenInItsPlace) {
  fs::create_directory(dir_.path() / "bin");
  fs::create_symlink("/bin/sh", dir_.path() / "bin/sh");
  make();
  ASSERT_TRUE(prepare().ok());
  const ScopedEnv env("PATH", (dir_.path() / "bin").string());
  const auto with_bash = run({.name = "step_script", .text = "echo x\n"});
  ASSERT_FALSE(with_bash.ok());
  EXPECT_THAT(with_bash.error().message, AllOf(HasSubstr("bash was not found"), HasSubstr("\"sh\"")));
  const auto with_sh = run({.name = "step_script", .shell = ShellKind::sh, .text = "echo from sh\n"});
  ASSERT_TRUE(with_sh.ok()) << with_sh.error().to_string();
  EXPECT_EQ(sink_.text, "from sh\n");
  EXPECT_TRUE(cleanup().ok());
}

TEST_F(ShellExecutorTest, TheShellIsTheOneAskedFor) {
  EXPECT_EQ(
      output_of({.name = "s", .text = "echo ${BASH_VERSION:+bash} $0; shopt -q login_shell && echo login\n"}),
      "bash bash\n");
}

TEST_F(ShellExecutorTest, ALoginShellIsALoginShell) {
  EXPECT_THAT(output_of({.name = "s", .login = true, .text = "shopt -q login_shell && echo login\n"}),
              HasSubstr("login\n"));
}

TEST_F(ShellExecutorTest, AScriptOfMegabytesRunsWhole) {
  std::string text = "n=0\n";
  for (int i = 0; i < 150'000; ++i) text += "n=$((n + 1)) # comment\n";
  text += "echo $n\n";
  ASSERT_GT(text.size(), 3'000'000U);
  EXPECT_EQ(output_of({.name = "s", .text = text}), "150000\n");
}

TEST_F(ShellExecutorTest, AScriptBeyondTheLimitIsAnErrorAndTheNextStageRuns) {
  make();
  ASSERT_TRUE(prepare().ok());
  const auto result = run({.name = "s", .text = std::string((std::size_t{64} << 20) + 1, '#')});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
  EXPECT_TRUE(run({.name = "s", .text = "echo next\n"}).ok());
  EXPECT_EQ(sink_.text, "next\n");
  EXPECT_TRUE(cleanup().ok());
}

TEST_F(ShellExecutorTest, AnEmptyScriptSucceedsWithoutAProcess) {
  make();
  ASSERT_TRUE(prepare().ok());
  const auto result = run({.name = "s", .text = ""});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(std::holds_alternative<Exited>(*result));
  EXPECT_TRUE(cleanup().ok());
}

TEST_F(ShellExecutorTest, StdoutAndStderrKeepTheirOrder) {
  std::string text;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    text += "echo o" + std::to_string(i) + "\necho e" + std::to_string(i) + " >&2\n";
    expected += "o" + std::to_string(i) + "\ne" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(output_of({.name = "s", .text = text}), expected);
}

TEST_F(ShellExecutorTest, SeparateStreamsTellStderrFromStdout) {
  make({.separate_streams = true});
  ASSERT_TRUE(prepare().ok());
  ASSERT_TRUE(run({.name = "s", .text = "echo out\necho err >&2\n"}).ok());
  EXPECT_EQ(sink_.out, "out\n");
  EXPECT_EQ(sink_.err, "err\n");
  EXPECT_TRUE(sink_.contiguous);
  EXPECT_TRUE(cleanup().ok());
}

TEST_F(ShellExecutorTest, OutputIsOpenAsAFileOfItsName) {
  EXPECT_EQ(output_of({.name = "s", .text = "echo a > /dev/stdout; echo b > /dev/stderr\n"}), "a\nb\n");
}

TEST_F(ShellExecutorTest, TheScriptGetsOurEnvironmentAndNoDescriptorButThree) {
  const ScopedEnv env("SHELL_EXECUTOR_TEST", "seen");
  EXPECT_EQ(output_of({.name = "s",
                       .text = "echo $SHELL_EXECUTOR_TEST; ls /proc/$$/fd < /dev/null | head -3 | xargs; "
                               "test -e /proc/self/fd/4 && echo leak; true\n"}),
            "seen\n0 1 2\n");
}

// Not a test of right or wrong, but of cost: run by hand.
//   executors_test --gtest_also_run_disabled_tests --gtest_filter='*CostOf*'
TEST_F(ShellExecutorTest, DISABLED_CostOfAHundredJobs) {
  const auto measure = [](const std::function<void()>& once) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) once();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  const fs::path bash = find_program("bash").value();
  const auto bare = [&] {
    const pid_t pid = ::vfork();
    if (pid == 0) {
      ::execl(bash.c_str(), "bash", "-c", ":", nullptr);
      ::_exit(127);
    }
    ::waitpid(pid, nullptr, 0);
  };
  const auto job = [&] {
    make();
    ASSERT_TRUE(prepare().ok());
    ASSERT_TRUE(run({.name = "s", .text = ":\n"}).ok());
    ASSERT_TRUE(cleanup().ok());
  };
  for (int round = 0; round < 5; ++round) {
    const double bare_ms = measure(bare);
    const double jobs_ms = measure(job);
    std::cout << "100 bare bash -c: " << bare_ms << " ms, 100 jobs: " << jobs_ms << " ms, ratio "
              << jobs_ms / bare_ms << '\n';
  }
}

}  // namespace
}  // namespace fairlead::executors
