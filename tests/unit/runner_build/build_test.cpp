// SPDX-License-Identifier: Apache-2.0
#include "runner/build/build.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "build_harness.hpp"
#include "runner/build/sources.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using namespace testing;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using State = BuildOutcome::State;
using Verdict = UpdateReply::Verdict;

using Lifecycle = BuildTest;
using Trap = BuildTest;
using Cancelling = BuildTest;
using Failures = BuildTest;
using Timeouts = BuildTest;

TEST_F(Lifecycle, AGoodJobRunsItsStagesInOrderAndSucceeds) {
  with_after_script();
  auto result = run();
  EXPECT_EQ(result.state, State::success);
  EXPECT_TRUE(result.reported);
  EXPECT_THAT(provider.calls,
              ElementsAre("prepare", "get_sources", "step_script", "after_script", "cleanup"));
  EXPECT_EQ(coordinator.events.back(), "PUT success");
  EXPECT_EQ(coordinator.updates.back().exit_code, 0);
}

TEST_F(Lifecycle, TheLogReadsAsGitlabRunnersDoes) {
  with_after_script();
  provider.stages["step_script"] = [](const StageScript&, LogSink& log,
                                      const RunLimits&) -> Task<Result<StageExit>> {
    co_await say(log, "hello\n");
    co_return StageExit(Exited{0});
  };
  run();
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  EXPECT_EQ(log(),
            "Running with fairlead 1.0 (abc)\n"
            "  on test runner tok, system ID: s_1\n"
            "Preparing the \"shell\" executor\n"
            "Preparing environment\n"
            "Running on " +
                std::string(host) +
                "...\n"
                "Getting source from Git repository\n"
                "Executing \"step_script\" stage of the job script\n"
                "hello\n"
                "Running after_script\n"
                "Cleaning up project directory and file based variables\n"
                "Job succeeded\n");
  EXPECT_THAT(coordinator.trace, HasSubstr("\x1b[0KRunning with fairlead 1.0 (abc)\n\x1b[0;m"));
  EXPECT_THAT(coordinator.trace,
              HasSubstr("\x1b[0K\x1b[36;1mGetting source from Git repository\x1b[0;m\n\x1b[0;m"));
  EXPECT_THAT(coordinator.trace, HasSubstr("\x1b[32;1mJob succeeded\n\x1b[0;m"));
  for (auto name : {"prepare_executor", "prepare_script", "get_sources", "step_script", "after_script",
                    "cleanup_file_variables"})
    EXPECT_TRUE(has_section(name)) << name;
}

TEST_F(Lifecycle, SectionsAreLeftOutWhenTheCoordinatorDoesNotReadThem) {
  job.features.trace_sections = false;
  run();
  EXPECT_THAT(coordinator.trace, Not(HasSubstr("section_")));
  EXPECT_THAT(coordinator.trace, HasSubstr("Getting source"));
}

TEST_F(Lifecycle, AStageWithNothingToDoStartsNoProcessAndHasNoSection) {
  job.steps = {{.name = "script", .script = {" ", ""}}, {.name = "after_script", .script = {}}};
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "cleanup"));
  EXPECT_FALSE(has_section("step_script"));
  EXPECT_FALSE(has_section("after_script"));
  EXPECT_FALSE(has_section("restore_cache"));
  EXPECT_FALSE(has_section("upload_artifacts_on_success"));
}

TEST_F(Lifecycle, FurtherStepsRunInOrderUntilTheFirstFailure) {
  job.steps = {{.name = "script", .script = {"a"}},
               {.name = "release", .script = {"b"}},
               {.name = "more", .script = {"c"}}};
  provider.stages["step_release"] = ends_with(Exited{4});
  auto result = run();
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(provider.calls,
              ElementsAre("prepare", "get_sources", "step_script", "step_release", "cleanup"));
  EXPECT_THAT(log(), HasSubstr("Executing \"step_release\" stage of the job script\n"));
}

class FakeSources final : public SourceProvider {
 public:
  Result<void> result;
  std::vector<std::filesystem::path> made;
  Task<Result<void>> materialise(const std::filesystem::path& project, LogSink& log, CancelToken) override {
    made.push_back(project);
    co_await say(log, "copied 3 files\n");
    co_return result;
  }
  std::string_view heading() const override { return "Getting source from here"; }
};

