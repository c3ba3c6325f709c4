// SPDX-License-Identifier: Apache-2.0
#include "base/alarm.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/async.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using testing::settle;

class AlarmTest : public ::testing::Test {
 protected:
  void set(Duration in) {
    alarm_.emplace(context_.get_executor(), clock_, clock_.steady_now() + in, [this] { ++calls_; });
  }

  asio::io_context context_;
  VirtualClock clock_;
  std::optional<Alarm> alarm_;
  int calls_ = 0;
};

TEST_F(AlarmTest, CallsOnceAtItsDeadline) {
  set(5s);
  settle(context_);
  clock_.advance(4s);
  settle(context_);
  EXPECT_EQ(calls_, 0);
  clock_.advance(1s);
  settle(context_);
  EXPECT_EQ(calls_, 1);
  clock_.advance(10s);
  settle(context_);
  EXPECT_EQ(calls_, 1);
}

TEST_F(AlarmTest, ADestroyedAlarmDoesNotCall) {
  set(5s);
  settle(context_);
  alarm_.reset();
  settle(context_);
  EXPECT_EQ(clock_.sleepers(), 0U);
  clock_.advance(10s);
  settle(context_);
  EXPECT_EQ(calls_, 0);
}

TEST_F(AlarmTest, AnAlarmDestroyedBeforeItStartedDoesNotCall) {
  set(0s);
  alarm_.reset();
  settle(context_);
  EXPECT_EQ(calls_, 0);
}

TEST_F(AlarmTest, AnAlarmDestroyedWhileItsWakingIsQueuedDoesNotCall) {
  set(5s);
  settle(context_);
  clock_.advance(5s);
  alarm_.reset();
  settle(context_);
  EXPECT_EQ(calls_, 0);
}

TEST_F(AlarmTest, ReplacingARungAlarmIsSafe) {
  for (int i = 1; i <= 5; ++i) {
    set(5s);
    settle(context_);
    clock_.advance(5s);
    settle(context_);
    EXPECT_EQ(calls_, i);
  }
}

}  // namespace
}  // namespace fairlead
