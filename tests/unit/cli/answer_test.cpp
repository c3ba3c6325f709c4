// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/exec_observer.hpp"
#include "cli/exit_codes.hpp"

namespace fairlead::cli {
namespace {

using Chosen = std::optional<std::vector<std::size_t>>;
const std::vector<std::string> kGates = {"deploy", "build: [a, b]", "3"};

TEST(GateAnswer, NumbersAndNamesInAnyMixture) {
  EXPECT_EQ(parse_answer("1", kGates), (Chosen{{0}}));
  EXPECT_EQ(parse_answer(" 2 , deploy ", kGates), (Chosen{{0, 1}}));
  EXPECT_EQ(parse_answer("1 1 deploy", kGates), (Chosen{{0}}));
}

TEST(GateAnswer, ANameMayHoldBlanksOrBeANumber) {
  EXPECT_EQ(parse_answer("build: [a, b]", kGates), (Chosen{{1}}));
  EXPECT_EQ(parse_answer("3", kGates), (Chosen{{2}}));
}

TEST(GateAnswer, NothingChoosesNothingAndNonsenseIsRefused) {
  EXPECT_EQ(parse_answer("", kGates), (Chosen{std::vector<std::size_t>{}}));
  EXPECT_EQ(parse_answer("  ", kGates), (Chosen{std::vector<std::size_t>{}}));
  for (const char* nonsense : {"0", "4", "-1", "1 x", "99999999999999999999", "deplo"})
    EXPECT_EQ(parse_answer(nonsense, kGates), Chosen{}) << nonsense;
}

TEST(ExitCodes, FollowThePipeline) {
  EXPECT_EQ(exit_code_of(model::Status::success, false), 0);
  EXPECT_EQ(exit_code_of(model::Status::manual, false), 0);
  EXPECT_EQ(exit_code_of(model::Status::skipped, false), 0);
  EXPECT_EQ(exit_code_of(model::Status::failed, false), 1);
  EXPECT_EQ(exit_code_of(model::Status::canceled, false), 1);
  EXPECT_EQ(exit_code_of(model::Status::success, true), 130);
}

}  // namespace
}  // namespace fairlead::cli
