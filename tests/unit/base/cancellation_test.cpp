// SPDX-License-Identifier: Apache-2.0
#include "base/cancellation.hpp"

#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <future>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "tests/support/async.hpp"

namespace fairlead {
namespace {

using testing::run_task;
using testing::settle;

TEST(Cancellation, ADefaultTokenIsNeverCancelled) {
  const CancelToken token;
  bool called = false;
  const auto registration = token.on_cancel(CancelLevel::polite, [&] { called = true; });
  EXPECT_FALSE(token.cancelled());
  EXPECT_FALSE(called);
}

TEST(Cancellation, CancellingReachesDescendantsAndNeverAncestors) {
  CancelSource process;
  CancelSource job(process.token());
  CancelSource stage(job.token());
  CancelSource other_job(process.token());
  job.cancel();
  EXPECT_EQ(process.token().level(), CancelLevel::none);
  EXPECT_EQ(other_job.token().level(), CancelLevel::none);
  EXPECT_EQ(job.token().level(), CancelLevel::polite);
  EXPECT_EQ(stage.token().level(), CancelLevel::polite);
  process.cancel(CancelLevel::hard);
  EXPECT_EQ(stage.token().level(), CancelLevel::hard);
  EXPECT_EQ(other_job.token().level(), CancelLevel::hard);
}

TEST(Cancellation, LevelsOnlyRise) {
  CancelSource source;
  source.cancel(CancelLevel::hard);
  source.cancel(CancelLevel::polite);
  EXPECT_EQ(source.token().level(), CancelLevel::hard);
}

TEST(Cancellation, AChildOfACancelledParentIsBornCancelled) {
  CancelSource parent;
  parent.cancel(CancelLevel::hard);
  EXPECT_EQ(CancelSource(parent.token()).token().level(), CancelLevel::hard);
}

TEST(Cancellation, TheWayFromTheRootStaysWholeWhenAMiddleSourceIsGone) {
  CancelSource root;
  std::optional<CancelSource> middle(std::in_place, root.token());
  CancelSource leaf(middle->token());
  middle.reset();
  root.cancel();
  EXPECT_TRUE(leaf.token().cancelled());
}

TEST(Cancellation, ACallbackRunsOnceWhenItsLevelIsReached) {
  CancelSource source;
  int polite = 0;
  int hard = 0;
  const auto a = source.token().on_cancel(CancelLevel::polite, [&] { ++polite; });
  const auto b = source.token().on_cancel(CancelLevel::hard, [&] { ++hard; });
  source.cancel();
  EXPECT_EQ(polite, 1);
  EXPECT_EQ(hard, 0);
  source.cancel(CancelLevel::hard);
  EXPECT_EQ(polite, 1);
  EXPECT_EQ(hard, 1);
}

TEST(Cancellation, ACallbackOfAnAlreadyReachedLevelRunsAtOnce) {
  CancelSource source;
  source.cancel(CancelLevel::hard);
  bool called = false;
  const auto registration = source.token().on_cancel(CancelLevel::polite, [&] { called = true; });
  EXPECT_TRUE(called);
}

TEST(Cancellation, ADestroyedRegistrationIsNotCalled) {
  CancelSource source;
  bool called = false;
  source.token().on_cancel(CancelLevel::polite, [&] { called = true; }).reset();
  source.cancel();
  EXPECT_FALSE(called);
}

TEST(Cancellation, ACallbackMayDestroyItsOwnRegistration) {
  CancelSource source;
  std::unique_ptr<CancelToken::Registration> registration;
  int calls = 0;
  registration = source.token().on_cancel(CancelLevel::polite, [&] {
    registration.reset();
    ++calls;
  });
  source.cancel();
  EXPECT_EQ(calls, 1);
}

TEST(Cancellation, DestroyingARegistrationWaitsForItsRunningCallback) {
  CancelSource source;
  std::promise<void> entered;
  std::promise<void> go_on;
  std::atomic<bool> finished{false};
  auto registration = source.token().on_cancel(CancelLevel::polite, [&] {
    entered.set_value();
    go_on.get_future().wait();
    finished = true;
  });
  std::thread canceller([&] { source.cancel(); });
  entered.get_future().wait();
  std::thread releaser([&] { go_on.set_value(); });
  registration.reset();
  EXPECT_TRUE(finished);
  canceller.join();
  releaser.join();
}

TEST(Cancellation, WaitingEndsWithTheLevelReached) {
  asio::io_context context;
  CancelSource source;
  std::optional<CancelLevel> seen;
  asio::co_spawn(context, wait_cancelled(source.token()),
                 [&](const std::exception_ptr& error, CancelLevel level) {
                   ASSERT_FALSE(error);
                   seen = level;
                 });
  settle(context);
  EXPECT_FALSE(seen);
  std::thread([&] { source.cancel(CancelLevel::hard); }).join();
  settle(context);
  EXPECT_EQ(seen, CancelLevel::hard);
}

TEST(Cancellation, WaitingGivesWayToTheOtherSideOfOr) {
  using namespace asio::experimental::awaitable_operators;
  asio::io_context context;
  VirtualClock clock;
  CancelSource source;
  bool ended = false;
  const auto either = [&]() -> Task<void> {
    const auto result = co_await (clock.sleep_for(std::chrono::seconds(5)) || wait_cancelled(source.token()));
    EXPECT_EQ(result.index(), 0U);
    ended = true;
  };
  asio::co_spawn(context, either(), [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  settle(context);
  clock.advance(std::chrono::seconds(5));
  settle(context);
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace fairlead
