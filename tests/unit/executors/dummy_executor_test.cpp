// SPDX-License-Identifier: Apache-2.0
#include "executors/dummy/dummy_executor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/async.hpp"
#include "tests/support/recording_sink.hpp"

namespace fairlead::executors {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::run_task;
using testing::settle;

class DummyExecutorTest : public ::testing::Test {
 protected:
  void make(DummyPlan plan = {}) {
    provider_ = make_dummy_provider({.plan = std::move(plan), .clock = &clock_, .record = record_});
    next_job();
  }
  void next_job() { executor_ = std::move(provider_->create(context_.get_executor()).value()); }
  Result<void> prepare(model::Variables variables = {}) {
    return run_task(context_, executor_->prepare({.variables = std::move(variables)}, sink_, {}));
  }
  Result<StageExit> run(const std::string& stage) {
    return run_task(context_, executor_->run({.name = stage, .text = "text of " + stage}, sink_, {}));
  }
  // Starts a stage and lets it come to rest.
  void start(const std::string& stage, RunLimits limits = {}) {
    script_ = {.name = stage};
    asio::co_spawn(context_, testing::store(executor_->run(script_, sink_, std::move(limits)), ended_),
                   [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    settle(context_);
  }
  void advance(Duration by) {
    clock_.advance(by);
    settle(context_);
  }

  VirtualClock clock_;
  asio::io_context context_;
  testing::RecordingSink sink_;
  std::shared_ptr<Sync<DummyRecord>> record_ = std::make_shared<Sync<DummyRecord>>();
  std::unique_ptr<ExecutorProvider> provider_;
  std::unique_ptr<Executor> executor_;
  StageScript script_;
  std::optional<Result<StageExit>> ended_;
};

TEST_F(DummyExecutorTest, AStageWithoutAPlanSucceedsSilently) {
  make();
  ASSERT_TRUE(prepare().ok());
  EXPECT_EQ(std::get<Exited>(run("get_sources").value()).code, 0);
  EXPECT_EQ(sink_.text, "");
}

TEST_F(DummyExecutorTest, RecordsCallsAndScripts) {
  make();
  ASSERT_TRUE(prepare().ok());
  ASSERT_TRUE(run("step_script").ok());
  ASSERT_TRUE(run_task(context_, executor_->cleanup({})).ok());
  EXPECT_THAT(record_->lock()->calls, ElementsAre("prepare", "run step_script", "cleanup"));
  EXPECT_EQ(record_->lock()->scripts.at(0).text, "text of step_script");
}

TEST_F(DummyExecutorTest, StepsOfAStageFollowEachOtherAcrossJobsAndTheLastStays) {
  make({.stages = {{"step_script", {{.exit = Exited{1}}, {.exit = OutOfMemory{2}}, {.exit = Exited{0}}}}}});
  ASSERT_TRUE(prepare().ok());
  EXPECT_EQ(std::get<Exited>(run("step_script").value()).code, 1);
  next_job();
  ASSERT_TRUE(prepare().ok());
  EXPECT_EQ(std::get<OutOfMemory>(run("step_script").value()).count, 2);
  EXPECT_EQ(std::get<Exited>(run("step_script").value()).code, 0);
  EXPECT_EQ(std::get<Exited>(run("step_script").value()).code, 0);
}

TEST_F(DummyExecutorTest, PrepareMayFailAFewTimes) {
  make({.prepare_failure = make_error(ErrorCode::unavailable, "no nodes"), .prepare_failures = 2});
  EXPECT_EQ(prepare().error().message, "no nodes");
  EXPECT_FALSE(prepare().ok());
  EXPECT_TRUE(prepare().ok());
}

TEST_F(DummyExecutorTest, SleepsOnTheClock) {
  make({.stages = {{"step_script", {{.sleep = 3600s, .exit = Exited{4}}}}}});
  ASSERT_TRUE(prepare().ok());
  start("step_script");
  advance(3599s);
  EXPECT_FALSE(ended_);
  advance(1s);
  ASSERT_TRUE(ended_);
  EXPECT_EQ(std::get<Exited>(ended_->value()).code, 4);
}

TEST_F(DummyExecutorTest, TheDeadlineIsOnTheClockToo) {
  make({.stages = {{"step_script", {{.hang = true}}}}});
  ASSERT_TRUE(prepare().ok());
  start("step_script", {.deadline = clock_.steady_now() + 2h});
  advance(2h);
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(std::holds_alternative<TimedOut>(ended_->value()));
}

TEST_F(DummyExecutorTest, AStubbornStageTakesTheWholeGraceOfAPoliteCancel) {
  make({.stages = {{"step_script", {{.hang = true, .ignores_term = true}}}}});
  ASSERT_TRUE(prepare().ok());
  CancelSource source;
  start("step_script", {.cancel = source.token(), .graceful_kill = 10min});
  source.cancel();
  settle(context_);
  advance(10min - 1s);
  EXPECT_FALSE(ended_);
  advance(1s);
  ASSERT_TRUE(ended_);
  EXPECT_TRUE(std::holds_alternative<Cancelled>(ended_->value()));
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(DummyExecutorTest, AJobsVariablesScriptItsOutcome) {
  make();
  ASSERT_TRUE(
      prepare({{.key = "DUMMY_OUTPUT", .value = "hello"}, {.key = "DUMMY_EXIT_CODE", .value = "7"}}).ok());
  EXPECT_EQ(std::get<Exited>(run("get_sources").value()).code, 0);
  EXPECT_EQ(std::get<Exited>(run("step_script").value()).code, 7);
  EXPECT_EQ(sink_.text, "hello");
}

TEST_F(DummyExecutorTest, VariablesCoverEveryKindOfEnd) {
  make();
  ASSERT_TRUE(prepare({{.key = "DUMMY_SIGNAL", .value = "11"}}).ok());
  EXPECT_EQ(std::get<Signaled>(run("step_script").value()).signal, 11);
  next_job();
  ASSERT_TRUE(prepare({{.key = "DUMMY_OOM", .value = "true"}}).ok());
  EXPECT_TRUE(std::holds_alternative<OutOfMemory>(run("step_script").value()));
  next_job();
  ASSERT_TRUE(prepare({{.key = "DUMMY_STAGE", .value = "after_script"},
                       {.key = "DUMMY_SYSTEM_FAILURE", .value = "node lost"}})
                  .ok());
  EXPECT_TRUE(run("step_script").ok());
  EXPECT_EQ(run("after_script").error().message, "node lost");
  next_job();
  EXPECT_EQ(prepare({{.key = "DUMMY_PREPARE_FAILURE", .value = "no image"}}).error().message, "no image");
}

TEST_F(DummyExecutorTest, AVariableThatIsNoNumberIsAnErrorThatNamesIt) {
  make();
  const auto prepared = prepare({{.key = "DUMMY_EXIT_CODE", .value = "many"}});
  ASSERT_FALSE(prepared.ok());
  EXPECT_THAT(prepared.error().message, HasSubstr("DUMMY_EXIT_CODE"));
}

TEST_F(DummyExecutorTest, OutputGoesToTheStreamAsked) {
  make({.stages = {{"step_script", {{.output = "oops", .stream = LogStream::err}}}}});
  ASSERT_TRUE(prepare().ok());
  ASSERT_TRUE(run("step_script").ok());
  EXPECT_EQ(sink_.err, "oops");
}

}  // namespace
}  // namespace fairlead::executors
