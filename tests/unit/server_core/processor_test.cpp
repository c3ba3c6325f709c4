// SPDX-License-Identifier: Apache-2.0
#include "server/core/processor.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "server/core/actions.hpp"
#include "server/core/auto_retry.hpp"
#include "server/core/resource_group.hpp"
#include "tests/unit/server_core/plans.hpp"

namespace fairlead::server {
namespace {

using model::FailureReason;
using model::When;

class Pipeline {
 public:
  explicit Pipeline(const std::vector<Sketch>& sketches) : state(state_of(sketches)), graph(state) { pass(); }

  void pass() {
    Moves moves;
    process(graph, state, moves);
  }
  JobState& job(const std::string& name) { return state.jobs[*graph.find(name)]; }
  Status status(const std::string& name) { return job(name).status; }
  bool happen(const std::string& name, JobEvent event, bool runner_cancels = true) {
    Moves moves;
    return step(graph, state, *graph.find(name), event, moves, runner_cancels);
  }
  void fail(const std::string& name) {
    Moves moves;
    step_fail(graph, state, *graph.find(name), FailureReason::script_failure, 1, {}, moves);
  }

  PipelineState state;
  PipelineGraph graph;
};

TEST(Processor, MovesAreToldInOrderWithTheirOldStates) {
  PipelineState state = state_of({{"a", "build"}, {"b", "test"}});
  const PipelineGraph graph(state);
  Moves moves;
  process(graph, state, moves);
  ASSERT_EQ(moves.jobs.size(), 1u);
  EXPECT_EQ(moves.jobs[0].job, 0u);
  EXPECT_EQ(moves.jobs[0].from, Status::created);
  EXPECT_EQ(moves.jobs[0].to, Status::pending);
  ASSERT_EQ(moves.stages.size(), 1u);
  EXPECT_EQ(*moves.pipeline, std::pair(Status::created, Status::pending));
  Moves none;
  process(graph, state, none);
  EXPECT_TRUE(none.jobs.empty() && none.stages.empty() && !none.pipeline)
      << "a second pass finds nothing to do";
}

TEST(Processor, ANeedWithinTheStageIsHonouredWhateverTheOrder) {
  Pipeline p({{"second", "test", When::on_success, false, {"first"}}, {"first", "test"}});
  EXPECT_EQ(p.status("first"), Status::pending);
  EXPECT_EQ(p.status("second"), Status::created);
  p.fail("first");
  EXPECT_EQ(p.status("second"), Status::skipped);
}

TEST(Processor, SkippedSpreadsThroughAChainInOnePass) {
  Pipeline p({{"c", "test", When::on_success, false, {"b"}},
              {"b", "test", When::on_success, false, {"a"}},
              {"a", "test"}});
  p.fail("a");
  EXPECT_EQ(p.status("b"), Status::skipped);
  EXPECT_EQ(p.status("c"), Status::skipped);
}

TEST(Processor, EmptyNeedsStartAtOnce) {
  Pipeline p({{"a", "build"}, {"b", "test", When::on_success, false, {}, true}});
  EXPECT_EQ(p.status("b"), Status::pending);
}

TEST(Processor, AlwaysIsSkippedWhenWhatCameBeforeWasCanceled) {
  Pipeline p({{"a", "build"}, {"b", "test", When::always}});
  p.happen("a", JobEvent::cancel, false);
  EXPECT_EQ(p.status("b"), Status::skipped);
}

TEST(Processor, APipelineThatRanIsRunningAndNotPendingWhenRetried) {
  Pipeline p({{"a"}});
  p.fail("a");
  EXPECT_EQ(p.state.status, Status::failed);
  Moves moves;
  EXPECT_TRUE(retry_job(p.graph, p.state, 0, 99, moves));
  EXPECT_EQ(p.state.status, Status::running);
  EXPECT_EQ(p.state.stages[0].status, Status::pending);
  EXPECT_EQ(p.job("a").id, 99);
  EXPECT_EQ(p.job("a").retries, 1);
}

TEST(Processor, CancelLeavesGatesAndReachesDelayedJobs) {
  auto sketches =
      std::vector<Sketch>{{"gate", "test", When::manual}, {"later", "test", When::delayed}, {"run"}};
  Pipeline p(sketches);
  p.job("later").status = Status::scheduled;
  Moves moves;
  cancel_all(p.graph, p.state, false, {}, moves);
  EXPECT_EQ(p.status("gate"), Status::manual);
  EXPECT_EQ(p.status("later"), Status::canceled);
  EXPECT_EQ(p.status("run"), Status::canceled);
}

TEST(Processor, WhateverACancelingJobSaysAtItsEndItIsCanceled) {
  for (const JobEvent end : {JobEvent::succeed, JobEvent::drop, JobEvent::force_cancel}) {
    Pipeline p({{"a"}});
    p.happen("a", JobEvent::run);
    p.happen("a", JobEvent::cancel);
    EXPECT_EQ(p.status("a"), Status::canceling);
    EXPECT_EQ(p.state.status, Status::canceling);
    EXPECT_TRUE(p.happen("a", end));
    EXPECT_EQ(p.status("a"), Status::canceled);
    EXPECT_EQ(p.state.status, Status::canceled);
  }
}

TEST(Processor, AJobTakesOnlyEventsOfItsState) {
  Pipeline p({{"a"}, {"gate", "test", When::manual, true}});
  EXPECT_FALSE(p.happen("a", JobEvent::enqueue));
  EXPECT_FALSE(p.happen("gate", JobEvent::run));
  EXPECT_FALSE(p.happen("gate", JobEvent::unschedule));
  EXPECT_TRUE(p.happen("a", JobEvent::succeed));
  for (const JobEvent late : {JobEvent::run, JobEvent::succeed, JobEvent::drop, JobEvent::cancel,
                              JobEvent::force_cancel, JobEvent::skip, JobEvent::reset, JobEvent::enqueue})
    EXPECT_FALSE(p.happen("a", late)) << static_cast<int>(late);
  EXPECT_EQ(p.status("a"), Status::success);
}

TEST(Processor, OnNewCommitFollowsThePolicy) {
  Pipeline p({{"a"}, {"b", "test", When::on_success, false, {}, false, "", true}});
  EXPECT_EQ(on_new_commit(p.state, "conservative"), OnNewCommit::cancel_all);
  EXPECT_EQ(on_new_commit(p.state, "none"), OnNewCommit::none);
  p.happen("b", JobEvent::run);
  EXPECT_EQ(on_new_commit(p.state, "conservative"), OnNewCommit::cancel_all)
      << "an interruptible job has started";
  p.happen("a", JobEvent::run);
  EXPECT_EQ(on_new_commit(p.state, "conservative"), OnNewCommit::none);
  EXPECT_EQ(on_new_commit(p.state, "interruptible"), OnNewCommit::cancel_interruptible);
  Moves moves;
  cancel_superseded(p.graph, p.state, OnNewCommit::cancel_interruptible, {}, moves);
  EXPECT_EQ(p.status("a"), Status::running);
  EXPECT_EQ(p.status("b"), Status::canceling);
}

TEST(Processor, AResourceGroupIsWaitedForBeforeTheQueue) {
  Pipeline p({{"a", "test", When::on_success, false, {}, false, "prod"}});
  EXPECT_EQ(p.status("a"), Status::waiting_for_resource);
  EXPECT_EQ(p.state.status, Status::waiting_for_resource);
  EXPECT_TRUE(p.happen("a", JobEvent::grant_resource));
  EXPECT_EQ(p.status("a"), Status::pending);
  EXPECT_FALSE(is_settled(p.state));
}

TEST(Processor, OnlyWhatAPersonCanMoveIsSettled) {
  Pipeline p({{"gate", "build", When::manual}, {"after"}});
  EXPECT_TRUE(is_settled(p.state));
  p.happen("gate", JobEvent::enqueue);
  EXPECT_FALSE(is_settled(p.state));
}

// Work per event must not grow with the square of the pipeline: 5,000 jobs,
// each needing five, two events each, would take minutes.
TEST(Processor, FiveThousandJobsTakeSecondsEvenUnderSanitizers) {
  constexpr std::size_t kJobs = 5000, kPerStage = 100;
  std::vector<Sketch> sketches;
  for (std::size_t i = 0; i < kJobs; ++i) {
    Sketch sketch{"job" + std::to_string(i), "stage" + std::to_string(i / kPerStage)};
    for (std::size_t k = 1; k <= 5 && i >= kPerStage; ++k)
      sketch.needs.push_back("job" + std::to_string(i - kPerStage - i % kPerStage + (i * k) % kPerStage));
    sketches.push_back(std::move(sketch));
  }
  const auto begin = std::chrono::steady_clock::now();
  Pipeline p(sketches);
  for (std::size_t i = 0; i < kJobs; ++i) {
    Moves moves;
    ASSERT_TRUE(step(p.graph, p.state, i, JobEvent::succeed, moves));
  }
  EXPECT_EQ(p.state.status, Status::success);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(AutoRetry, ReasonsThatCouldOnlyRepeatAreNeverRetried) {
  JobState job;
  job.retry_max = 2;
  job.failure_reason = FailureReason::missing_dependency_failure;
  EXPECT_FALSE(auto_retry_allowed(job));
  job.failure_reason = FailureReason::script_failure;
  EXPECT_TRUE(auto_retry_allowed(job));
}

TEST(AutoRetry, ExitCodesAloneRestrict) {
  JobState job;
  job.retry_max = 2;
  job.retry_exit_codes = {137};
  job.failure_reason = FailureReason::script_failure;
  job.exit_code = 1;
  EXPECT_FALSE(auto_retry_allowed(job));
  job.exit_code = 137;
  EXPECT_TRUE(auto_retry_allowed(job));
  job.retry_when = {"runner_system_failure"};
  job.exit_code = 1;
  EXPECT_FALSE(auto_retry_allowed(job));
  job.failure_reason = FailureReason::runner_system_failure;
  EXPECT_TRUE(auto_retry_allowed(job)) << "either of the two is enough";
}

TEST(AutoRetry, AnExplicitZeroAlsoStopsSchedulerFailures) {
  JobState job;
  job.failure_reason = FailureReason::scheduler_failure;
  EXPECT_TRUE(auto_retry_allowed(job));
  job.retry_max = 0;
  EXPECT_FALSE(auto_retry_allowed(job));
  job.retry_max = 0;
  job.retry_when = {"script_failure"};
  EXPECT_TRUE(auto_retry_allowed(job)) << "retry does not mean this reason, so the default holds";
}

TEST(ResourceGroup, ModesChoose) {
  const auto waiting = Status::waiting_for_resource;
  const std::vector<ResourceCandidate> ready{{1, 10, waiting}, {2, 20, waiting}, {3, 30, Status::created}};
  EXPECT_EQ(next_for_resource(ResourceMode::unordered, ready), 0u);
  EXPECT_EQ(next_for_resource(ResourceMode::oldest_first, ready), 0u);
  EXPECT_EQ(next_for_resource(ResourceMode::newest_ready_first, ready), 1u);
  EXPECT_EQ(next_for_resource(ResourceMode::newest_first, ready), std::nullopt)
      << "the newest keeps its turn";
  const std::vector<ResourceCandidate> early{{1, 10, Status::created}, {2, 20, waiting}};
  EXPECT_EQ(next_for_resource(ResourceMode::oldest_first, early), std::nullopt);
  EXPECT_EQ(next_for_resource(ResourceMode::unordered, early), 1u);
  const std::vector<ResourceCandidate> same{{1, 10, Status::created}, {2, 10, waiting}};
  EXPECT_EQ(next_for_resource(ResourceMode::oldest_first, same), 1u)
      << "no order within a pipeline, or it could lock";
  EXPECT_EQ(next_for_resource(ResourceMode::unordered, {{1, 10, Status::success}}), std::nullopt);
  for (const char* name : {"unordered", "oldest_first", "newest_first", "newest_ready_first"})
    EXPECT_EQ(to_string(*resource_mode_from_string(name)), name);
}

}  // namespace
}  // namespace fairlead::server
