// SPDX-License-Identifier: Apache-2.0
#include "server/core/coordinator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <fstream>
#include <thread>

#include "base/temp_dir.hpp"
#include "tests/unit/server_core/plans.hpp"

namespace fairlead::server {
namespace {

using model::Status;
using model::When;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class CoordinatorTest : public testing::Test {
 protected:
  CoordinatorTest() : folder_(*TempDir::create("coordinator-test-")) { open({}); }
  ~CoordinatorTest() override {
    coordinator_->shut_down();
    context_.restart();
    context_.run();
  }

  void open(CoordinatorSettings settings) {
    settings.folder = folder_.path() / "blobs";
    coordinator_ = *Coordinator::open(std::move(settings), clock_, context_.get_executor());
    watch_ = coordinator_->subscribe([this](const Event& event) { events_.push_back(event); });
  }

  PipelineId create(parser::PipelinePlan plan, std::string ref = "main", std::string sha = "aa11") {
    NewPipeline fresh;
    fresh.plan = std::move(plan);
    fresh.commit.ref = std::move(ref);
    fresh.commit.sha = std::move(sha);
    fresh.project.path = "group/project";
    auto id = coordinator_->create_pipeline(std::move(fresh));
    EXPECT_TRUE(id.ok()) << id.error().to_string();
    return *id;
  }

  void settle() {
    context_.restart();
    context_.poll();
  }

  proto::JobPayload claim(const RunnerFacts& runner = {}) {
    auto payload = coordinator_->try_claim(runner);
    EXPECT_TRUE(payload.ok());
    EXPECT_TRUE(payload->has_value()) << "there is no job to claim";
    return payload->value_or(proto::JobPayload());
  }
  bool nothing_to_claim(const RunnerFacts& runner = {}) {
    return !coordinator_->try_claim(runner)->has_value();
  }

  ReportReply report(const proto::JobPayload& job, JobReport::State state, int exit_code = 0) {
    JobReport said{.state = state, .exit_code = exit_code};
    if (state == JobReport::State::failed) said.failure_reason = model::FailureReason::script_failure;
    return *coordinator_->report(job.id, job.token.reveal(), said);
  }
  proto::JobPayload start(const RunnerFacts& runner = {}) {
    auto job = claim(runner);
    EXPECT_EQ(report(job, JobReport::State::running).verdict, ReportReply::Verdict::accepted);
    return job;
  }
  void succeed(const proto::JobPayload& job) { report(job, JobReport::State::success); }
  void run(const std::string& name) {
    const auto job = start();
    EXPECT_EQ(job.job_info.name, name);
    succeed(job);
  }

  JobView named(PipelineId pipeline, const std::string& name) {
    for (auto& job : coordinator_->jobs(pipeline))
      if (job.name == name) return job;
    ADD_FAILURE() << "no job " << name;
    return {};
  }
  Status status(PipelineId pipeline, const std::string& name) { return named(pipeline, name).status; }
  Status status(PipelineId pipeline) { return coordinator_->pipeline(pipeline)->status; }

  std::filesystem::path file(const std::string& name, std::string_view content, bool gzip = false) {
    const auto path = folder_.path() / name;
    if (gzip) {
      gzFile out = gzopen(path.c_str(), "wb");
      gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
      gzclose(out);
    } else {
      std::ofstream(path, std::ios::binary) << content;
    }
    return path;
  }
  StoreReply store(const proto::JobPayload& job, const std::filesystem::path& path, std::string type,
                   std::string format = "gzip") {
    return *coordinator_->store_artifact(
        job.id, job.token.reveal(),
        {.file = path, .filename = path.filename(), .type = type, .format = format});
  }

  template <class E>
  std::vector<E> seen() const {
    std::vector<E> out;
    for (const auto& event : events_)
      if (const auto* wanted = std::get_if<E>(&event)) out.push_back(*wanted);
    return out;
  }

  TempDir folder_;
  VirtualClock clock_;
  asio::io_context context_;
  std::unique_ptr<Coordinator> coordinator_;
  std::vector<Event> events_;
  std::unique_ptr<Coordinator::Subscription> watch_;
};

TEST_F(CoordinatorTest, JobsRunStageByStageAndThePipelineSucceeds) {
  const auto id = create(plan_of({{"build", "build"}, {"test", "test"}}));
  EXPECT_EQ(status(id), Status::pending);
  run("build");
  EXPECT_EQ(status(id), Status::running);
  run("test");
  EXPECT_EQ(status(id), Status::success);
  EXPECT_EQ(seen<PipelineSettled>().back().status, Status::success);
  EXPECT_TRUE(coordinator_->pipeline(id)->settled);
}

TEST_F(CoordinatorTest, AClaimedJobStaysPendingUntilTheRunnerReportsRunning) {
  const auto id = create(plan_of({{"build"}}));
  const auto job = claim();
  EXPECT_EQ(status(id, "build"), Status::pending);
  EXPECT_EQ(coordinator_->why_not_running(job.id).kind, WhyNotRunning::Kind::claimed);
  EXPECT_TRUE(nothing_to_claim());
  report(job, JobReport::State::running);
  EXPECT_EQ(status(id, "build"), Status::running);
}

TEST_F(CoordinatorTest, AClaimThatNobodyStartsGoesBackToTheQueue) {
  create(plan_of({{"build"}}));
  const auto lost = claim();
  settle();
  clock_.advance(std::chrono::minutes(2));
  settle();
  const auto again = claim();
  EXPECT_EQ(again.id, lost.id);
}

TEST_F(CoordinatorTest, TheWrongTokenIsForbidden) {
  create(plan_of({{"build"}}));
  const auto job = start();
  JobReport said{.state = JobReport::State::success};
  EXPECT_EQ(coordinator_->report(job.id, "guess", said)->verdict, ReportReply::Verdict::forbidden);
  EXPECT_EQ(coordinator_->append_trace(job.id, "guess", 0, "x")->verdict, AppendReply::Verdict::forbidden);
  EXPECT_EQ(coordinator_->report(999, job.token.reveal(), said)->verdict, ReportReply::Verdict::not_found);
}

TEST_F(CoordinatorTest, TagsChooseTheRunner) {
  auto plan = plan_of({{"plain"}, {"special"}});
  job_named(plan, "special").tags = {"gpu", "linux"};
  create(std::move(plan));
  RunnerFacts gpu{.id = 2, .tags = {"linux", "gpu", "fast"}, .run_untagged = false};
  RunnerFacts half{.id = 3, .tags = {"linux"}, .run_untagged = false};
  EXPECT_TRUE(nothing_to_claim(half));
  EXPECT_EQ(claim(gpu).job_info.name, "special");
  EXPECT_TRUE(nothing_to_claim(gpu));
  EXPECT_EQ(claim().job_info.name, "plain");
}

TEST_F(CoordinatorTest, AJobThatNoRunnerMatchesSaysWhy) {
  auto plan = plan_of({{"special"}});
  job_named(plan, "special").tags = {"gpu"};
  const auto id = create(std::move(plan));
  EXPECT_TRUE(nothing_to_claim());
  const auto why = coordinator_->why_not_running(named(id, "special").id);
  EXPECT_EQ(why.kind, WhyNotRunning::Kind::no_matching_runner);
  EXPECT_THAT(why.names, ElementsAre("gpu"));
  EXPECT_TRUE(nothing_to_claim({.id = 7, .tags = {"other"}}));
  (void)coordinator_->try_claim({.id = 8, .tags = {"gpu"}});
  EXPECT_EQ(coordinator_->why_not_running(named(id, "special").id).kind, WhyNotRunning::Kind::claimed);
}

TEST_F(CoordinatorTest, WhyNotRunningNamesJobsAndGatesBefore) {
  const auto id = create(plan_of({{"build", "build"}, {"gate", "review", When::manual}, {"ship", "ship"}}));
  auto why = coordinator_->why_not_running(named(id, "ship").id);
  EXPECT_EQ(why.kind, WhyNotRunning::Kind::waits_for_jobs);
  EXPECT_THAT(why.names, ElementsAre("build", "gate"));
  run("build");
  why = coordinator_->why_not_running(named(id, "ship").id);
  EXPECT_EQ(why.kind, WhyNotRunning::Kind::waits_for_gate);
  EXPECT_THAT(why.names, ElementsAre("gate"));
  EXPECT_EQ(coordinator_->why_not_running(named(id, "build").id).kind, WhyNotRunning::Kind::finished);
}

TEST_F(CoordinatorTest, AParkedClaimGetsANewJobAtOnce) {
  std::optional<proto::JobPayload> got;
  asio::co_spawn(
      context_,
      [&]() -> Task<void> {
        auto claimed = co_await coordinator_->claim({}, {});
        if (claimed.ok()) got = *claimed;
      },
      asio::detached);
  settle();
  EXPECT_FALSE(got);
  create(plan_of({{"build"}}));
  settle();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->job_info.name, "build");
}

TEST_F(CoordinatorTest, ACancelledClaimEndsWithoutAJobAndLeavesItToOthers) {
  CancelSource cancel;
  int ended = 0;
  asio::co_spawn(
      context_,
      [&]() -> Task<void> {
        auto claimed = co_await coordinator_->claim({}, cancel.token());
        EXPECT_FALSE(claimed->has_value());
        ++ended;
      },
      asio::detached);
  settle();
  // The job is handed over, but before the runner hears of it, it gives up.
  create(plan_of({{"build"}}));
  cancel.cancel();
  settle();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(claim().job_info.name, "build");
}

TEST_F(CoordinatorTest, ShuttingDownEndsParkedClaims) {
  bool ended = false;
  asio::co_spawn(
      context_,
      [&]() -> Task<void> {
        auto claimed = co_await coordinator_->claim({}, {});
        EXPECT_FALSE(claimed->has_value());
        ended = true;
      },
      asio::detached);
  settle();
  coordinator_->shut_down();
  settle();
  EXPECT_TRUE(ended);
}

TEST_F(CoordinatorTest, TheTraceIsAppendedOnlyAtItsEnd) {
  create(plan_of({{"build"}}));
  const auto job = start();
  const std::string token = job.token.reveal();
  auto reply = *coordinator_->append_trace(job.id, token, 0, "hello ");
  EXPECT_EQ(reply.verdict, AppendReply::Verdict::accepted);
  EXPECT_EQ(reply.size, 6u);
  // A repeat after a lost answer, and a hole: both get the size to go on from.
  for (std::uint64_t offset : {0u, 9u}) {
    reply = *coordinator_->append_trace(job.id, token, offset, "hello ");
    EXPECT_EQ(reply.verdict, AppendReply::Verdict::range_mismatch);
    EXPECT_EQ(reply.size, 6u);
  }
  EXPECT_EQ(coordinator_->append_trace(job.id, token, 6, "world")->verdict, AppendReply::Verdict::accepted);
  EXPECT_EQ(*coordinator_->trace(job.id), "hello world");
  EXPECT_EQ(*coordinator_->trace(job.id, 6, 3), "wor");
  std::string seen_bytes;
  for (const auto& event : seen<TraceAppended>()) {
    EXPECT_EQ(event.offset, seen_bytes.size());
    seen_bytes += event.bytes;
  }
  EXPECT_EQ(seen_bytes, "hello world");
  succeed(job);
  EXPECT_EQ(coordinator_->append_trace(job.id, token, 11, "late")->verdict, AppendReply::Verdict::forbidden);
}

TEST_F(CoordinatorTest, AFinalReportWithMissingTraceBytesAsksForThem) {
  const auto id = create(plan_of({{"build"}}));
  const auto job = start();
  JobReport said{.state = JobReport::State::success, .checksum = 0, .bytesize = 5};
  EXPECT_EQ(coordinator_->report(job.id, job.token.reveal(), said)->verdict,
            ReportReply::Verdict::resend_trace);
  EXPECT_EQ(status(id, "build"), Status::running);
  (void)coordinator_->append_trace(job.id, job.token.reveal(), 0, "12345");
  said.checksum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>("12345"), 5));
  EXPECT_EQ(coordinator_->report(job.id, job.token.reveal(), said)->verdict, ReportReply::Verdict::accepted);
  EXPECT_EQ(status(id, "build"), Status::success);
}

