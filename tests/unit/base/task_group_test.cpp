// SPDX-License-Identifier: Apache-2.0
#include "base/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "base/clock.hpp"
#include "tests/support/async.hpp"

namespace fairlead {
namespace {

using testing::run_task;
using testing::settle;
using namespace std::chrono_literals;

class TaskGroupTest : public ::testing::Test {
 protected:
  Task<void> sleep_then_count(Duration duration) {
    co_await clock_.sleep_for(duration);
    ++finished_;
  }
  void start_join() {
    asio::co_spawn(context_, group_.join(),
                   asio::bind_cancellation_slot(signal_.slot(), [this](const std::exception_ptr& error) {
                     joined_ = true;
                     failed_ = error != nullptr;
                   }));
    settle(context_);
  }

  asio::io_context context_;
  VirtualClock clock_;
  asio::cancellation_signal signal_;
  TaskGroup group_{context_.get_executor()};
  int finished_ = 0;
  bool joined_ = false;
  bool failed_ = false;
};

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupReturnsAtOnce) {
  start_join();
  EXPECT_TRUE(joined_);
}

TEST_F(TaskGroupTest, JoinWaitsForEveryMember) {
  group_.spawn("short", sleep_then_count(1s));
  group_.spawn("long", sleep_then_count(10s));
  start_join();
  EXPECT_EQ(group_.size(), 2U);
  clock_.advance(1s);
  settle(context_);
  EXPECT_FALSE(joined_);
  clock_.advance(9s);
  settle(context_);
  EXPECT_TRUE(joined_);
  EXPECT_EQ(finished_, 2);
}

TEST_F(TaskGroupTest, JoinWaitsForMembersThatMembersSpawn) {
  const auto parent = [this]() -> Task<void> {
    co_await clock_.sleep_for(1s);
    group_.spawn("child", sleep_then_count(1s));
  };
  group_.spawn("parent", parent());
  start_join();
  clock_.advance(1s);
  settle(context_);
  EXPECT_FALSE(joined_);
  clock_.advance(1s);
  settle(context_);
  EXPECT_TRUE(joined_);
}

TEST_F(TaskGroupTest, AnInterruptedJoinStillWaits) {
  group_.spawn("member", sleep_then_count(1s));
  start_join();
  signal_.emit(asio::cancellation_type::terminal);
  settle(context_);
  EXPECT_FALSE(joined_);
  clock_.advance(1s);
  settle(context_);
  EXPECT_TRUE(joined_);
  EXPECT_FALSE(failed_);
}

TEST_F(TaskGroupTest, CancelReachesTheMembersToken) {
  CancelLevel seen = CancelLevel::none;
  const auto watcher = [&]() -> Task<void> { seen = co_await wait_cancelled(group_.token()); };
  group_.spawn("watcher", watcher());
  settle(context_);
  group_.cancel(CancelLevel::hard);
  start_join();
  EXPECT_TRUE(joined_);
  EXPECT_EQ(seen, CancelLevel::hard);
}

TEST_F(TaskGroupTest, AnExceptionIsLoggedWithTheMembersNameAndRethrownByJoin) {
  const auto broken = []() -> Task<void> {
    throw std::runtime_error("broken on purpose");
    co_return;
  };
  group_.spawn("the-member", broken());
  ::testing::internal::CaptureStderr();
  settle(context_);
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(logged.find("the-member"), std::string::npos) << logged;
  EXPECT_NE(logged.find("broken on purpose"), std::string::npos) << logged;
  start_join();
  EXPECT_TRUE(failed_);
}

}  // namespace
}  // namespace fairlead