TEST_F(Lifecycle, ASourceProviderTakesThePlaceOfTheGitScript) {
  auto sources = std::make_shared<FakeSources>();
  settings.sources = sources;
  settings.project_dir = folder / "mine";
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(sources->made, ElementsAre(folder / "mine"));
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "step_script", "cleanup"));
  EXPECT_THAT(log(), HasSubstr("Getting source from here\ncopied 3 files\n"));
}

TEST_F(Lifecycle, HooksRunAroundASourceProvider) {
  settings.sources = std::make_shared<FakeSources>();
  job.hooks = {{.name = "pre_get_sources_script", .script = {"echo pre"}}};
  settings.post_get_sources_script = "echo post";
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "get_sources", "step_script", "cleanup"));
}

TEST_F(Lifecycle, StrategyNoneLeavesTheSourceProviderOut) {
  auto sources = std::make_shared<FakeSources>();
  settings.sources = sources;
  set("GIT_STRATEGY", "none");
  EXPECT_EQ(run().state, State::success);
  EXPECT_TRUE(sources->made.empty());
  EXPECT_TRUE(std::filesystem::is_directory(folder / "builds/tok/0/group/project"));
}

TEST_F(Lifecycle, AnIgnoredImageAndItsServicesAreSaidOnceInOneLine) {
  job.image = proto::JobImage{.name = "ruby:$V"};
  job.services = {{.name = "postgres:14"}, {.name = "redis"}};
  set("V", "3");
  run();
  EXPECT_THAT(log(),
              HasSubstr("WARNING: The \"shell\" executor runs jobs without containers: image \"ruby:3\" and "
                        "services \"postgres:14\", \"redis\" will not be used.\n"));
  EXPECT_EQ(log().find("will not be used"), log().rfind("will not be used"));
}

TEST_F(Lifecycle, VariablesThatNoShellCanTakeAreNamed) {
  set("MY-VAR", "x");
  set("1ST", "x");
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(log(), HasSubstr("WARNING: Variables with names that no shell can take are not set in the job: "
                               "\"MY-VAR\", \"1ST\"\n"));
}

TEST_F(Lifecycle, MaskedValuesAndTokensNeverReachTheCoordinator) {
  job.variables.push_back({.key = "SECRET", .value = "hunter2hunter2", .masked = true});
  provider.stages["step_script"] = [](const StageScript&, LogSink& log,
                                      const RunLimits&) -> Task<Result<StageExit>> {
    co_await say(log, "it is hunter2hunter2 and job-token-0123 and git-secret-1\n");
    co_return StageExit(Exited{0});
  };
  run();
  EXPECT_THAT(log(), HasSubstr("it is [MASKED] and [MASKED] and [MASKED]\n"));
}

TEST_F(Lifecycle, NothingIsPreparedWhenTheJobIsNotOursAnyMore) {
  coordinator.running_replies.push_back(UpdateReply{.verdict = Verdict::abort});
  auto result = run();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_FALSE(result.reported);
  EXPECT_TRUE(provider.calls.empty());
  EXPECT_THAT(coordinator.events, ElementsAre("PUT running"));
}

TEST_F(Lifecycle, AnUnreachableCoordinatorAtTheStartDoesNotDropTheJob) {
  coordinator.running_replies.push_back(make_error(ErrorCode::unavailable, "connection refused"));
  EXPECT_EQ(run().state, State::success);
}

TEST_F(Trap, PutRunningPrecedesPreparation) {
  coordinator.on_event = [this] {
    if (coordinator.events.size() == 1) EXPECT_TRUE(provider.calls.empty());
  };
  run();
  EXPECT_EQ(coordinator.events.front(), "PUT running");
}

TEST_F(Trap, FinalPut202NeverExhaustsRetries) {
  for (int i = 0; i < 40; ++i) coordinator.final_replies.push_back(UpdateReply{.verdict = Verdict::not_yet});
  auto result = run();
  EXPECT_TRUE(result.reported);
  EXPECT_EQ(std::count(coordinator.events.begin(), coordinator.events.end(), "PUT success"), 41);
}