TEST_F(CoordinatorTest, AFailureIsRetriedAsANewCopyWhileAttemptsAreLeft) {
  auto plan = plan_of({{"flaky", "build"}, {"after", "test"}});
  job_named(plan, "flaky").config.retry = parser::RetryConfig{.max = 1};
  const auto id = create(std::move(plan));
  const auto first = start();
  report(first, JobReport::State::failed, 1);
  EXPECT_EQ(status(id, "flaky"), Status::pending);
  EXPECT_EQ(status(id, "after"), Status::created) << "nothing is skipped in between";
  EXPECT_TRUE(seen<PipelineSettled>().empty());
  ASSERT_EQ(seen<JobRetried>().size(), 1u);
  EXPECT_TRUE(seen<JobRetried>()[0].automatic);
  EXPECT_TRUE(coordinator_->job(first.id)->retried);
  EXPECT_EQ(coordinator_->job(first.id)->status, Status::failed);
  EXPECT_EQ(coordinator_->jobs(id, true).size(), 3u);
  const auto second = start();
  EXPECT_NE(second.id, first.id);
  report(second, JobReport::State::failed, 1);
  EXPECT_EQ(status(id, "flaky"), Status::failed);
  EXPECT_EQ(status(id, "after"), Status::skipped);
  EXPECT_EQ(status(id), Status::failed);
}

