// SPDX-License-Identifier: Apache-2.0
// The pure decisions of a build: reasons, paths, times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/build/job_error.hpp"
#include "runner/build/job_paths.hpp"
#include "runner/build/job_stop.hpp"
#include "runner/build/stage_times.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using model::FailureReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Reasons, ThreeAlwaysPass) {
  for (auto reason : {FailureReason::script_failure, FailureReason::runner_system_failure,
                      FailureReason::job_execution_timeout})
    EXPECT_EQ(reason_to_send(reason, {}), reason);
}

TEST(Reasons, OthersPassOnlyWhenTheCoordinatorListsThem) {
  std::vector<std::string> listed{"runner_configuration_error", "runner_interrupted",
                                  "runner_external_dependency_failure"};
  EXPECT_EQ(reason_to_send(FailureReason::runner_configuration_error, listed),
            FailureReason::runner_configuration_error);
  EXPECT_EQ(reason_to_send(FailureReason::runner_interrupted, listed), FailureReason::runner_interrupted);
  EXPECT_EQ(reason_to_send(FailureReason::runner_configuration_error, {}), FailureReason::script_failure);
  EXPECT_EQ(reason_to_send(FailureReason::runner_external_dependency_failure, {}),
            FailureReason::runner_system_failure);
  EXPECT_EQ(reason_to_send(FailureReason::runner_interrupted, {}), FailureReason::unknown_failure);
}

TEST(Reasons, WhatOnlyTheRunnerKnowsIsNeverSent) {
  std::vector<std::string> listed{"image_pull_failure", "job_canceled"};
  EXPECT_EQ(reason_to_send(FailureReason::image_pull_failure, listed), FailureReason::runner_system_failure);
  EXPECT_EQ(reason_to_send(FailureReason::job_canceled, listed), FailureReason::unknown_failure);
}

TEST(StageEnds, AreWordedAsGitlabRunnerWordsThem) {
  EXPECT_EQ(to_stage_result(executors::Exited{0}, "shell"), std::nullopt);
  EXPECT_EQ(to_stage_result(executors::Exited{2}, "shell")->message, "exit status 2");
  EXPECT_EQ(to_stage_result(executors::Exited{2}, "kubernetes")->message, "exit code 2");
  EXPECT_EQ(to_stage_result(executors::Signaled{15}, "shell")->message, "signal: terminated");
  EXPECT_EQ(to_stage_result(executors::Signaled{11}, "shell")->exit_code, 139);
  EXPECT_EQ(to_stage_result(executors::OutOfMemory{2}, "shell")->exit_code, 137);
  EXPECT_EQ(to_stage_result(executors::TimedOut{}, "shell")->kind, JobError::Kind::timed_out);
  EXPECT_EQ(to_stage_result(executors::Cancelled{}, "shell")->kind, JobError::Kind::canceled);
}

RunnerSettings settings() {
  RunnerSettings s;
  s.short_token = "abc";
  s.builds_dir = "/builds";
  s.cache_dir = "/cache";
  return s;
}
proto::JobPayload project(std::string path) {
  proto::JobPayload job;
  job.job_info.project_full_path = std::move(path);
  return job;
}

TEST(Paths, ASharedMachineHasAFolderPerRunnerAndConcurrentJob) {
  auto s = settings();
  s.concurrent_project_id = 2;
  auto paths = default_paths(project("group/sub/project"), s, {.shared = true});
  ASSERT_TRUE(paths.ok());
  EXPECT_EQ(paths->project_dir, "/builds/abc/2/group/sub/project");
  EXPECT_EQ(paths->temp_dir, "/builds/abc/2/group/sub/project.tmp");
  EXPECT_EQ(paths->cache_dir, "/cache/group/sub/project");
}

TEST(Paths, AContainerHasJustTheProject) {
  EXPECT_EQ(default_paths(project("g/p"), settings(), {})->project_dir, "/builds/g/p");
}

TEST(Paths, GivenFoldersAreTaken) {
  auto s = settings();
  s.project_dir = "/work/tree";
  EXPECT_EQ(default_paths(project("g/p"), s, {.shared = true})->temp_dir, "/work/tree.tmp");
  s.temp_dir = "/elsewhere";
  auto paths = default_paths(project("g/p"), s, {.shared = true});
  EXPECT_EQ(paths->project_dir, "/work/tree");
  EXPECT_EQ(paths->temp_dir, "/elsewhere");
}

TEST(Paths, AProjectPathCannotLeaveTheBuildsFolder) {
  for (auto path : {"../x", "/etc", "a/../../b", "a/./b", "a//../b"})
    EXPECT_FALSE(default_paths(project(path), settings(), {}).ok()) << path;
  auto s = settings();
  s.builds_dir = "relative";
  EXPECT_THAT(default_paths(project("g/p"), s, {}).error().message, HasSubstr("must be an absolute path"));
}

