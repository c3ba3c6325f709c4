// SPDX-License-Identifier: Apache-2.0
#include "base/subprocess.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <optional>
#include <thread>

#include "base/temp_dir.hpp"
#include "tests/support/async.hpp"
#include "tests/support/processes.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using testing::run_task;
using testing::settle;

ProcessSpec sh(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", script};
  spec.in = Stdio::pipe();
  spec.out = Stdio::pipe();
  spec.err = Stdio::pipe();
  return spec;
}

Task<std::string> read_all(Subprocess& process) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = co_await process.read_out(buffer);
    if (!got.ok() || *got == 0) co_return text;
    text.append(buffer.data(), *got);
  }
}

class SubprocessTest : public ::testing::Test {
 protected:
  Subprocess start(const std::string& script) {
    return std::move(Subprocess::start(context_.get_executor(), sh(script)).value());
  }
  // The first line of output: the child has come that far.
  std::string line(Subprocess& process) {
    std::string text;
    while (!text.ends_with('\n')) {
      char c = 0;
      const auto got = run_task(context_, process.read_out(std::span(&c, 1)));
      if (!got.ok() || *got == 0) break;
      text += c;
    }
    return text;
  }

  asio::io_context context_;
};

TEST_F(SubprocessTest, CarriesInputToOutput) {
  Subprocess process = start("cat; exit 7");
  ASSERT_TRUE(run_task(context_, process.write_in("hello")).ok());
  process.close_in();
  EXPECT_EQ(run_task(context_, read_all(process)), "hello");
  const auto status = run_task(context_, process.wait());
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->code, 7);
  EXPECT_EQ(run_task(context_, process.wait()).value().code, 7) << "the status is kept";
}

TEST_F(SubprocessTest, ReadingAfterTheEndGivesTheEndAgain) {
  Subprocess process = start("echo x");
  EXPECT_EQ(run_task(context_, read_all(process)), "x\n");
  EXPECT_EQ(run_task(context_, read_all(process)), "");
}

TEST_F(SubprocessTest, APoliteCancelSendsTermToTheGroup) {
  Subprocess process = start("trap 'echo bye; exit 5' TERM; echo up; sleep 1000 & wait");
  ASSERT_EQ(line(process), "up\n");
  CancelSource source;
  std::thread canceller([&] { source.cancel(); });
  const auto status = run_task(context_, process.wait(source.token(), 1h));
  canceller.join();
  EXPECT_EQ(status.value().code, 5);
}

TEST_F(SubprocessTest, KillFollowsAfterTheGraceWhenTermIsIgnored) {
  VirtualClock clock;
  Subprocess process = start("trap '' TERM; echo up; while :; do read x || sleep 1000; done");
  ASSERT_EQ(line(process), "up\n");
  CancelSource source;
  std::optional<Result<ExitStatus>> status;
  asio::co_spawn(context_, testing::store(process.wait(source.token(), 600s, clock), status),
                 [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  settle(context_);
  source.cancel();
  settle(context_);
  clock.advance(599s);
  settle(context_);
  EXPECT_FALSE(status);
  clock.advance(1s);
  context_.restart();
  while (!status) context_.run_one();
  EXPECT_EQ(status->value().signal, SIGKILL);
}

TEST_F(SubprocessTest, AHardCancelKillsTheGroupAtOnce) {
  Subprocess process = start("trap '' TERM; sleep 1000 & echo $!; wait");
  const pid_t grandchild = std::stoi(line(process));
  CancelSource source;
  source.cancel(CancelLevel::hard);
  const auto status = run_task(context_, process.wait(source.token()));
  EXPECT_EQ(status.value().signal, SIGKILL);
  EXPECT_TRUE(testing::wait_gone(grandchild));
}

TEST_F(SubprocessTest, AfterACancelTheRestOfTheGroupGoesToo) {
  Subprocess process = start("trap 'exit 0' TERM; (trap '' TERM; sleep 1000) & echo $!; wait");
  const pid_t stubborn = std::stoi(line(process));
  CancelSource source;
  source.cancel();
  ASSERT_TRUE(run_task(context_, process.wait(source.token())).ok());
  EXPECT_TRUE(testing::wait_gone(stubborn));
}

TEST_F(SubprocessTest, ACancelAfterTheEndChangesNothing) {
  Subprocess process = start("exit 0");
  CancelSource source;
  ASSERT_TRUE(run_task(context_, process.wait(source.token())).ok());
  source.cancel(CancelLevel::hard);
  settle(context_);
  EXPECT_TRUE(run_task(context_, process.wait()).value().success());
}

TEST_F(SubprocessTest, ADestroyedSubprocessIsKilledAndReaped) {
  pid_t pid = 0;
  {
    Subprocess process = start("echo up; sleep 1000");
    ASSERT_EQ(line(process), "up\n");
    pid = process.pid();
  }
  EXPECT_FALSE(testing::is_alive(pid));
  EXPECT_TRUE(testing::children().empty());
}

TEST_F(SubprocessTest, WritingToAChildThatIsGoneIsAnErrorNotADeath) {
  Subprocess process = start("exit 0");
  ASSERT_TRUE(run_task(context_, process.wait()).ok());
  EXPECT_FALSE(run_task(context_, process.write_in(std::string(1'000'000, 'x'))).ok());
}

TEST_F(SubprocessTest, AHundredLeaveNeitherDescriptorNorZombie) {
  {
    start("exit 0");
  }  // the first use opens what Asio keeps
  const std::size_t before = testing::open_descriptors();
  for (int i = 0; i < 100; ++i) {
    Subprocess process = start("echo x");
    EXPECT_EQ(run_task(context_, read_all(process)), "x\n");
    if (i % 2 == 0) {
      ASSERT_TRUE(run_task(context_, process.wait()).ok());
    }
  }
  EXPECT_EQ(testing::open_descriptors(), before);
  EXPECT_TRUE(testing::children().empty());
}

}  // namespace
}  // namespace fairlead
