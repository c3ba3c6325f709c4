// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/runner_registration/command_case.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RegisterTest : public CommandCase {
 protected:
  int register_now(std::vector<std::string> more, const std::string& input = {}) {
    std::vector<std::string> words = {"--url", "https://git.example.com", "--executor", "shell"};
    if (input.empty()) words.push_back("--non-interactive");
    words.insert(words.end(), more.begin(), more.end());
    return run(register_command, words, input);
  }
};

TEST_F(RegisterTest, ARegistrationTokenMakesARunnerAndANewFile) {
  ASSERT_EQ(register_now({"-r", "reg", "--tag-list", "a,b", "--limit", "2"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("register reg"));
  EXPECT_EQ(api_.last_runner.description, "host-1");
  EXPECT_EQ(api_.last_runner.tag_list, "a,b");
  EXPECT_TRUE(api_.last_runner.locked);
  EXPECT_FALSE(api_.last_runner.run_untagged);
  EXPECT_EQ(content(),
            "concurrent = 1\ncheck_interval = 0\nshutdown_timeout = 0\n\n[session_server]\n  session_timeout "
            "= 1800\n\n"
            "[[runners]]\n  name = \"host-1\"\n  url = \"https://git.example.com\"\n  id = 41\n  token = "
            "\"token-41\"\n"
            "  token_obtained_at = 2023-11-14T22:13:20Z\n  token_expires_at = 0001-01-01T00:00:00Z\n"
            "  executor = \"shell\"\n  limit = 2\n");
  EXPECT_THAT(out_, HasSubstr("Runner registered successfully."));
}

TEST_F(RegisterTest, WithoutTagsJobsWithoutTagsAreTaken) {
  ASSERT_EQ(register_now({"-r", "reg", "--run-untagged=false"}), 0) << err_;
  EXPECT_TRUE(api_.last_runner.run_untagged);
}

TEST_F(RegisterTest, AnAuthenticationTokenIsOnlyVerified) {
  api_.expires = WallTime(std::chrono::seconds(1'800'000'000));
  ASSERT_EQ(register_now({"--token", "glrt-abc", "--name", "n"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("verify glrt-abc s_1"));
  EXPECT_THAT(content(), HasSubstr("token = \"glrt-abc\"\n"));
  EXPECT_THAT(content(), HasSubstr("token_expires_at = 2027-01-15T08:00:00Z\n"));
}

TEST_F(RegisterTest, WhatTheServerSetsIsAnErrorWithTokenButOnlyIgnoredWithRegistrationToken) {
  EXPECT_EQ(register_now({"--token", "glrt-abc", "--tag-list", "x"}), 2);
  EXPECT_THAT(err_,
              HasSubstr("--tag-list (or its variable) cannot be given with a runner's authentication token"));
  EXPECT_THAT(api_.calls, IsEmpty());
  EXPECT_EQ(register_now({"--registration-token", "glrt-abc", "--tag-list", "x"}), 0);
  EXPECT_THAT(err_, HasSubstr("tag-list is ignored"));
  EXPECT_THAT(api_.calls, ElementsAre("verify glrt-abc s_1"));
}

TEST_F(RegisterTest, ATokenThatTheServerDoesNotKnowIsNotSaved) {
  api_.states["glrt-abc"] = Verified::State::removed;
  EXPECT_EQ(register_now({"--token", "glrt-abc"}), 1);
  EXPECT_THAT(err_, HasSubstr("does not know this token"));
  api_.states["glrt-abc"] = Verified::State::undecided;
  EXPECT_EQ(register_now({"--token", "glrt-abc"}), 1);
  EXPECT_THAT(err_, HasSubstr("status 500"));
  EXPECT_EQ(content(), "no file");
}

TEST_F(RegisterTest, ARefusalIsSaidWithItsRemedy) {
  api_.refuse = make_error(ErrorCode::unsupported, "410 Gone");
  EXPECT_EQ(register_now({"-r", "reg"}), 1);
  EXPECT_THAT(err_, HasSubstr("410 Gone; create the runner on the server and give its authentication token"));
  EXPECT_EQ(content(), "no file");
}

TEST_F(RegisterTest, KeepsWhatTheFileHas) {
  write("# ours\nconcurrent = 9 # nine\n\n" + entry("old", "t-old"));
  ASSERT_EQ(register_now({"-r", "reg"}), 0) << err_;
  EXPECT_THAT(content(), testing::StartsWith("# ours\nconcurrent = 9 # nine\n\n" + entry("old", "t-old") +
                                             "\n[[runners]]\n"));
}

TEST_F(RegisterTest, UndoesItselfWhenTheFileCannotBeWritten) {
  write("runners = 5\n");
  EXPECT_EQ(register_now({"-r", "reg"}), 1);
  EXPECT_THAT(api_.calls, ElementsAre("register reg", "unregister token-41"));
  EXPECT_THAT(err_, HasSubstr("unregistered again"));
  EXPECT_EQ(content(), "runners = 5\n");
}

TEST_F(RegisterTest, LeavesTheRunnerWhenAsked) {
  write("runners = 5\n");
  EXPECT_EQ(register_now({"-r", "reg", "--leave-runner"}), 1);
  EXPECT_THAT(api_.calls, ElementsAre("register reg"));
}

TEST_F(RegisterTest, WrongValuesAreSaidBeforeTheServerIsAsked) {
  EXPECT_EQ(register_now({"-r", "reg", "--unhealthy-interval", "soon"}), 2);
  EXPECT_THAT(err_, HasSubstr("unhealthy_interval is \"soon\", which is no duration"));
  EXPECT_EQ(register_now({"-r", "reg", "--executor", "shel"}), 2);
  EXPECT_THAT(err_, HasSubstr("did you mean \"shell\"?"));
  EXPECT_EQ(register_now({"-r", "reg", "--access-level", "all"}), 2);
  EXPECT_EQ(register_now({"-r", "reg", "--maximum-timeout", "1h"}), 2);
  EXPECT_EQ(register_now({"-r", "reg", "--bogus"}), 2);
  EXPECT_EQ(register_now({"-r", "reg", "extra"}), 2);
  EXPECT_THAT(api_.calls, IsEmpty());
}

TEST_F(RegisterTest, NonInteractiveSaysWhatIsMissing) {
  EXPECT_EQ(run(register_command, {"-n", "--executor", "shell", "-r", "reg"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is no url: give --url"));
  EXPECT_EQ(run(register_command, {"-n", "-u", "https://x", "--executor", "shell"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is no token: give --token"));
}

TEST_F(RegisterTest, AsksForWhatIsMissing) {
  const int code = run(register_command, {},
                       "https://git.example.com\nreg\nmy runner\na,b\nnote\nnonsense\ndocker\nruby:3.3\n");
  ASSERT_EQ(code, 0) << err_;
  EXPECT_THAT(out_, HasSubstr("Enter the GitLab instance URL"));
  EXPECT_THAT(out_, HasSubstr("Enter a description for the runner [host-1]:"));
  EXPECT_THAT(err_, HasSubstr("there is no executor \"nonsense\""));
  EXPECT_EQ(api_.last_runner.description, "my runner");
  EXPECT_EQ(api_.last_runner.maintenance_note, "note");
  EXPECT_THAT(content(), HasSubstr("executor = \"docker\"\n  [runners.docker]\n    image = \"ruby:3.3\"\n"));
}

TEST_F(RegisterTest, AnInputThatEndsIsNotAnEndlessQuestion) {
  EXPECT_EQ(run(register_command, {}, "https://git.example.com\n"), 1);
  EXPECT_THAT(err_, HasSubstr("the input ended before the token was given"));
}

TEST_F(RegisterTest, ATemplateFillsWhatIsNotGiven) {
  const auto file = folder_->path() / "template.toml";
  std::ofstream(file)
      << "concurrent = 50\n[[runners]]\n  limit = 3\n  output_limit = 9\n  [runners.kubernetes]\n"
         "    namespace = \"t\"\n    image = \"alpine\"\n    [[runners.kubernetes.volumes.empty_dir]]\n"
         "      name = \"v\"\n";
  ASSERT_EQ(register_now({"-r", "reg", "--template-config", file.string(), "--limit", "5",
                          "--kubernetes-namespace", "n"}),
            0)
      << err_;
  EXPECT_THAT(content(),
              HasSubstr("  limit = 5\n  output_limit = 9\n  [runners.kubernetes]\n    namespace = \"n\"\n"
                        "    image = \"alpine\"\n    [runners.kubernetes.volumes]\n"
                        "      [[runners.kubernetes.volumes.empty_dir]]\n        name = \"v\"\n"));
  EXPECT_THAT(content(), HasSubstr("concurrent = 1\n")) << "only [[runners]] is taken";
}

TEST_F(RegisterTest, ATemplateNeedsExactlyOneRunner) {
  const auto file = folder_->path() / "template.toml";
  std::ofstream(file) << "[[runners]]\n[[runners]]\n";
  EXPECT_EQ(register_now({"-r", "reg", "--template-config", file.string()}), 3);
  EXPECT_THAT(err_, HasSubstr("exactly one [[runners]]"));
  EXPECT_EQ(register_now({"-r", "reg", "--template-config", "/does/not/exist"}), 1);
}

TEST_F(RegisterTest, HelpListsFlagsWithTheirVariables) {
  EXPECT_EQ(run(register_command, {"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("--tag-list VALUE\n        tags, separated by commas [$RUNNER_TAG_LIST]"));
  EXPECT_THAT(out_, HasSubstr("--kubernetes-namespace VALUE"));
}

}  // namespace
}  // namespace fairlead::runner