TEST(Paths, AClonePathMustBeAllowedAndWithinTheBuildsFolder) {
  auto s = settings();
  auto paths = *default_paths(project("g/p"), s, {});
  EXPECT_THAT(with_clone_path(paths, "/builds/x", s).error().message, HasSubstr("enable `custom_build_dir`"));
  s.custom_build_dir = true;
  EXPECT_EQ(with_clone_path(paths, "/builds/x/", s)->project_dir, "/builds/x");
  EXPECT_EQ(with_clone_path(paths, "/builds/a/../x", s)->temp_dir, "/builds/x.tmp");
  for (auto path : {"/etc", "/builds", "/builds/../etc", "x", "/buildsx/y", "/builds/.."})
    EXPECT_THAT(with_clone_path(paths, path, s).error().message, HasSubstr("has to be within \"/builds\""))
        << path;
}

JobVariables variables(std::string key, std::string value) {
  return {{{.key = std::move(key), .value = std::move(value)}}, "/t"};
}

TEST(Times, ScriptsHaveNoLimitAndAfterScriptFiveMinutesByDefault) {
  auto times = stage_timeouts(JobVariables(), 1h);
  EXPECT_EQ(times.script, std::nullopt);
  EXPECT_EQ(times.after_script, 5min);
  EXPECT_THAT(times.warnings, IsEmpty());
}

TEST(Times, ZeroOrLessMeansNoLimit) {
  EXPECT_EQ(stage_timeouts(variables("RUNNER_SCRIPT_TIMEOUT", "0"), 1h).script, std::nullopt);
  EXPECT_EQ(stage_timeouts(variables("RUNNER_AFTER_SCRIPT_TIMEOUT", "0s"), 1h).after_script, std::nullopt);
  EXPECT_EQ(stage_timeouts(variables("RUNNER_AFTER_SCRIPT_TIMEOUT", "-1s"), 1h).after_script, std::nullopt);
}

TEST(Times, BadValuesWarnAndAreBounded) {
  auto malformed = stage_timeouts(variables("RUNNER_SCRIPT_TIMEOUT", "5 minutes"), 1h);
  EXPECT_EQ(malformed.script, std::nullopt);
  EXPECT_THAT(malformed.warnings, SizeIs(1));
  auto longer = stage_timeouts(variables("RUNNER_SCRIPT_TIMEOUT", "2h"), 1h);
  EXPECT_EQ(longer.script, 1h);
  EXPECT_THAT(longer.warnings, SizeIs(1));
}

TEST(Times, AttemptsAreOneToTen) {
  EXPECT_EQ(*stage_attempts(JobVariables(), "X_ATTEMPTS", "x"), 1);
  EXPECT_EQ(*stage_attempts(variables("X_ATTEMPTS", "many"), "X_ATTEMPTS", "x"), 1);
  EXPECT_EQ(*stage_attempts(variables("X_ATTEMPTS", "10"), "X_ATTEMPTS", "x"), 10);
  EXPECT_FALSE(stage_attempts(variables("X_ATTEMPTS", "0"), "X_ATTEMPTS", "x").ok());
  EXPECT_FALSE(stage_attempts(variables("X_ATTEMPTS", "11"), "X_ATTEMPTS", "x").ok());
}

TEST(Times, PausesDoubleFromFiveSecondsToFiveMinutes) {
  EXPECT_EQ(retry_delay(2), 5s);
  EXPECT_EQ(retry_delay(3), 10s);
  EXPECT_EQ(retry_delay(9), 5min);
  EXPECT_EQ(retry_delay(1000), 5min);
}

TEST(Stop, TheFirstReasonIsTheReason) {
  JobStop stop(60s);
  stop.time_out();
  stop.kill();
  EXPECT_EQ(stop.stopped()->kind, JobError::Kind::timed_out);
  EXPECT_EQ(stop.job_token().level(), CancelLevel::hard);
}

TEST(Stop, AGracefulCancelTouchesOnlyTheScriptsWhileTheyRun) {
  JobStop stop(60s);
  stop.enter(JobStop::Phase::scripts);
  stop.cancel_gracefully();
  EXPECT_EQ(stop.stopped(), std::nullopt);
  EXPECT_TRUE(stop.scripts_canceled());
  EXPECT_EQ(stop.script_token().level(), CancelLevel::polite);
  EXPECT_EQ(stop.job_token().level(), CancelLevel::none);
}

TEST(Stop, AnAbortReachesTheScriptsToo) {
  JobStop stop(60s);
  stop.enter(JobStop::Phase::scripts);
  stop.abort();
  EXPECT_EQ(stop.script_token().level(), CancelLevel::polite);
}

}  // namespace
}  // namespace fairlead::runner