TEST_F(CoordinatorTest, AllowFailureByExitCodeIsDecidedWhenTheJobFails) {
  for (int code : {42, 1}) {
    auto plan = plan_of({{"lint", "build"}, {"after", "test"}});
    job_named(plan, "lint").allow_failure_exit_codes = {42};
    const auto id = create(std::move(plan), "branch" + std::to_string(code));
    report(start(), JobReport::State::failed, code);
    EXPECT_EQ(named(id, "lint").allow_failure, code == 42);
    EXPECT_EQ(status(id, "after"), code == 42 ? Status::pending : Status::skipped);
    if (code == 42) succeed(start());
    EXPECT_EQ(coordinator_->pipeline(id)->warnings, code == 42);
  }
}

TEST_F(CoordinatorTest, AGateWaitsForAPersonAndTakesTheirVariables) {
  const auto id = create(plan_of({{"gate", "build", When::manual}, {"after", "test"}}));
  EXPECT_EQ(status(id), Status::manual);
  ASSERT_EQ(seen<GateReached>().size(), 1u);
  EXPECT_TRUE(seen<GateReached>()[0].blocking);
  EXPECT_EQ(seen<PipelineSettled>().size(), 1u);
  const auto played = coordinator_->play(named(id, "gate").id, {{.key = "WHERE", .value = "prod"}});
  ASSERT_TRUE(played.ok());
  const auto job = start();
  EXPECT_EQ(model::find_variable(job.variables, "WHERE")->value, "prod");
  EXPECT_EQ(model::find_variable(job.variables, "CI_JOB_MANUAL")->value, "true");
  EXPECT_FALSE(coordinator_->play(job.id).ok()) << "it runs already";
  succeed(job);
  run("after");
  EXPECT_EQ(status(id), Status::success);
  EXPECT_EQ(seen<PipelineSettled>().size(), 2u);
}

