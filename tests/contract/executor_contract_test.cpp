// SPDX-License-Identifier: Apache-2.0
// What every executor promises (executors/executor.hpp), asked of each.
#include <csignal>

#include "base/clock.hpp"
#include "tests/contract/executor_fixture.hpp"
#include "tests/support/processes.hpp"

namespace fairlead::contract {
namespace {

using namespace std::chrono_literals;
using executors::Cancelled;
using executors::Exited;
using executors::Signaled;
using executors::StageExit;
using executors::TimedOut;

struct SubjectParam {
  const char* name;
  SubjectFactory make;
};

class ExecutorContract : public ExecutorFixture, public ::testing::WithParamInterface<SubjectParam> {
 protected:
  ExecutorContract() : ExecutorFixture(GetParam().make()) {}
};

TEST_P(ExecutorContract, RunsStagesInTurnAndGivesTheirExitCodes) {
  make_prepared();
  for (const int code : {0, 1, 3, 255, 0}) {
    const StageExit exit = run_ok(subject_->exits(code));
    ASSERT_TRUE(std::holds_alternative<Exited>(exit));
    EXPECT_EQ(std::get<Exited>(exit).code, code);
  }
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, ADeathBySignalIsAnOutcomeOfItsOwn) {
  make_prepared();
  for (const int signal : {SIGKILL, SIGSEGV}) {
    const StageExit exit = run_ok(subject_->dies_by(signal));
    ASSERT_TRUE(std::holds_alternative<Signaled>(exit));
    EXPECT_EQ(std::get<Signaled>(exit).signal, signal);
  }
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AllOfALargeOutputArrivesInOrderAndContiguous) {
  make_prepared();
  const StageExit exit = run_ok(subject_->counts());
  EXPECT_TRUE(std::holds_alternative<Exited>(exit));
  EXPECT_TRUE(sink_.contiguous);
  EXPECT_EQ(sink_.text.size(), counted_text().size());
  EXPECT_TRUE(sink_.text == counted_text());
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, OffsetsStartAtZeroInEachStage) {
  make_prepared();
  for (int i = 0; i < 2; ++i) {
    sink_ = {};
    CancelSource source;
    run_and(subject_->hangs(), {.cancel = source.token()}, [&] { source.cancel(CancelLevel::hard); });
    EXPECT_EQ(sink_.text, "up\n");
    EXPECT_TRUE(sink_.contiguous);
  }
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, FramesCarryTheTimeTheyWereReadAt) {
  make_prepared();
  const WallTime before = system_clock().wall_now();
  CancelSource source;
  run_and(subject_->hangs(), {.cancel = source.token()}, [&] { source.cancel(CancelLevel::hard); });
  ASSERT_FALSE(sink_.times.empty());
  EXPECT_GE(sink_.times.front(), before);
  EXPECT_LE(sink_.times.front(), system_clock().wall_now());
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, ASlowSinkLosesNothing) {
  make_prepared();
  sink_.before = [this]() -> Task<void> {
    if (sink_.deliveries % 50 == 1) co_await system_clock().sleep_for(1ms);
  };
  EXPECT_TRUE(std::holds_alternative<Exited>(run_ok(subject_->counts())));
  EXPECT_TRUE(sink_.contiguous);
  EXPECT_TRUE(sink_.text == counted_text());
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AFailingSinkDoesNotEndTheStage) {
  make_prepared();
  sink_.failure = make_error(ErrorCode::system, "No space left on device");
  EXPECT_TRUE(std::holds_alternative<Exited>(run_ok(subject_->counts())));
  EXPECT_GT(sink_.deliveries, 0U);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, APoliteCancelEndsTheStage) {
  make_prepared();
  CancelSource source;
  const StageExit exit =
      run_and(subject_->hangs(), {.cancel = source.token(), .graceful_kill = 1h}, [&] { source.cancel(); });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, APoliteCancelBecomesHardAfterTheGrace) {
  make_prepared();
  CancelSource source;
  const auto begin = std::chrono::steady_clock::now();
  const StageExit exit =
      run_and(subject_->hangs_stubbornly(), {.cancel = source.token(), .graceful_kill = 200ms},
              [&] { source.cancel(); });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AHardCancelDoesNotWaitForTheGrace) {
  make_prepared();
  CancelSource source;
  const StageExit exit =
      run_and(subject_->hangs_stubbornly(), {.cancel = source.token(), .graceful_kill = 1h},
              [&] { source.cancel(CancelLevel::hard); });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AHardCancelOverridesAPoliteOneUnderWay) {
  make_prepared();
  CancelSource source;
  const StageExit exit =
      run_and(subject_->hangs_stubbornly(), {.cancel = source.token(), .graceful_kill = 1h}, [&] {
        source.cancel();
        testing::settle(context_);
        source.cancel(CancelLevel::hard);
      });
  EXPECT_TRUE(std::holds_alternative<Cancelled>(exit));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, ATokenThatIsAlreadyCancelledStartsNothing) {
  make_prepared();
  CancelSource source;
  source.cancel();
  EXPECT_TRUE(std::holds_alternative<Cancelled>(run_ok(subject_->hangs(), {.cancel = source.token()})));
  EXPECT_EQ(sink_.text, "");
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, TheDeadlineEndsTheStageAsTimedOut) {
  make_prepared();
  const StageExit exit =
      run_ok(subject_->hangs(), {.deadline = system_clock().steady_now() + 100ms, .graceful_kill = 1h});
  EXPECT_TRUE(std::holds_alternative<TimedOut>(exit));
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, ADeadlineThatHasPassedStartsNothing) {
  make_prepared();
  EXPECT_TRUE(std::holds_alternative<TimedOut>(
      run_ok(subject_->hangs(), {.deadline = system_clock().steady_now() - 1ms})));
  EXPECT_EQ(sink_.text, "");
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AStageRunsAfterACancelledOne) {
  make_prepared();
  CancelSource source;
  run_and(subject_->hangs(), {.cancel = source.token()}, [&] { source.cancel(); });
  const StageExit exit = run_ok(subject_->exits(3));
  ASSERT_TRUE(std::holds_alternative<Exited>(exit));
  EXPECT_EQ(std::get<Exited>(exit).code, 3);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, AFailedPrepareIsAnErrorAndCleanupIsStillSafe) {
  make(subject_->broken_provider());
  const auto prepared = prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_FALSE(prepared.error().message.empty());
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, CleanupIsSafeWithoutPrepareAndTwice) {
  make();
  EXPECT_TRUE(cleanup().ok());
  make_prepared();
  EXPECT_TRUE(cleanup().ok());
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, RunWithoutPrepareAndAfterCleanupIsOurError) {
  make();
  const auto early = run(subject_->exits(0));
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().code, ErrorCode::internal);
  ASSERT_TRUE(prepare().ok());
  ASSERT_TRUE(cleanup().ok());
  EXPECT_FALSE(run(subject_->exits(0)).ok());
}

TEST_P(ExecutorContract, ACancelledPrepareIsAnErrorOfThatKind) {
  make();
  CancelSource source;
  source.cancel();
  const auto prepared = await(executor_->prepare(request(), sink_, source.token()));
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(cleanup().ok());
}

TEST_P(ExecutorContract, DetachAndRecoverWorkExactlyWhenTheFeaturesSaySo) {
  make_prepared();
  const bool adoptable = provider_->features().adoptable;
  const auto entry = await(executor_->detach());
  EXPECT_EQ(entry.ok(), adoptable);
  if (!adoptable) {
    EXPECT_EQ(entry.error().code, ErrorCode::unsupported);
    const auto recovered = provider_->recover(context_.get_executor(), "{}");
    ASSERT_FALSE(recovered.ok());
    EXPECT_EQ(recovered.error().code, ErrorCode::unsupported);
    EXPECT_TRUE(cleanup().ok());
  }
}

TEST_P(ExecutorContract, TheProvidersNameIsAWord) {
  make();
  EXPECT_FALSE(provider_->name().empty());
  EXPECT_EQ(provider_->name().find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
}

TEST_P(ExecutorContract, AnExecutorDestroyedWithoutCleanupLeavesNothing) {
  make_prepared();
  run_ok(subject_->exits(0));
  executor_.reset();
  EXPECT_TRUE(testing::children().empty());
}

TEST_P(ExecutorContract, AHundredJobsLeaveNeitherDescriptorNorProcess) {
  std::size_t before = 0;
  for (int i = 0; i < 101; ++i) {
    if (i == 1) before = testing::open_descriptors();  // the first opened what Asio keeps
    make_prepared();
    run_ok(subject_->exits(i % 2));
    ASSERT_TRUE(cleanup().ok());
    executor_.reset();
    testing::settle(context_);
  }
  EXPECT_EQ(testing::open_descriptors(), before);
  EXPECT_TRUE(testing::children().empty());
}

INSTANTIATE_TEST_SUITE_P(All, ExecutorContract,
                         ::testing::Values(SubjectParam{"shell", shell_subject},
                                           SubjectParam{"dummy", dummy_subject}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace fairlead::contract