TEST_F(Trap, FinalPut412SendsTheTraceAgain) {
  coordinator.final_replies.push_back(UpdateReply{.verdict = Verdict::resend_trace});
  auto result = run();
  EXPECT_TRUE(result.reported);
  EXPECT_THAT(log(), HasSubstr("Job succeeded\n"));
  auto events = coordinator.events;
  EXPECT_EQ(events[events.size() - 2], "PATCH");
}

TEST_F(Trap, ChecksumIsOfTheBytesSentNotOfTheRawOutput) {
  job.variables.push_back({.key = "SECRET", .value = "hunter2hunter2", .masked = true});
  provider.stages["step_script"] = [](const StageScript&, LogSink& log,
                                      const RunLimits&) -> Task<Result<StageExit>> {
    co_await say(log, "hunter2hunter2 \xff\n");
    co_return StageExit(Exited{0});
  };
  run();
  const auto& sent = coordinator.trace;
  auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(sent.data()), static_cast<uInt>(sent.size()));
  EXPECT_EQ(coordinator.updates.back().checksum, crc);
  EXPECT_EQ(coordinator.updates.back().bytesize, sent.size());
}

TEST_F(Trap, Patch404IsSurvivable) {
  coordinator.trace_verdict = TraceReply::Verdict::not_found;
  provider.stages["step_script"] = runs_forever(clock);
  start();
  advance(5s);
  EXPECT_FALSE(outcome);
  EXPECT_TRUE(provider.ran("step_script"));
  coordinator.trace_verdict = TraceReply::Verdict::accepted;
  provider.stages.clear();
  cancel.cancel(CancelLevel::hard);
  EXPECT_TRUE(finish().reported);
}

TEST_F(Trap, Patch403KillsTheJob) {
  with_after_script();
  provider.stages["step_script"] = runs_forever(clock);
  start();
  coordinator.trace_verdict = TraceReply::Verdict::abort;
  auto result = finish();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_FALSE(provider.ran("after_script"));
  EXPECT_EQ(provider.calls.back(), "cleanup");
}

TEST_F(Trap, AJobTimeoutRunsNoAfterScriptCacheArtifactsOrCleanup) {
  with_after_script();
  job.timeout = 60;
  job.artifacts = {{.paths = {"x"}, .when = model::When::always}};
  job.cache = {{.key = "k", .paths = {"x"}, .when = model::When::always}};
  job.variables.push_back({.key = "FILE", .value = "secret", .file = true});
  auto file = folder / "builds/tok/0/group/project.tmp/FILE";
  provider.stages["step_script"] = [&](const StageScript& s, LogSink& l,
                                       const RunLimits& limits) -> Task<Result<StageExit>> {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "secret";
    auto forever = runs_forever(clock);
    co_return co_await forever(s, l, limits);
  };
  auto result = run();
  EXPECT_EQ(result.state, State::timed_out);
  EXPECT_EQ(result.failure_reason, model::FailureReason::job_execution_timeout);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "step_script", "cleanup"));
  for (auto name :
       {"after_script", "archive_cache_on_failure", "upload_artifacts_on_failure", "cleanup_file_variables"})
    EXPECT_FALSE(has_section(name)) << name;
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: execution took longer than 1m0s seconds\n"));
  // No stage ran for it, and still the secret is off the disk.
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Trap, MidScriptCancelRunsAfterScriptAndTheFailureStages) {
  with_after_script();
  job.artifacts = {{.paths = {"none"}, .when = model::When::always}};
  job.cache = {{.key = "k", .paths = {"none"}, .when = model::When::always}};
  provider.stages["step_script"] = runs_forever(clock);
  start();
  coordinator.wish = JobWish::cancel_gracefully;
  auto result = finish();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_THAT(provider.calls,
              ElementsAre("prepare", "get_sources", "step_script", "after_script", "cleanup"));
  EXPECT_THAT(provider.script("after_script")->text, HasSubstr("CI_JOB_STATUS=canceled"));
  for (auto name : {"archive_cache_on_failure", "upload_artifacts_on_failure", "cleanup_file_variables"})
    EXPECT_TRUE(has_section(name)) << name;
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: canceled\n"));
  EXPECT_EQ(result.failure_reason, model::FailureReason::unknown_failure);
}