TEST_F(CoordinatorTest, AnOptionalGateDoesNotHoldThePipeline) {
  const auto id = create(plan_of({{"test"}, {"gate", "test", When::manual, true}, {"after", "deploy"}}));
  EXPECT_FALSE(seen<GateReached>()[0].blocking);
  run("test");
  run("after");
  EXPECT_EQ(status(id), Status::success);
  EXPECT_EQ(status(id, "gate"), Status::manual);
}

TEST_F(CoordinatorTest, PlayingAFinishedGateRunsACopy) {
  const auto id = create(plan_of({{"gate", "test", When::manual, true}}));
  const auto first = *coordinator_->play(named(id, "gate").id);
  succeed(start());
  const auto second = coordinator_->play(first);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, first);
  EXPECT_EQ(status(id, "gate"), Status::pending) << "it does not ask again";
  EXPECT_FALSE(coordinator_->play(first).ok()) << "the old copy has been replaced";
}

TEST_F(CoordinatorTest, ADelayedJobStartsWhenItsTimeComes) {
  auto plan = plan_of({{"later", "test", When::delayed}});
  job_named(plan, "later").start_in = std::chrono::seconds(90);
  const auto id = create(std::move(plan));
  EXPECT_EQ(status(id, "later"), Status::scheduled);
  EXPECT_FALSE(coordinator_->pipeline(id)->settled);
  settle();
  clock_.advance(std::chrono::seconds(89));
  settle();
  EXPECT_TRUE(nothing_to_claim());
  clock_.advance(std::chrono::seconds(1));
  settle();
  EXPECT_EQ(claim().job_info.name, "later");
}

