// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "base/files.hpp"
#include "base/temp_dir.hpp"
#include "tests/support/processes.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

ProcessSpec sh(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", script};
  return spec;
}

TEST(RunCommand, GivesBothOutputsAndTheExitCode) {
  const auto result = run_command(sh("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
  EXPECT_EQ(result->status.code, 3);
  EXPECT_EQ(result->status.to_string(), "exit code 3");
}

TEST(RunCommand, FeedsAllOfALargeInput) {
  const std::string input(3'000'000, 'i');
  const auto result = run_command(sh("cat"), input);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->out, input);
}

TEST(RunCommand, AChildThatDoesNotReadItsInputIsNoError) {
  const auto result = run_command(sh("exit 0"), std::string(3'000'000, 'i'));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->status.success());
}

TEST(RunCommand, ReportsTheSignalThatEndedTheChild) {
  const auto result = run_command(sh("kill -KILL $$"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->status.signal, SIGKILL);
  EXPECT_EQ(result->status.to_string(), "signal 9 (Killed)");
}

TEST(RunCommand, ATimeoutKillsTheWholeGroup) {
  const auto dir = TempDir::create().value();
  const auto file = dir.path() / "pid";
  const auto result =
      run_command(sh("sleep 1000 & echo $! > " + file.string() + "; wait"), {}, {.timeout = 300ms});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::timed_out);
  EXPECT_THAT(result.error().message, AllOf(HasSubstr("sh"), HasSubstr("300 ms")));
  EXPECT_TRUE(testing::wait_gone(std::stoi(testing::wait_line(file))));
}

TEST(RunCommand, TooMuchOutputEndsTheChild) {
  const auto result = run_command(sh("cat /dev/zero"), {}, {.max_output = 100'000});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
}

TEST(RunCommand, ABackgroundProcessThatHoldsThePipeIsNotWaitedFor) {
  const auto dir = TempDir::create().value();
  const auto file = dir.path() / "pid";
  const auto result = run_command(sh("sleep 1000 & echo $! > " + file.string() + "; echo done"));
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(result->out, "done\n");
  ::kill(std::stoi(testing::wait_line(file)), SIGKILL);
}

TEST(Launch, AMissingProgramIsAnErrorThatNamesIt) {
  ProcessSpec spec;
  spec.argv = {"no-such-program-here"};
  const auto result = run_command(std::move(spec));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_THAT(result.error().message, HasSubstr("no-such-program-here"));
}

TEST(Launch, AMissingFolderIsAnErrorThatNamesIt) {
  auto spec = sh("true");
  spec.cwd = "/no/such/folder";
  const auto result = run_command(std::move(spec));
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("/no/such/folder"));
}

TEST(Launch, EnvironmentAndFolderAreTheOnesGiven) {
  auto spec = sh("echo $NAME; pwd; echo ${HOME-unset}");
  spec.env = {"NAME=value", "PATH=/usr/bin:/bin"};
  spec.cwd = "/usr";
  const auto result = run_command(std::move(spec));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->out, "value\n/usr\nunset\n");
}

TEST(Launch, TheChildGetsItsThreeDescriptorsAndNoOther) {
  const UniqueFd leaky(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC
  const auto result = run_command(sh("ls /proc/$$/fd"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->out, "0\n1\n2\n");
}

TEST(Launch, TheChildIsLeaderOfASessionOfItsOwn) {
  const auto result = run_command(sh("set -- $(cat /proc/$$/stat); echo $1 $5 $6"));
  ASSERT_TRUE(result.ok());
  int pid = 0;
  int group = 0;
  int session = 0;
  ASSERT_EQ(std::sscanf(result->out.c_str(), "%d %d %d", &pid, &group, &session), 3);
  EXPECT_EQ(pid, group);
  EXPECT_EQ(pid, session);
}

TEST(Launch, SignalsAreAtTheirDefaultsInTheChild) {
  const auto result = run_command(sh("kill -PIPE $$; echo survived"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->status.signal, SIGPIPE);
}

TEST(Launch, OutputMayGoToAFile) {
  const auto dir = TempDir::create().value();
  auto spec = sh("echo to file; echo err >&2");
  spec.out =
      Stdio::descriptor(UniqueFd(::open((dir.path() / "f").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)));
  spec.err = Stdio::null();
  auto child = launch(std::move(spec));
  ASSERT_TRUE(child.ok());
  EXPECT_TRUE(reap(child->pid).success());
  EXPECT_EQ(read_file(dir.path() / "f", 100).value(), "to file\n");
}

TEST(Launch, AHundredCommandsLeaveNeitherDescriptorNorZombie) {
  const std::size_t before = testing::open_descriptors();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(run_command(sh("echo x; exit 1"), "in").ok());
    ProcessSpec missing;
    missing.argv = {"/no/such/program"};
    ASSERT_FALSE(run_command(std::move(missing)).ok());
  }
  EXPECT_EQ(testing::open_descriptors(), before);
  EXPECT_TRUE(testing::children().empty());
}

}  // namespace
}  // namespace fairlead