TEST_F(Trap, AScriptTimeoutRunsAfterScriptAndTheFailureStages) {
  with_after_script();
  set("RUNNER_SCRIPT_TIMEOUT", "10s");
  job.artifacts = {{.paths = {"none"}, .when = model::When::on_failure}};
  provider.stages["step_script"] = runs_forever(clock);
  auto result = run();
  EXPECT_EQ(result.state, State::timed_out);
  EXPECT_EQ(result.failure_reason, model::FailureReason::job_execution_timeout);
  EXPECT_THAT(provider.script("after_script")->text, HasSubstr("CI_JOB_STATUS=timedout"));
  EXPECT_TRUE(has_section("upload_artifacts_on_failure"));
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: script timeout: execution took longer than 10s\n"));
}

// A script that leaves `name` in the project folder.
FakeProvider::Stage writes_file(std::filesystem::path file) {
  return [file](const StageScript&, LogSink&, const RunLimits&) -> Task<Result<StageExit>> {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "content";
    co_return StageExit(Exited{0});
  };
}

TEST_F(Trap, AFailedUploadFailsAGoodJob) {
  job.artifacts = {{.paths = {"out.txt"}}};
  provider.stages["step_script"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  coordinator.upload_verdict = ArtifactVerdict::forbidden;
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.failure_reason, model::FailureReason::script_failure);
  EXPECT_TRUE(has_section("upload_artifacts_on_success"));
}

TEST_F(Trap, AGoodUploadKeepsAGoodJobGood) {
  job.artifacts = {{.paths = {"out.txt"}}};
  provider.stages["step_script"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  EXPECT_EQ(run().state, State::success);
  EXPECT_EQ(coordinator.uploaded.size(), 1u);
}

TEST_F(Trap, AFailedUploadIsSmallerNewsThanAFailedScript) {
  job.artifacts = {{.paths = {"out.txt"}, .when = model::When::always}};
  provider.stages["get_sources"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  provider.stages["step_script"] = ends_with(Exited{9});
  coordinator.upload_verdict = ArtifactVerdict::forbidden;
  EXPECT_EQ(run().exit_code, 9);
}

TEST_F(Trap, MissingArtifactFilesDoNotFailTheJob) {
  job.artifacts = {{.paths = {"nowhere/*.txt"}}};
  provider.stages["step_script"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  EXPECT_EQ(run().state, State::success);
  EXPECT_TRUE(coordinator.uploaded.empty());
}

TEST_F(Trap, ACacheFailureOnlyWarns) {
  std::ofstream(folder / "cache") << "a file where the folder should be";
  job.cache = {{.key = "k", .paths = {"out.txt"}}};
  provider.stages["step_script"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  EXPECT_EQ(run().state, State::success);
  EXPECT_TRUE(has_section("archive_cache"));
  EXPECT_THAT(log(), HasSubstr("WARNING: "));
}

TEST_F(Trap, AFailedDownloadSkipsTheScriptsAndFailsTheJob) {
  with_after_script();
  job.dependencies = {{.id = 7, .name = "build", .has_file = true, .filename = "artifacts.zip"}};
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_FALSE(provider.ran("step_script"));
  EXPECT_FALSE(provider.ran("after_script"));
  EXPECT_TRUE(has_section("download_artifacts"));
}

TEST_F(Trap, CacheKeysAndArtifactNamesAreExpandedBeforeUse) {
  set("NAME", "out");
  job.artifacts = {{.name = "$NAME-$CI_JOB_TIMEOUT", .paths = {"$NAME.txt"}}};
  provider.stages["step_script"] = writes_file(folder / "builds/tok/0/group/project/out.txt");
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(coordinator.uploaded, ElementsAre("out-3600.zip"));
}

TEST_F(Trap, RunIsJsonInAStringAndIsRefusedClearly) {
  job.run = "[{\"name\":\"x\",\"script\":\"echo\"}]";
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_THAT(log(), HasSubstr("keyword `run`"));
  EXPECT_FALSE(provider.ran("step_script"));
}

TEST_F(Cancelling, BeforeTheScriptsTheWholeJobEnds) {
  with_after_script();
  provider.stages["get_sources"] = runs_forever(clock);
  start();
  coordinator.wish = JobWish::cancel_gracefully;
  auto result = finish();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "cleanup"));
}

TEST_F(Cancelling, AfterTheScriptsAfterScriptIsNotDisturbed) {
  with_after_script();
  bool ended_by_itself = false;
  provider.stages["after_script"] = [&](const StageScript&, LogSink&,
                                        const RunLimits& limits) -> Task<Result<StageExit>> {
    ended_by_itself = co_await pause_until(clock, clock.steady_now() + 20s, limits.cancel);
    co_return StageExit(Exited{0});
  };
  start();
  cancel.cancel();
  finish();
  EXPECT_TRUE(ended_by_itself);
}

TEST_F(Cancelling, AbortKillsEveryStageAndRunsNoFurtherOne) {
  with_after_script();
  provider.stages["step_script"] = runs_forever(clock);
  start();
  coordinator.wish = JobWish::abort;
  auto result = finish();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "step_script", "cleanup"));
}

