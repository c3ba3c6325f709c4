// SPDX-License-Identifier: Apache-2.0
// What executors that run jobs as processes of this machine promise beyond the
// common contract: nothing that a job starts outlives it.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "base/clock.hpp"
#include "base/wake_up.hpp"
#include "tests/contract/executor_fixture.hpp"
#include "tests/support/processes.hpp"

namespace fairlead::contract {
namespace {

using namespace std::chrono_literals;
using executors::Cancelled;
using executors::Exited;
using executors::StageExit;
using executors::StageScript;
using executors::TimedOut;

class LocalProcesses : public ExecutorFixture, public ::testing::WithParamInterface<SubjectFactory> {
 protected:
  LocalProcesses() : ExecutorFixture(GetParam()()) {}

  static StageScript script(const std::string& text) { return {.name = "step_script", .text = text + "\n"}; }
  std::string file(const std::string& name) const { return (dir_.path() / name).string(); }
  pid_t pid_in(const std::string& name) const {
    return std::stoi("0" + testing::wait_line(dir_.path() / name));
  }
  StageExit run_text(const std::string& text, executors::RunLimits limits = {}) {
    return run_ok(script(text), std::move(limits));
  }
};

TEST_P(LocalProcesses, AScriptThatClosesItsOutputRunsToItsEnd) {
  make_prepared();
  const StageExit exit =
      run_text("echo before; exec >&- 2>&-; sleep 0.05; touch " + file("after") + "; exit 5");
  EXPECT_EQ(std::get<Exited>(exit).code, 5);
  EXPECT_EQ(sink_.text, "before\n");
  EXPECT_TRUE(std::filesystem::exists(file("after")));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, ABackgroundProcessThatHoldsTheOutputDoesNotHangTheStage) {
  make_prepared();
  const auto begin = std::chrono::steady_clock::now();
  const StageExit exit = run_text("sleep 1000 & echo $! > " + file("pid") + "; echo done; exit 4");
  EXPECT_EQ(std::get<Exited>(exit).code, 4);
  EXPECT_EQ(sink_.text, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_FALSE(testing::is_alive(pid_in("pid")));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, WhatABackgroundProcessWritesShortlyAfterTheShellIsKept) {
  make_prepared();
  run_text("(sleep 0.1; echo late) & echo early");
  EXPECT_EQ(sink_.text, "early\nlate\n");
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, ABackgroundProcessWithItsOwnLogLivesUntilTheJobEnds) {
  make_prepared();
  run_text("sleep 1000 > /dev/null 2>&1 < /dev/null & echo $! > " + file("pid"));
  const pid_t server = pid_in("pid");
  EXPECT_TRUE(testing::is_alive(server)) << "after_script may still want to talk to it";
  EXPECT_EQ(std::get<Exited>(run_text("kill -0 " + std::to_string(server))).code, 0);
  EXPECT_TRUE(cleanup().ok());
  EXPECT_FALSE(testing::is_alive(server));
}

TEST_P(LocalProcesses, SetsidAndDoubleForksDoNotLeadOutOfTheJob) {
  make_prepared();
  // One in a session of its own; one whose parents are all gone; one that
  // ignores every polite signal.
  run_text("setsid sleep 1000 > /dev/null 2>&1 & echo $! > " + file("setsid") +
           "; (setsid sh -c '(sleep 1000 > /dev/null 2>&1 & echo $! > " + file("double") +
           ") &' > /dev/null 2>&1)" + "; setsid sh -c 'trap \"\" TERM INT HUP QUIT; echo $$ > " +
           file("stubborn") + "; while :; do sleep 1000; done' > /dev/null 2>&1 & " +  //
           "while ! test -s " + file("stubborn") + " || ! test -s " + file("double") +
           "; do sleep 0.01; done");
  for (const char* name : {"setsid", "double", "stubborn"}) {
    EXPECT_TRUE(testing::is_alive(pid_in(name))) << name;
  }
  EXPECT_TRUE(cleanup().ok());
  for (const char* name : {"setsid", "double", "stubborn"}) {
    EXPECT_FALSE(testing::is_alive(pid_in(name))) << name;
  }
}

TEST_P(LocalProcesses, APoliteCancelReachesWhatHasLeftTheGroup) {
  make_prepared();
  CancelSource source;
  const StageExit exit =
      run_and(script("setsid sh -c 'trap \"echo got-term; exit\" TERM; echo $$ > " + file("pid") +
                     "; echo up; while :; do sleep 0.01; done' & trap 'wait; exit 1' TERM; wait"),
              {.cancel = source.token(), .graceful_kill = 1h}, [&] { source.cancel(); });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_THAT(sink_.text, ::testing::HasSubstr("got-term"));
  EXPECT_FALSE(testing::is_alive(pid_in("pid")));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, ACancelledStageLeavesNoProcess) {
  make_prepared();
  CancelSource source;
  const StageExit exit =
      run_and(script("(trap '' TERM; sleep 1000) & echo $! > " + file("a") +
                     "; setsid sleep 1000 & echo $! > " + file("b") + "; echo up; wait"),
              {.cancel = source.token(), .graceful_kill = 300ms}, [&] { source.cancel(); });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_FALSE(testing::is_alive(pid_in("a")));
  EXPECT_FALSE(testing::is_alive(pid_in("b")));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, ATimedOutStageLeavesNoProcess) {
  make_prepared();
  const StageExit exit =
      run_text("trap '' TERM; sleep 1000 & echo $! > " + file("pid") + "; wait; sleep 1000",
               {.deadline = system_clock().steady_now() + 300ms, .graceful_kill = 200ms});
  EXPECT_TRUE(std::holds_alternative<TimedOut>(exit));
  EXPECT_FALSE(testing::is_alive(pid_in("pid")));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, AForkingStormIsKilledAtTheEnd) {
  make_prepared();
  // Each process starts its successor and ends: a walk over the tree alone
  // always comes too late.
  run_text("cat > " + file("hop.sh") +
           " <<'END'\necho $$ > \"$1\"\nsh \"$0\" \"$1\" > /dev/null 2>&1 &\nEND\n" +
           "for i in 1 2 3; do sh " + file("hop.sh") + " " + file("hop") + " > /dev/null 2>&1 & done");
  ASSERT_FALSE(testing::wait_line(file("hop")).empty());
  EXPECT_TRUE(cleanup().ok());
  EXPECT_TRUE(testing::processes_with(file("hop.sh")).empty());
}

TEST_P(LocalProcesses, AJobIsHeldBackWhenItsLogIsNotTaken) {
  make_prepared();
  WakeUp release(context_.get_executor());
  sink_.before = [&]() -> Task<void> { co_await release.wait(); };
  std::optional<Result<StageExit>> result;
  const StageScript writer =
      script("for i in $(seq 30); do head -c 1000000 /dev/zero | tr '\\0' x; echo $i > " +
             file("progress.new") + "; mv " + file("progress.new") + " " + file("progress") + "; done");
  asio::co_spawn(context_, testing::store(executor_->run(writer, sink_, {}), result),
                 [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  bool held_back = false;
  std::thread watcher([&] {
    const auto at_least = [](int megabytes) {
      return [=](const std::string& line) { return std::stoi(line) >= megabytes; };
    };
    // It writes what the spool and the pipes take, and then waits.
    EXPECT_TRUE(testing::wait_line(dir_.path() / "progress", at_least(3)));
    held_back = !testing::wait_line(dir_.path() / "progress", at_least(10), 300ms);
    release.post();
  });
  context_.restart();
  while (!result && context_.run_one() > 0) {
  }
  watcher.join();
  EXPECT_TRUE(held_back);
  EXPECT_EQ(sink_.text.size(), 30'000'000U);
  EXPECT_TRUE(sink_.contiguous);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, ACancelIsHeardWhileTheLogIsNotTaken) {
  make_prepared();
  CancelSource source;
  WakeUp release(context_.get_executor());
  sink_.before = [&]() -> Task<void> { co_await release.wait(); };
  std::optional<Result<StageExit>> result;
  const StageScript writer = script("echo $$ > " + file("pid") + "; yes");
  asio::co_spawn(context_, testing::store(executor_->run(writer, sink_, {.cancel = source.token()}), result),
                 [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  bool gone = false;
  std::thread canceller([&] {
    const pid_t shell = pid_in("pid");
    source.cancel(CancelLevel::hard);
    gone = testing::wait_gone(shell);
    release.post();
  });
  context_.restart();
  while (!result && context_.run_one() > 0) {
  }
  canceller.join();
  EXPECT_TRUE(gone) << "the job must die although its log is stuck";
  EXPECT_TRUE(result->ok() && std::holds_alternative<Cancelled>(result->value()));
  EXPECT_TRUE(sink_.contiguous);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(LocalProcesses, AnExecutorDestroyedInTheMiddleOfAStageLeavesNothing) {
  {
    asio::io_context context;
    executor_ = std::move(subject_->provider()->create(context.get_executor()).value());
    ASSERT_TRUE(testing::run_task(context, executor_->prepare(request(), sink_, {})).ok());
    const StageScript sleeper = script("setsid sleep 1000 & echo $! > " + file("pid") + "; echo up; wait");
    std::optional<Result<StageExit>> result;
    asio::co_spawn(context, testing::store(executor_->run(sleeper, sink_, {}), result),
                   [](const std::exception_ptr&) {});
    context.restart();
    while (sink_.text.empty() && context.run_one() > 0) {
    }
    executor_.reset();
  }
  EXPECT_FALSE(testing::is_alive(pid_in("pid")));
  EXPECT_TRUE(testing::children().empty());
}

INSTANTIATE_TEST_SUITE_P(All, LocalProcesses, ::testing::Values(&shell_subject),
                         [](const auto&) { return std::string("shell"); });

}  // namespace
}  // namespace fairlead::contract