TEST_F(CoordinatorTest, AnUnscheduledJobBecomesAGate) {
  auto plan = plan_of({{"later", "test", When::delayed}});
  job_named(plan, "later").start_in = std::chrono::seconds(90);
  const auto id = create(std::move(plan));
  ASSERT_TRUE(coordinator_->unschedule(named(id, "later").id).ok());
  settle();
  clock_.advance(std::chrono::hours(1));
  settle();
  EXPECT_EQ(status(id, "later"), Status::manual);
  EXPECT_FALSE(coordinator_->unschedule(named(id, "later").id).ok());
}

TEST_F(CoordinatorTest, CancelIsPoliteToRunningJobsThatCanObey) {
  const auto id = create(plan_of({{"a"}, {"b"}, {"c", "deploy"}}));
  const auto obeys = start();
  const auto old = start({.id = 2, .cancel_gracefully = false});
  ASSERT_TRUE(coordinator_->cancel_pipeline(id).ok());
  EXPECT_EQ(status(id, "a"), Status::canceling);
  EXPECT_EQ(status(id, "b"), Status::canceled);
  EXPECT_EQ(status(id, "c"), Status::canceled);
  EXPECT_EQ(status(id), Status::canceling);
  // The runner hears of it with its next call.
  EXPECT_EQ(coordinator_->append_trace(obeys.id, obeys.token.reveal(), 0, "x")->job, Status::canceling);
  EXPECT_EQ(report(old, JobReport::State::running).verdict, ReportReply::Verdict::forbidden);
  report(obeys, JobReport::State::failed, 1);
  EXPECT_EQ(status(id, "a"), Status::canceled);
  EXPECT_EQ(status(id), Status::canceled);
}

TEST_F(CoordinatorTest, AHardCancelDoesNotWait) {
  const auto id = create(plan_of({{"a"}}));
  const auto job = start();
  ASSERT_TRUE(coordinator_->cancel_job(job.id).ok());
  EXPECT_EQ(status(id, "a"), Status::canceling);
  ASSERT_TRUE(coordinator_->cancel_job(job.id).ok()) << "asking twice changes nothing";
  EXPECT_EQ(status(id, "a"), Status::canceling);
  ASSERT_TRUE(coordinator_->cancel_job(job.id, CancelLevel::hard).ok());
  EXPECT_EQ(status(id, "a"), Status::canceled);
  EXPECT_FALSE(coordinator_->cancel_job(job.id).ok());
}