TEST_F(Cancelling, APoliteTokenIsAUsersCancelAndAHardOneAnAbort) {
  with_after_script();
  provider.stages["step_script"] = runs_forever(clock);
  provider.stages["after_script"] = runs_forever(clock);
  start();
  cancel.cancel(CancelLevel::polite);
  settle();
  EXPECT_EQ(provider.calls.back(), "after_script");
  EXPECT_EQ(provider.limits.back().cancel.level(), CancelLevel::none);
  cancel.cancel(CancelLevel::hard);
  settle();
  EXPECT_EQ(provider.limits.back().cancel.level(), CancelLevel::hard);
  EXPECT_EQ(finish().state, State::canceled);
  EXPECT_EQ(provider.calls.back(), "cleanup");
}

TEST_F(Cancelling, ATokenThatIsHardFromTheStartStartsNothing) {
  cancel.cancel(CancelLevel::hard);
  auto result = run();
  EXPECT_EQ(result.state, State::canceled);
  EXPECT_FALSE(provider.ran("get_sources"));
  EXPECT_TRUE(result.reported);
}

TEST_F(Cancelling, AScriptThatMakesTheBestOfTermIsStillCanceled) {
  provider.stages["step_script"] = [](const StageScript&, LogSink&,
                                      const RunLimits& limits) -> Task<Result<StageExit>> {
    co_await wait_cancelled(limits.cancel);
    co_return StageExit(Exited{0});
  };
  start();
  cancel.cancel();
  EXPECT_EQ(finish().state, State::canceled);
}

TEST_F(Cancelling, WhatDoesNotUnwindIsKilledAfterTheLimit) {
  settings.unwind_limit = 5min;
  provider.stages["step_script"] = [](const StageScript&, LogSink&,
                                      const RunLimits& limits) -> Task<Result<StageExit>> {
    co_await wait_cancelled(limits.cancel, CancelLevel::hard);
    co_return StageExit(Cancelled{});
  };
  start();
  coordinator.wish = JobWish::abort;
  advance(10s);  // the log is sent, the wish heard
  advance(4min);
  EXPECT_FALSE(outcome);
  advance(2min);
  EXPECT_EQ(finish().state, State::canceled);
}

TEST_F(Failures, AScriptsExitCodeIsTheJobs) {
  with_after_script();
  provider.stages["step_script"] = ends_with(Exited{3});
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.failure_reason, model::FailureReason::script_failure);
  EXPECT_FALSE(result.system_failure);
  EXPECT_THAT(coordinator.trace, HasSubstr("\x1b[31;1mERROR: Job failed: exit status 3\n\x1b[0;m"));
  EXPECT_EQ(coordinator.updates.back().exit_code, 3);
  EXPECT_THAT(provider.script("after_script")->text, HasSubstr("CI_JOB_STATUS=failed"));
}

TEST_F(Failures, ContainersSayExitCode) {
  provider.executor_name = "docker";
  provider.stages["step_script"] = ends_with(Exited{1});
  run();
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: exit code 1\n"));
}

TEST_F(Failures, AJobKilledBySignalFailsAndNamesIt) {
  provider.stages["step_script"] = ends_with(executors::Signaled{9});
  auto result = run();
  EXPECT_EQ(result.exit_code, 137);
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: signal: killed\n"));
}

TEST_F(Failures, AnExecutorErrorIsASystemFailureNotTheScripts) {
  provider.stages["step_script"] = breaks(make_error(ErrorCode::unavailable, "the agent went away"));
  auto result = run();
  EXPECT_TRUE(result.system_failure);
  EXPECT_EQ(result.failure_reason, model::FailureReason::runner_system_failure);
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed (system failure): the agent went away"));
}

