// SPDX-License-Identifier: Apache-2.0
// The real binary, spoken to over its socket as a runner does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>

#include "agent/session/protocol.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "tests/support/processes.hpp"

namespace fairlead::agent {
namespace {

using ::testing::HasSubstr;

std::string agent_path() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "fairlead-agent").string();
}

class SupervisorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> fds{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    socket_.reset(fds[0]);
    ProcessSpec spec;
    spec.argv = {agent_path(), "supervise"};
    spec.in = Stdio::descriptor(UniqueFd(fds[1]));
    spec.err = Stdio::pipe();
    auto launched = launch(std::move(spec));
    ASSERT_TRUE(launched.ok()) << launched.error().to_string();
    process_ = std::move(launched.value());
  }
  void TearDown() override {
    socket_.reset();
    if (!reaped_) exit_status();
  }

  ExitStatus exit_status() {
    reaped_ = true;
    return reap(process_.pid);
  }
  void send(const Message& message) {
    std::string bytes;
    encode(message, bytes);
    send_raw(bytes);
  }
  void send_raw(const std::string& bytes) {
    ASSERT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void start(const std::string& script, bool separate_streams = false) {
    send(StartStage{.program = "/bin/sh", .argv = {"sh"}, .cwd = "/", .separate_streams = separate_streams});
    send(ScriptPart{.bytes = script});
    send(RunStage{});
  }
  // Reads until a message of type T has come; collects output on the way.
  template <class T>
  std::optional<T> await() {
    for (;;) {
      std::string_view rest = incoming_;
      auto message = decode(rest);
      if (message.ok() && message->has_value()) {
        std::optional<T> found;
        if (auto* output = std::get_if<Output>(&**message)) {
          text_ += output->bytes;
          send(Acknowledge{.offset = output->offset + output->bytes.size()});
        }
        if (auto* wanted = std::get_if<T>(&**message)) found = *wanted;
        incoming_.erase(0, incoming_.size() - rest.size());
        if (found) return found;
        continue;
      }
      std::array<char, 65536> buffer{};
      pollfd readable{socket_.get(), POLLIN, 0};
      if (::poll(&readable, 1, 20'000) <= 0) return std::nullopt;
      const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return std::nullopt;
      incoming_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  std::string errors() {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(process_.err.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  TempDir dir_ = TempDir::create().value();
  UniqueFd socket_;
  Launched process_;
  std::string incoming_;
  std::string text_;
  bool reaped_ = false;
};

TEST_F(SupervisorTest, SaysHelloWithItsVersionBeforeAllElse) {
  start("echo x");
  const auto hello = await<Hello>();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->version, kProtocolVersion);
  EXPECT_EQ(text_, "");
}

TEST_F(SupervisorTest, RunsAStageAndReportsItsEnd) {
  start("echo hi; exit 6");
  const auto ended = await<StageEnded>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 6U);
  EXPECT_EQ(ended->size, 3U);
  EXPECT_FALSE(ended->stopped);
  EXPECT_EQ(text_, "hi\n");
}

TEST_F(SupervisorTest, FinishKillsAllAndExitsWithZero) {
  const auto file = dir_.path() / "pid";
  start("setsid sleep 1000 >/dev/null 2>&1 & echo $! > " + file.string());
  ASSERT_TRUE(await<StageEnded>());
  send(Finish{});
  const auto finished = await<Finished>();
  ASSERT_TRUE(finished);
  EXPECT_TRUE(finished->survivors.empty());
  EXPECT_FALSE(testing::is_alive(std::stoi(testing::wait_line(file))));
  EXPECT_TRUE(exit_status().success());
}

TEST_F(SupervisorTest, WhenTheRunnerDiesEverythingIsKilled) {
  const auto file = dir_.path() / "pid";
  start("trap '' TERM HUP; setsid sleep 1000 & echo $! > " + file.string() + "; sleep 1000");
  const pid_t pid = std::stoi("0" + testing::wait_line(file));
  ASSERT_GT(pid, 0);
  socket_.reset();
  EXPECT_TRUE(testing::wait_gone(pid));
  EXPECT_TRUE(exit_status().success());
}

TEST_F(SupervisorTest, ATermToTheSupervisorEndsTheJobToo) {
  const auto file = dir_.path() / "pid";
  start("setsid sleep 1000 & echo $! > " + file.string() + "; wait");
  const pid_t pid = std::stoi("0" + testing::wait_line(file));
  ASSERT_GT(pid, 0);
  ::kill(process_.pid, SIGTERM);
  EXPECT_TRUE(testing::wait_gone(pid));
  EXPECT_TRUE(exit_status().success());
}

TEST_F(SupervisorTest, TheShellDiesWithAKilledSupervisor) {
  const auto file = dir_.path() / "pid";
  start("echo $$ > " + file.string() + "; while :; do sleep 0.1; done");
  const pid_t shell = std::stoi("0" + testing::wait_line(file));
  ASSERT_GT(shell, 0);
  ::kill(process_.pid, SIGKILL);
  EXPECT_TRUE(testing::wait_gone(shell));
}

TEST_F(SupervisorTest, AShellThatCannotStartIsReportedAndTheNextStageRuns) {
  send(StartStage{.program = "/no/such/shell", .argv = {"x"}});
  send(RunStage{});
  const auto failed = await<StageFailed>();
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->message, HasSubstr("/no/such/shell"));
  start("echo next");
  ASSERT_TRUE(await<StageEnded>());
  EXPECT_EQ(text_, "next\n");
}

TEST_F(SupervisorTest, AStoppedProcessActsOnAPoliteStop) {
  const auto file = dir_.path() / "pid";
  start("sh -c 'echo $$ > " + file.string() + "; kill -STOP $$'; kill -STOP $$; sleep 1000");
  const pid_t pid = std::stoi("0" + testing::wait_line(file));
  ASSERT_GT(pid, 0);
  send(StopStage{.grace_ms = 600'000});
  ASSERT_TRUE(await<StageEnded>()) << "TERM waits for CONT";
  EXPECT_TRUE(testing::wait_gone(pid));
}

TEST_F(SupervisorTest, AStopWithoutAStageIsIgnored) {
  send(StopStage{.grace_ms = 0});
  start("echo alive");
  const auto ended = await<StageEnded>();
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->stopped);
}

TEST_F(SupervisorTest, AMalformedFrameEndsTheSessionAndTheJob) {
  const auto file = dir_.path() / "pid";
  start("echo $$ > " + file.string() + "; sleep 1000");
  const pid_t shell = std::stoi("0" + testing::wait_line(file));
  ASSERT_GT(shell, 0);
  send_raw("\xff\xff\xff\xff\xff");
  EXPECT_TRUE(testing::wait_gone(shell));
  EXPECT_EQ(exit_status().code, 1);
  EXPECT_THAT(errors(), HasSubstr("broken session"));
}

TEST_F(SupervisorTest, ASecondStageAtOnceBreaksTheSession) {
  start("sleep 1000");
  start("echo second");
  EXPECT_EQ(exit_status().code, 1);
}

TEST_F(SupervisorTest, AMessageThatOnlySupervisorsSendBreaksTheSession) {
  send(Hello{});
  EXPECT_EQ(exit_status().code, 1);
}

TEST(AgentProgram, TellsItsVersion) {
  ProcessSpec spec;
  spec.argv = {agent_path(), "--version"};
  const auto result = run_command(std::move(spec));
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->out, ::testing::MatchesRegex("fairlead-agent [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(AgentProgram, WrongUsageIsExitCodeTwo) {
  for (const auto& arguments : {std::vector<std::string>{}, {"dance"}, {"supervise"}}) {
    ProcessSpec spec;
    spec.argv = {agent_path()};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    const auto result = run_command(std::move(spec));
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->status.code, 2);
    EXPECT_FALSE(result->err.empty());
  }
}

}  // namespace
}  // namespace fairlead::agent
