// SPDX-License-Identifier: Apache-2.0
// The deployment of the conformance data: its ConfigMap as environment, its
// init container's and preStop's words as commands.
#include <cstdlib>
#include <regex>

#include "tests/unit/runner_registration/command_case.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SeedTest : public CommandCase {
 protected:
  void SetUp() override {
    CommandCase::SetUp();
    const char* given = std::getenv("FAIRLEAD_CONFORMANCE");
    const std::filesystem::path data = given != nullptr ? given : FAIRLEAD_CONFORMANCE_DEFAULT;
    const auto text = read_file(data / "seed" / "runner-deployment.yml", 1 << 20);
    if (!text) GTEST_SKIP() << "no conformance data: " << text.error().to_string();
    const std::regex pair("  ([A-Z_]+): \"([^\"]*)\"\n");
    for (std::sregex_iterator at(text->begin(), text->end(), pair), end; at != end; ++at)
      variables_[(*at)[1]] = (*at)[2];
    ASSERT_EQ(variables_["CI_SERVER_URL"], "https://gitlab.com/ci");
  }
};

TEST_F(SeedTest, UnregisterThenRegisterThenUnregister) {
  EXPECT_EQ(run(unregister_command, {"-t", "xxxxxx", "-n", "builder"}), 1);
  EXPECT_THAT(err_, HasSubstr("so no runner matches"));

  ASSERT_EQ(run(register_command, {"-r", "xxxxxx"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("register xxxxxx"));
  EXPECT_EQ(api_.last_runner.tag_list, "build");
  EXPECT_FALSE(api_.last_runner.locked);
  EXPECT_EQ(api_.last_kind.executor, "kubernetes");
  EXPECT_THAT(err_, HasSubstr("no option reads the variable RUNNER_CONCURRENT_BUILDS"));
  EXPECT_THAT(content(),
              HasSubstr("  executor = \"kubernetes\"\n  request_concurrency = 4\n  [runners.kubernetes]\n"));
  EXPECT_THAT(content(), HasSubstr("    service_account = \"builder\"\n"));

  EXPECT_EQ(run(unregister_command, {"-t", "token-41", "-n", "host-1"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("register xxxxxx", "unregister token-41"));
}

TEST_F(SeedTest, RunsWithTheShellExecutorAndARunnersOwnToken) {
  variables_["RUNNER_EXECUTOR"] = "shell";
  variables_["RUNNER_NAME"] = "builder";
  ASSERT_EQ(run(register_command, {"-r", "glrt-t1_xxxxxx"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("tag-list is ignored"));
  EXPECT_EQ(run(unregister_command, {"-t", "glrt-t1_xxxxxx", "-n", "builder"}), 0) << err_;
  EXPECT_THAT(api_.calls, ElementsAre("verify glrt-t1_xxxxxx s_1", "unregister-manager glrt-t1_xxxxxx"));
}

}  // namespace
}  // namespace fairlead::runner