TEST_F(Failures, AnExceptionInAStageEndsThisJobAsASystemFailure) {
  provider.stages["step_script"] = [](const StageScript&, LogSink&,
                                      const RunLimits&) -> Task<Result<StageExit>> {
    throw std::logic_error("we are wrong");
    co_return StageExit(Exited{0});
  };
  auto result = run();
  EXPECT_TRUE(result.system_failure);
  EXPECT_THAT(log(), HasSubstr("we are wrong"));
  EXPECT_EQ(provider.calls.back(), "cleanup");
}

TEST_F(Failures, FailedSourcesSkipTheScriptsButNotTheFailureStages) {
  with_after_script();
  job.artifacts = {{.paths = {"none"}, .when = model::When::always}};
  provider.stages["get_sources"] = ends_with(Exited{1});
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "cleanup"));
  EXPECT_TRUE(has_section("upload_artifacts_on_failure"));
}

TEST_F(Failures, SourcesAreTriedAgainWithPausesAndAFreshTree) {
  set("GET_SOURCES_ATTEMPTS", "3");
  provider.stages["get_sources"] = ends_with(Exited{1});
  auto begin = clock.steady_now();
  run();
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "get_sources", "clear_worktree", "get_sources",
                                          "get_sources", "cleanup"));
  EXPECT_GE(clock.steady_now() - begin, 15s);
  EXPECT_THAT(log(), HasSubstr("Retrying in 5s\n"));
  EXPECT_THAT(log(), HasSubstr("Retrying in 10s\n"));
}

TEST_F(Failures, AttemptsOutOfRangeFailTheJobAndSayTheRange) {
  set("GET_SOURCES_ATTEMPTS", "11");
  EXPECT_EQ(run().state, State::failed);
  EXPECT_THAT(log(), HasSubstr("number of attempts out of the range [1, 10] for stage: get_sources"));
}

TEST_F(Failures, PreparationIsTriedThreeTimesThreeSecondsApart) {
  for (int i = 0; i < 3; ++i)
    provider.prepare_results.push_back(make_error(ErrorCode::unavailable, "no machine"));
  auto begin = clock.steady_now();
  auto result = run();
  EXPECT_TRUE(result.system_failure);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "cleanup", "prepare", "cleanup", "prepare", "cleanup"));
  EXPECT_GE(clock.steady_now() - begin, 6s);
  EXPECT_THAT(log(), HasSubstr("ERROR: Preparation failed: no machine\nWill be retried in 3s ...\n"));
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed (system failure): no machine\n"));
}

TEST_F(Failures, PreparationThatWorksTheSecondTimeIsForgotten) {
  provider.prepare_results.push_back(make_error(ErrorCode::unavailable, "no machine"));
  EXPECT_EQ(run().state, State::success);
}

TEST_F(Failures, AWrongConfigurationIsNotRetriedAndHasItsOwnReason) {
  job.features.failure_reasons = {"runner_configuration_error"};
  provider.prepare_results.push_back(make_error(ErrorCode::invalid_argument, "no such shell"));
  auto result = run();
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "cleanup"));
  EXPECT_EQ(result.failure_reason, model::FailureReason::runner_configuration_error);
  EXPECT_THAT(log(), HasSubstr("ERROR: Job failed: no such shell\n"));
}

TEST_F(Failures, AReasonThatTheCoordinatorDoesNotKnowBecomesAnOlderOne) {
  provider.prepare_results.push_back(make_error(ErrorCode::invalid_argument, "no such shell"));
  EXPECT_EQ(run().failure_reason, model::FailureReason::script_failure);
}

TEST_F(Failures, AnAfterScriptFailureOnlyWarns) {
  with_after_script();
  provider.stages["after_script"] = ends_with(Exited{2});
  EXPECT_EQ(run().state, State::success);
  EXPECT_THAT(log(),
              HasSubstr("WARNING: after_script failed, but job will continue unaffected: exit status 2\n"));
}

TEST_F(Failures, AnAfterScriptFailureCountsWhenAskedTo) {
  with_after_script();
  set("AFTER_SCRIPT_IGNORE_ERRORS", "false");
  provider.stages["after_script"] = ends_with(Exited{2});
  auto result = run();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.exit_code, 2);
}