TEST_F(CoordinatorTest, RetryOfThePipelineCopiesWhatFailedAndRevivesWhatWasSkipped) {
  const auto id = create(plan_of({{"a", "build"}, {"b", "build"}, {"c", "test"}}));
  run("a");
  report(start(), JobReport::State::failed, 1);
  EXPECT_EQ(status(id, "c"), Status::skipped);
  ASSERT_TRUE(coordinator_->retry_pipeline(id).ok());
  EXPECT_EQ(status(id), Status::running) << "a pipeline that ran is not pending again";
  run("b");
  run("c");
  EXPECT_EQ(status(id), Status::success);
}

TEST_F(CoordinatorTest, OneJobOfAResourceGroupRunsAtATime) {
  const auto one = create(plan_of({{"deploy", "test", When::on_success, false, {}, false, "prod"}}), "one");
  const auto two = create(plan_of({{"deploy", "test", When::on_success, false, {}, false, "prod"}}), "two");
  EXPECT_EQ(status(one, "deploy"), Status::pending);
  EXPECT_EQ(status(two, "deploy"), Status::waiting_for_resource);
  const auto why = coordinator_->why_not_running(named(two, "deploy").id);
  EXPECT_EQ(why.kind, WhyNotRunning::Kind::waits_for_resource);
  EXPECT_THAT(why.names, ElementsAre("deploy"));
  succeed(start());
  EXPECT_EQ(status(two, "deploy"), Status::pending);
}

TEST_F(CoordinatorTest, ResourceModesChooseWhoIsNext) {
  open({.resource_modes = {{"prod", ResourceMode::newest_ready_first}}});
  std::vector<PipelineId> ids;
  for (const char* ref : {"one", "two", "three"})
    ids.push_back(create(plan_of({{"deploy", "test", When::on_success, false, {}, false, "prod"}}), ref));
  succeed(start());
  EXPECT_EQ(status(ids[1], "deploy"), Status::waiting_for_resource);
  EXPECT_EQ(status(ids[2], "deploy"), Status::pending);
}

TEST_F(CoordinatorTest, ANewCommitCancelsOlderPipelinesOfItsRef) {
  const auto untouched = create(plan_of({{"a"}}), "other", "1111");
  const auto old = create(plan_of({{"a"}}), "main", "1111");
  const auto same = create(plan_of({{"a"}}), "main", "2222");
  EXPECT_EQ(status(old), Status::canceled);
  EXPECT_EQ(status(untouched), Status::pending);
  EXPECT_EQ(status(same), Status::pending);
}

TEST_F(CoordinatorTest, AStartedJobThatMayNotBeInterruptedSavesItsPipeline) {
  const auto old = create(plan_of({{"a"}, {"b"}}), "main", "1111");
  start();
  create(plan_of({{"a"}}), "main", "2222");
  EXPECT_EQ(status(old), Status::running);
  EXPECT_EQ(status(old, "b"), Status::pending);
}

TEST_F(CoordinatorTest, AnOnJobFailureRuleCancelsTheRest) {
  auto plan = plan_of({{"a"}, {"b"}, {"c", "deploy"}});
  plan.auto_cancel_on_job_failure = "all";
  const auto id = create(std::move(plan));
  report(start(), JobReport::State::failed, 1);
  EXPECT_EQ(status(id, "b"), Status::canceled);
  EXPECT_EQ(status(id), Status::failed);
}

TEST_F(CoordinatorTest, ArtifactsOfEarlierStagesBecomeDependencies) {
  const auto id = create(plan_of({{"build", "build"}, {"empty", "build"}, {"test", "test"}}));
  const auto build = start();
  EXPECT_EQ(store(build, file("a.zip", "PK"), "archive", "zip").verdict, StoreVerdict::stored);
  succeed(build);
  run("empty");
  const auto test = start();
  ASSERT_EQ(test.dependencies.size(), 1u);
  const auto& dependency = test.dependencies[0];
  EXPECT_EQ(dependency.name, "build");
  EXPECT_TRUE(dependency.has_file);
  EXPECT_EQ(dependency.size, 2);
  const auto blob = coordinator_->dependency_archive(dependency.id, dependency.token.reveal());
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(std::filesystem::file_size(blob->file), 2u);
  EXPECT_FALSE(coordinator_->dependency_archive(dependency.id, "guess").ok());
  EXPECT_EQ(named(id, "build").artifacts.size(), 1u);
}

