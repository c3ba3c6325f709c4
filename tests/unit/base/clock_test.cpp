// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <optional>
#include <vector>

#include "tests/support/async.hpp"

namespace fairlead {
namespace {

using testing::run_task;
using testing::settle;
using namespace std::chrono_literals;

TEST(SystemClock, SleepsUntilTheDeadline) {
  asio::io_context context;
  Clock& clock = system_clock();
  const SteadyTime deadline = clock.steady_now() + 5ms;
  EXPECT_TRUE(run_task(context, clock.sleep_until(deadline)));
  EXPECT_GE(clock.steady_now(), deadline);
}

template <class ClockType>
void expect_early_end_when_cancelled(ClockType& clock) {
  asio::io_context context;
  asio::cancellation_signal signal;
  std::optional<bool> reached;
  asio::co_spawn(
      context, clock.sleep_for(1h),
      asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr& error, bool result) {
        EXPECT_FALSE(error);
        reached = result;
      }));
  settle(context);
  EXPECT_FALSE(reached);
  signal.emit(asio::cancellation_type::terminal);
  settle(context);
  EXPECT_EQ(reached, false);
}

TEST(SystemClock, ACancelledSleepEndsEarlyAndSaysSo) { expect_early_end_when_cancelled(system_clock()); }

TEST(VirtualClock, ACancelledSleepEndsEarlyAndLeavesTheList) {
  VirtualClock clock;
  expect_early_end_when_cancelled(clock);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(VirtualClock, StandsStillUntilItIsMoved) {
  VirtualClock clock;
  const WallTime wall = clock.wall_now();
  const SteadyTime steady = clock.steady_now();
  EXPECT_EQ(clock.wall_now(), wall);
  clock.advance(90s);
  EXPECT_EQ(clock.wall_now() - wall, 90s);
  EXPECT_EQ(clock.steady_now() - steady, 90s);
}

TEST(VirtualClock, WakesSleepersInOrderOfDeadline) {
  asio::io_context context;
  VirtualClock clock;
  std::vector<int> order;
  const auto sleeper = [&](int seconds) -> Task<void> {
    EXPECT_TRUE(co_await clock.sleep_for(std::chrono::seconds(seconds)));
    order.push_back(seconds);
  };
  for (const int seconds : {3, 1, 2, 9}) {
    asio::co_spawn(context, sleeper(seconds), [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  }
  settle(context);
  EXPECT_EQ(clock.sleepers(), 4U);
  clock.advance(3s);
  settle(context);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(clock.sleepers(), 1U);
  clock.advance(6s);
  settle(context);
  EXPECT_EQ(order.back(), 9);
}

TEST(VirtualClock, ADeadlineThatHasPassedDoesNotSleep) {
  asio::io_context context;
  VirtualClock clock;
  EXPECT_TRUE(run_task(context, clock.sleep_until(clock.steady_now())));
}

TEST(VirtualClock, ASleeperThatDiesWithItsContextLeavesTheList) {
  VirtualClock clock;
  {
    asio::io_context context;
    asio::co_spawn(context, clock.sleep_for(1h), [](const std::exception_ptr&, bool) {});
    settle(context);
    EXPECT_EQ(clock.sleepers(), 1U);
  }
  EXPECT_EQ(clock.sleepers(), 0U);
  clock.advance(2h);
}

}  // namespace
}  // namespace fairlead