TEST_F(Failures, TheScriptsFailureIsBiggerNewsThanAfterScripts) {
  with_after_script();
  set("AFTER_SCRIPT_IGNORE_ERRORS", "false");
  provider.stages["step_script"] = ends_with(Exited{7});
  provider.stages["after_script"] = ends_with(Exited{2});
  EXPECT_EQ(run().exit_code, 7);
}

TEST_F(Failures, AnUnknownStrategyFailsTheJobAndNamesTheChoices) {
  set("GIT_STRATEGY", "rsync");
  EXPECT_EQ(run().state, State::failed);
  EXPECT_THAT(log(), HasSubstr("unknown GIT_STRATEGY \"rsync\": expected fetch, clone, none or empty"));
}

TEST_F(Failures, AClonePathNeedsPermission) {
  set("GIT_CLONE_PATH", "$CI_BUILDS_DIR/x");
  EXPECT_EQ(run().state, State::failed);
  EXPECT_THAT(log(), HasSubstr("setting GIT_CLONE_PATH is not allowed"));
  EXPECT_TRUE(provider.calls.empty());
}

TEST_F(Failures, AFailedPreparationSkipsEverythingBelow) {
  provider.feature_set.local_files = false;
  provider.stages["prepare_script"] = ends_with(Exited{1});
  auto result = run();
  EXPECT_TRUE(result.system_failure);
  EXPECT_THAT(provider.calls, ElementsAre("prepare", "prepare_script", "cleanup"));
  EXPECT_THAT(
      log(),
      HasSubstr("ERROR: Job failed (system failure): prepare environment: exit status 1. Check https://"));
}

TEST_F(Timeouts, AfterScriptHasFiveMinutesOfItsOwn) {
  with_after_script();
  provider.stages["after_script"] = runs_forever(clock);
  start();
  auto begin = clock.steady_now();
  EXPECT_EQ(finish().state, State::success);
  EXPECT_GE(clock.steady_now() - begin, 5min);
  EXPECT_LE(clock.steady_now() - begin, 6min);
  EXPECT_THAT(log(), HasSubstr("job will continue unaffected: execution took longer than 5m0s\n"));
}

TEST_F(Timeouts, AfterScriptTimeIsARunnerVariable) {
  with_after_script();
  set("RUNNER_AFTER_SCRIPT_TIMEOUT", "30s");
  provider.stages["after_script"] = runs_forever(clock);
  auto begin = clock.steady_now();
  run();
  EXPECT_LE(clock.steady_now() - begin, 1min);
}

TEST_F(Timeouts, MalformedAndTooLongValuesAreSaidInTheLog) {
  set("RUNNER_SCRIPT_TIMEOUT", "soon");
  set("RUNNER_AFTER_SCRIPT_TIMEOUT", "2h");
  run();
  EXPECT_THAT(log(), HasSubstr("WARNING: Ignoring malformed RUNNER_SCRIPT_TIMEOUT timeout: soon\n"));
  EXPECT_THAT(
      log(),
      HasSubstr("WARNING: RUNNER_AFTER_SCRIPT_TIMEOUT timeout: 2h0m0s is longer than job timeout: 1h0m0s."
                " Setting to job timeout\n"));
}

TEST_F(Timeouts, ATimeoutOfZeroMeansTwoHours) {
  job.timeout = 0;
  provider.stages["step_script"] = runs_forever(clock);
  auto result = run();
  EXPECT_EQ(result.state, State::timed_out);
  EXPECT_THAT(log(), HasSubstr("execution took longer than 2h0m0s seconds"));
  EXPECT_THAT(provider.script("step_script")->text, HasSubstr("CI_JOB_TIMEOUT=7200"));
}

TEST_F(Timeouts, AQuietJobIsKeptAlive) {
  provider.stages["step_script"] = runs_forever(clock);
  start();
  for (int i = 0; i < 120; ++i) advance(1s);
  EXPECT_GE(std::count(coordinator.events.begin(), coordinator.events.end(), "PUT running"), 3);
  cancel.cancel(CancelLevel::hard);
  finish();
}

}  // namespace
}  // namespace fairlead::runner