TEST_F(CoordinatorTest, NeedsAndDependenciesNarrowTheArtifacts) {
  auto plan = plan_of({{"a", "build"},
                       {"b", "build"},
                       {"c", "build"},
                       {"needy", "test", When::on_success, false, {"a", "b"}},
                       {"picky", "test"},
                       {"none", "test"}});
  job_named(plan, "needy").needs[1].artifacts = false;
  job_named(plan, "picky").dependencies = std::vector<std::string>{"c"};
  job_named(plan, "none").dependencies = std::vector<std::string>{};
  create(std::move(plan));
  for (int i = 0; i < 3; ++i) {
    const auto job = start();
    store(job, file("x.zip", job.job_info.name), "archive", "zip");
    succeed(job);
  }
  std::map<std::string, std::vector<std::string>> got;
  for (int i = 0; i < 3; ++i) {
    const auto job = start();
    for (const auto& dependency : job.dependencies) got[job.job_info.name].push_back(dependency.name);
  }
  EXPECT_THAT(got["needy"], ElementsAre("a"));
  EXPECT_THAT(got["picky"], ElementsAre("c"));
  EXPECT_THAT(got["none"], ElementsAre());
}

TEST_F(CoordinatorTest, DotenvReportsFeedLaterJobsAndBadOnesAreRefused) {
  create(plan_of({{"build", "build"}, {"test", "test"}}));
  const auto build = start();
  const auto bad = store(build, file("bad.gz", "no equals sign\n", true), "dotenv");
  EXPECT_EQ(bad.verdict, StoreVerdict::bad);
  EXPECT_EQ(bad.message, "Invalid Format");
  EXPECT_EQ(store(build, file("good.gz", "VERSION = 1.2\nURL=http://x/?a=b\n", true), "dotenv").verdict,
            StoreVerdict::stored);
  succeed(build);
  const auto test = start();
  EXPECT_EQ(model::find_variable(test.variables, "VERSION")->value, "1.2");
  EXPECT_EQ(model::find_variable(test.variables, "URL")->value, "http://x/?a=b");
}

TEST_F(CoordinatorTest, TheSameArtifactTypeTwiceIsRefusedUnlessItIsTheSameFile) {
  create(plan_of({{"build"}}));
  const auto job = start();
  EXPECT_EQ(store(job, file("a.zip", "one"), "archive", "zip").verdict, StoreVerdict::stored);
  EXPECT_EQ(store(job, file("b.zip", "one"), "archive", "zip").verdict, StoreVerdict::stored);
  EXPECT_EQ(store(job, file("c.zip", "two"), "archive", "zip").verdict, StoreVerdict::bad);
  EXPECT_EQ(store(job, file("d.zip", "two"), "no_such_type").verdict, StoreVerdict::bad);
}

TEST_F(CoordinatorTest, AnArtifactAboveTheLimitIsTooLarge) {
  open({.max_artifact_size = 3});
  create(plan_of({{"build"}}));
  const auto job = start();
  EXPECT_EQ(store(job, file("a.zip", "four"), "archive", "zip").verdict, StoreVerdict::too_large);
  EXPECT_EQ(store(job, file("b.zip", "abc"), "archive", "zip").verdict, StoreVerdict::stored);
}

