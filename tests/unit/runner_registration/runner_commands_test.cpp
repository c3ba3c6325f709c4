// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/runner_registration/command_case.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using RunnerCommandsTest = CommandCase;

TEST_F(RunnerCommandsTest, UnregisterMatchesNameAndTokenTogether) {
  write(entry("a", "t1") + "\n" + entry("a", "t2"));
  EXPECT_EQ(run(unregister_command, {"-t", "t2", "-n", "a"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("unregister t2"));
  EXPECT_EQ(content(), entry("a", "t1") + "\n");
}

TEST_F(RunnerCommandsTest, UnregisterSaysWhyNothingMatches) {
  write(entry("builder", "glrt-t1_abcdefghijkl"));
  EXPECT_EQ(run(unregister_command, {"-t", "xxxxxx", "-n", "builder"}), 1);
  EXPECT_THAT(err_, HasSubstr("no runner in " + path_.string() +
                              " matches name \"builder\" and token \"xxxxxx\"; nothing was changed"));
  EXPECT_THAT(err_,
              HasSubstr("it has \"builder\" (abcdefghi) at https://git.example.com (different: token)"));
  EXPECT_THAT(api_.calls, IsEmpty());
  EXPECT_EQ(content(), entry("builder", "glrt-t1_abcdefghijkl"));
}

TEST_F(RunnerCommandsTest, UnregisterWithoutAFileSaysSo) {
  EXPECT_EQ(run(unregister_command, {"-n", "x"}), 1);
  EXPECT_THAT(err_, HasSubstr("there is no " + path_.string()));
}

TEST_F(RunnerCommandsTest, UnregisterWantsToKnowWhich) {
  write(entry("a", "t1"));
  EXPECT_EQ(run(unregister_command, {}), 2);
  EXPECT_EQ(run(unregister_command, {"--all-runners", "-n", "a"}), 2);
  EXPECT_THAT(api_.calls, IsEmpty());
}

TEST_F(RunnerCommandsTest, UnregisterByNameTakesOnlyTheFirst) {
  write(entry("a", "t1") + entry("a", "t2"));
  EXPECT_EQ(run(unregister_command, {"--name", "a"}), 0);
  EXPECT_THAT(err_, HasSubstr("2 runners match; only the first"));
  EXPECT_THAT(api_.calls, ElementsAre("unregister t1"));
  EXPECT_EQ(content(), entry("a", "t2"));
}

TEST_F(RunnerCommandsTest, UnregisterOfAllTakesAllAndOnlyManagersOfThoseMadeOnTheServer) {
  write("concurrent = 1\n\n" + entry("a", "t1") + entry("b", "glrt-2"));
  EXPECT_EQ(run(unregister_command, {"--all-runners"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("unregister t1", "unregister-manager glrt-2"));
  EXPECT_EQ(content(), "concurrent = 1\n\n");
}

TEST_F(RunnerCommandsTest, ARefusedUnregisterKeepsTheEntry) {
  write(entry("a", "t1"));
  api_.refuse = make_error(ErrorCode::permission_denied, "403 Forbidden");
  EXPECT_EQ(run(unregister_command, {"-n", "a"}), 1);
  EXPECT_THAT(err_, HasSubstr("403 Forbidden; it stays in"));
  EXPECT_EQ(content(), entry("a", "t1"));
}

TEST_F(RunnerCommandsTest, UnregisterWorksBesideAMistakeElsewhere) {
  write("concurrent = \"x\"\n" + entry("a", "t1"));
  EXPECT_EQ(run(unregister_command, {"-n", "a"}), 0) << err_;
  write("concurrent = = 1");
  EXPECT_EQ(run(unregister_command, {"-n", "a"}), 3);
  EXPECT_THAT(err_, HasSubstr(path_.string() + ":1:"));
}

TEST_F(RunnerCommandsTest, VerifyTellsTheThreeAnswersApart) {
  write(entry("a", "t1") + entry("b", "t2") + entry("c", "t3"));
  api_.states["t2"] = Verified::State::removed;
  api_.states["t3"] = Verified::State::undecided;
  EXPECT_EQ(run(verify_command, {}), 1);
  EXPECT_THAT(out_, HasSubstr("\"a\" (t1) is alive"));
  EXPECT_THAT(err_, HasSubstr("does not know runner \"b\""));
  EXPECT_THAT(err_,
              HasSubstr("\"c\" (t3) at https://git.example.com: no clear answer (status 500); it stays"));
  EXPECT_THAT(api_.calls, ElementsAre("verify t1 s_1", "verify t2 s_1", "verify t3 s_1"));
}

TEST_F(RunnerCommandsTest, VerifyDeleteRemovesOnlyWhatTheServerDenies) {
  write(entry("a", "t1") + entry("b", "t2") + entry("c", "t3"));
  api_.states["t2"] = Verified::State::removed;
  api_.states["t3"] = Verified::State::undecided;
  EXPECT_EQ(run(verify_command, {"--delete"}), 1);
  EXPECT_EQ(content(), entry("a", "t1") + entry("c", "t3"));
  EXPECT_EQ(run(verify_command, {"--delete", "-n", "a"}), 0);
}

TEST_F(RunnerCommandsTest, ListHidesTokensUnlessAsked) {
  write(entry("a", "glrt-abcdefghijklmnop"));
  EXPECT_EQ(run(list_command, {}), 0);
  EXPECT_EQ(out_, "a  Executor=shell Token=abcdefghi URL=https://git.example.com\n");
  EXPECT_EQ(run(list_command, {"--show-tokens"}), 0);
  EXPECT_THAT(out_, HasSubstr("Token=glrt-abcdefghijklmnop"));
}

TEST_F(RunnerCommandsTest, ResetTokenWritesTheNewOneInPlace) {
  write("# ours\n" + entry("a", "t1") + "  limit = 1 # one\n");
  api_.expires = WallTime(std::chrono::seconds(1'800'000'000));
  EXPECT_EQ(run(reset_token_command, {"-n", "a"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("reset t1"));
  EXPECT_EQ(content(), "# ours\n" + entry("a", "fresh") +
                           "  limit = 1 # one\n  token_obtained_at = 2023-11-14T22:13:20Z\n"
                           "  token_expires_at = 2027-01-15T08:00:00Z\n");
  EXPECT_THAT(out_ + err_, Not(HasSubstr("fresh")));
}

TEST_F(RunnerCommandsTest, ResetTokenByPersonalTokenNamesTheRunnersId) {
  write(entry("a", "t1"));
  EXPECT_EQ(run(reset_token_command, {"--id", "5", "--pat", "p"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("reset 5 by p"));
  EXPECT_EQ(run(reset_token_command, {"--id", "6", "--pat", "p"}), 1);
}

TEST_F(RunnerCommandsTest, ResetTokenLeavesATokenFromTheEnvironmentAlone) {
  variables_["T"] = "t1";
  write(entry("a", "$T"));
  EXPECT_EQ(run(reset_token_command, {"--all-runners"}), 1);
  EXPECT_THAT(err_, HasSubstr("comes from the environment"));
  EXPECT_THAT(api_.calls, IsEmpty());
}

}  // namespace
}  // namespace fairlead::runner
