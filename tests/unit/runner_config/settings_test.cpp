// SPDX-License-Identifier: Apache-2.0
#include "runner/config/settings.hpp"

#include <gmock/gmock.h>

namespace fairlead::runner {
namespace {

SettingsContext context() { return {.version = "1.0", .system_id = "s_1", .working_directory = "/work"}; }

RunnerConfig shell_runner() {
  RunnerConfig runner;
  runner.executor = "shell";
  runner.token = SecretString("glrt-t1_abcdefghijkl");
  return runner;
}

TEST(Settings, DefaultsAreThoseOfGitlabRunnersShellExecutor) {
  const auto settings = to_settings(shell_runner(), context());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->builds_dir, "/work/builds");
  EXPECT_EQ(settings->cache_dir, "/work/cache");
  EXPECT_EQ(settings->short_token, "abcdefghi");
  EXPECT_EQ(settings->output_limit_bytes, 4096u * 1024);
  EXPECT_TRUE(settings->timestamps);
  EXPECT_FALSE(settings->custom_build_dir);
  EXPECT_FALSE(settings->shell);
  EXPECT_EQ(settings->final_update_tries, 10);
}

TEST(Settings, TakeWhatTheFileSays) {
  RunnerConfig runner = shell_runner();
  runner.builds_dir = "/srv/builds";
  runner.cache_dir = "../caches";
  runner.environment = {"A=1", "B=x=y"};
  runner.feature_flags["FF_TIMESTAMPS"] = false;
  runner.custom_build_dir.enabled = true;
  runner.clean_git_config = false;
  runner.output_limit = std::numeric_limits<std::int64_t>::max();
  runner.shell = "sh";
  runner.pre_build_script = "p";
  const auto settings = to_settings(runner, context());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->builds_dir, "/srv/builds");
  EXPECT_EQ(settings->cache_dir, "/caches");
  EXPECT_EQ(settings->environment.at(1).value, "x=y");
  EXPECT_FALSE(settings->timestamps);
  EXPECT_TRUE(settings->custom_build_dir);
  EXPECT_FALSE(settings->clean_git_config);
  EXPECT_GT(settings->output_limit_bytes, std::uint64_t{1} << 62);
  EXPECT_EQ(settings->shell, executors::ShellKind::sh);
  EXPECT_EQ(settings->pre_build_script, "p");
}

TEST(Settings, RefuseWhatDoesNotExistYet) {
  RunnerConfig runner = shell_runner();
  runner.shell = "pwsh";
  EXPECT_EQ(to_settings(runner, context()).error().code, ErrorCode::unsupported);
  runner = shell_runner();
  runner.executor = "kubernetes";
  EXPECT_EQ(to_settings(runner, context()).error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace fairlead::runner
