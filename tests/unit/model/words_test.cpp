// SPDX-License-Identifier: Apache-2.0
#include "model/words.hpp"

#include <gtest/gtest.h>

#include "model/status.hpp"

namespace fairlead::model {
namespace {

TEST(Words, EveryStatusSurvivesTheWire) {
  for (int i = 0; i <= static_cast<int>(Status::scheduled); ++i) {
    auto status = static_cast<Status>(i);
    EXPECT_EQ(status_from_string(to_string(status)), status);
  }
  EXPECT_EQ(status_from_string("nonsense"), std::nullopt);
}

TEST(Words, EveryFailureReasonSurvivesTheWire) {
  for (int i = 0; i <= static_cast<int>(FailureReason::job_canceled); ++i) {
    auto reason = static_cast<FailureReason>(i);
    EXPECT_EQ(failure_reason_from_string(to_string(reason)), reason);
  }
}

TEST(Words, StoppedIsCompletedOrWaitingForAPersonOrAClock) {
  EXPECT_TRUE(is_completed(Status::skipped));
  EXPECT_FALSE(is_completed(Status::manual));
  EXPECT_TRUE(is_stopped(Status::manual));
  EXPECT_TRUE(is_stopped(Status::scheduled));
  EXPECT_TRUE(is_alive(Status::created));
  EXPECT_FALSE(is_alive(Status::failed));
}

TEST(Words, TheLastVariableOfAKeyWins) {
  Variables variables{{.key = "A", .value = "1"}, {.key = "B", .value = "2"}, {.key = "A", .value = "3"}};
  ASSERT_NE(find_variable(variables, "A"), nullptr);
  EXPECT_EQ(find_variable(variables, "A")->value, "3");
  EXPECT_EQ(find_variable(variables, "C"), nullptr);
}

}  // namespace
}  // namespace fairlead::model