TEST_F(CoordinatorTest, TestsAndCoverageAreInTheSummary) {
  auto plan = plan_of({{"test"}});
  job_named(plan, "test").config.coverage = R"(lines: \d+\.\d+%)";
  const auto id = create(std::move(plan));
  const auto job = start();
  (void)coordinator_->append_trace(job.id, job.token.reveal(), 0, "lines: 11.0%\nlines: 87.5%\nbye\n");
  store(job, file("j.gz", "<testsuite><testcase/><testcase><failure/></testcase></testsuite>", true),
        "junit");
  succeed(job);
  EXPECT_EQ(named(id, "test").coverage, 87.5);
  ASSERT_TRUE(named(id, "test").tests);
  EXPECT_EQ(named(id, "test").tests->tests, 2u);
  EXPECT_EQ(named(id, "test").tests->failures, 1u);
}

TEST_F(CoordinatorTest, ABridgeFailsAndSaysWhyInItsLog) {
  auto plan = plan_of({{"trigger", "build"}, {"after", "test"}});
  job_named(plan, "trigger").config.is_bridge = true;
  const auto id = create(std::move(plan));
  EXPECT_EQ(status(id, "trigger"), Status::failed);
  EXPECT_EQ(named(id, "trigger").failure_reason, model::FailureReason::runner_unsupported);
  EXPECT_THAT(*coordinator_->trace(named(id, "trigger").id), testing::HasSubstr("downstream pipeline"));
  EXPECT_EQ(status(id), Status::failed);
  EXPECT_TRUE(coordinator_->pipeline(id)->settled);
}

TEST_F(CoordinatorTest, ASubscriberMayActFromWithinItsCallback) {
  std::vector<Status> order;
  const auto eager = coordinator_->subscribe([&](const Event& event) {
    if (const auto* gate = std::get_if<GateReached>(&event)) EXPECT_TRUE(coordinator_->play(gate->job).ok());
    if (const auto* move = std::get_if<JobStatusChanged>(&event)) order.push_back(move->to);
  });
  create(plan_of({{"gate", "test", When::manual}}));
  EXPECT_THAT(order, ElementsAre(Status::manual, Status::pending));
}

TEST_F(CoordinatorTest, AnEndedSubscriptionHearsNothing) {
  int heard = 0;
  std::unique_ptr<Coordinator::Subscription> own;
  own = coordinator_->subscribe([&](const Event&) {
    ++heard;
    own.reset();
  });
  create(plan_of({{"a"}}));
  EXPECT_EQ(heard, 1);
}

TEST_F(CoordinatorTest, RunnersOnManyThreadsShareOnePipeline) {
  std::vector<Sketch> sketches;
  for (int i = 0; i < 120; ++i)
    sketches.push_back({"job" + std::to_string(i), "stage" + std::to_string(i / 40)});
  const auto id = create(plan_of(sketches));
  std::atomic<int> done = 0;
  CancelSource enough;
  asio::io_context pool;
  for (int runner = 0; runner < 4; ++runner) {
    asio::co_spawn(
        asio::make_strand(pool),
        [&, runner]() -> Task<void> {
          for (;;) {
            auto claimed = co_await coordinator_->claim({.id = runner}, enough.token());
            if (!claimed.ok() || !claimed->has_value()) co_return;
            const auto& job = **claimed;
            report(job, JobReport::State::running);
            EXPECT_EQ(coordinator_->append_trace(job.id, job.token.reveal(), 0, "log")->verdict,
                      AppendReply::Verdict::accepted);
            if (++done == 120) enough.cancel();
            succeed(job);
          }
        },
        asio::detached);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { pool.run(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(status(id), Status::success);
  EXPECT_EQ(seen<TraceAppended>().size(), 120u);
}

TEST_F(CoordinatorTest, AThousandJobsInChainsFinishQuickly) {
  std::vector<Sketch> sketches;
  for (int i = 0; i < 1000; ++i) {
    Sketch sketch{"job" + std::to_string(i)};
    if (i > 0) sketch.needs = {"job" + std::to_string(i - 1)};
    sketches.push_back(std::move(sketch));
  }
  const auto id = create(plan_of(sketches));
  for (int i = 0; i < 1000; ++i) succeed(start());
  EXPECT_EQ(status(id), Status::success);
}

}  // namespace
}  // namespace fairlead::server
