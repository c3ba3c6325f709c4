// SPDX-License-Identifier: Apache-2.0
// Each answer to POST jobs/request, PUT jobs/:id and PATCH jobs/:id/trace.
#include <nlohmann/json.hpp>

#include "gitlab_harness.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

using JobRequestAnswers = GitLabTest;
using JobUpdateAnswers = GitLabTest;
using TraceAnswers = GitLabTest;
using UpdateVerdict = UpdateReply::Verdict;
using TraceVerdict = TraceReply::Verdict;

// --- POST jobs/request ---

TEST_F(JobRequestAnswers, Status201IsAJob) {
  proto::JobPayload payload;
  payload.id = 42;
  payload.token = SecretString("t");
  payload.job_info.name = "build";
  server.enqueue(payload);
  auto job = ask();
  ASSERT_TRUE(job.ok()) << job.error().to_string();
  ASSERT_TRUE(job->has_value());
  EXPECT_EQ((*job)->id, 42);
  EXPECT_EQ((*job)->job_info.name, "build");
}

TEST_F(JobRequestAnswers, Status204IsNoJob) {
  auto job = ask();
  ASSERT_TRUE(job.ok());
  EXPECT_FALSE(job->has_value());
}

TEST_F(JobRequestAnswers, Status409IsALostRaceAndNoJob) {
  server.misbehave({.path = "jobs/request", .status = 409});
  auto job = ask();
  ASSERT_TRUE(job.ok());
  EXPECT_FALSE(job->has_value());
  EXPECT_EQ(server.seen.size(), 1u);
}

TEST_F(JobRequestAnswers, Status403SpeaksAgainstTheRunner) {
  server.misbehave(
      {.path = "jobs/request", .status = 403, .body = R"({"message":"403 Forbidden - runner"})"});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::permission_denied);
  EXPECT_EQ(job.error().message, "asking for a job: 403 Forbidden (403 Forbidden - runner)");
  EXPECT_EQ(server.seen.size(), 1u);
}

TEST_F(JobRequestAnswers, Status422IsAskedAgainByTheRunner) {
  server.misbehave({.path = "jobs/request", .status = 422});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::unavailable);
  EXPECT_EQ(server.seen.size(), 1u);
}

TEST_F(JobRequestAnswers, Status429IsRepeatedAfterRetryAfter) {
  server.misbehave({.path = "jobs/request", .status = 429, .headers = {{"Retry-After", "60"}}});
  auto job = ask();
  EXPECT_TRUE(job.ok());
  EXPECT_EQ(server.seen.size(), 2u);
  EXPECT_EQ(slept, 60s);
}

TEST_F(JobRequestAnswers, Status503FiveTimesIsUnavailable) {
  server.misbehave({.path = "jobs/request", .times = 10, .status = 503});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::unavailable);
  EXPECT_EQ(server.seen.size(), 5u);
}

TEST_F(JobRequestAnswers, AJobThatIsNoJsonIsAnError) {
  server.misbehave({.path = "jobs/request", .status = 201, .body = "{\"id\":"});
  EXPECT_EQ(ask().error().code, ErrorCode::invalid_argument);
  server.misbehave({.path = "jobs/request", .status = 201, .body = R"({"id":1,"token":7})"});
  EXPECT_THAT(ask().error().to_string(), HasSubstr("token"));
  server.misbehave({.path = "jobs/request", .status = 201, .body = "{}"});
  EXPECT_EQ(ask().error().code, ErrorCode::invalid_argument);
  server.misbehave({.path = "jobs/request", .status = 201, .body = R"({"id":1})"});
  EXPECT_THAT(ask().error().message, HasSubstr("token"));
}

TEST_F(JobRequestAnswers, AJobOfAnotherContentTypeIsAnError) {
  server.misbehave({.path = "jobs/request", .status = 201, .body = "<html>", .content_type = "text/html"});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::unavailable);
  EXPECT_THAT(job.error().message, HasSubstr("text/html where application/json belongs"));
}

TEST_F(JobRequestAnswers, AJobCutShortIsAnErrorAndNoJob) {
  proto::JobPayload payload;
  payload.id = 42;
  payload.token = SecretString("t");
  server.enqueue(payload);
  server.misbehave({.path = "jobs/request", .cut_answer = true});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::unavailable);
}

TEST_F(JobRequestAnswers, TheSameJobTwiceIsHandedOnTwice) {
  start_job();
  server.enqueue_again(42);
  auto again = ask();  // what runs already, only the caller knows
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->id, 42);
}

TEST_F(JobRequestAnswers, TheRequestSaysWhoAsksAndWhatItCan) {
  ASSERT_TRUE(ask().ok());
  const auto& sent = server.seen.at(0);
  EXPECT_EQ(sent.target, "/api/v4/jobs/request");
  EXPECT_EQ(sent.header("RUNNER-TOKEN"), server.runner_token);
  EXPECT_EQ(sent.header("Content-Type"), "application/json");
  EXPECT_THAT(sent.header("User-Agent"), MatchesRegex("fairlead 1\\.0 \\(abc; linux/[a-z0-9]+\\)"));
  EXPECT_THAT(sent.header("X-Request-Id"), MatchesRegex("[0-9a-f]{32}"));
  const json body = json::parse(sent.body);
  EXPECT_EQ(body["token"], server.runner_token);
  EXPECT_EQ(body["system_id"], "s_0123456789ab");
  EXPECT_EQ(body["info"]["executor"], "shell");
  EXPECT_EQ(body["info"]["shell"], "bash");
  ASSERT_TRUE(ask().ok());
  EXPECT_NE(server.seen.at(1).header("X-Request-Id"), sent.header("X-Request-Id"));
}

TEST_F(JobRequestAnswers, FeaturesAreThoseOfTheExecutorAndOurOwn) {
  ASSERT_TRUE(ask().ok());
  const proto::RunnerFeatures shell = server.last_info.features;
  EXPECT_TRUE(shell.shared && shell.variables && shell.cancelable && shell.cancel_gracefully &&
              shell.two_phase_job_commit && shell.trace_reset && shell.masking && shell.return_exit_code);
  EXPECT_FALSE(shell.image || shell.services || shell.service_variables || shell.session || shell.terminal ||
               shell.proxy || shell.vault_secrets || shell.job_inputs || shell.native_steps_integration);
  request.features.image = request.features.services = true;
  request.features.shared = false;
  ASSERT_TRUE(ask().ok());
  EXPECT_TRUE(server.last_info.features.image && server.last_info.features.service_multiple_aliases);
  EXPECT_FALSE(server.last_info.features.shared);
}

TEST_F(JobRequestAnswers, LastUpdateIsSentBack) {
  server.last_update = "one";
  ASSERT_TRUE(ask().ok());
  ASSERT_TRUE(ask().ok());
  EXPECT_FALSE(json::parse(server.seen.at(0).body).contains("last_update"));
  EXPECT_EQ(json::parse(server.seen.at(1).body)["last_update"], "one");
}

TEST_F(JobRequestAnswers, CancelEndsALongPoll) {
  server.misbehave({.path = "jobs/request", .silent = true, .wait = [this]() -> Task<void> {
                      cancel.cancel();
                      co_return;
                    }});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::cancelled);
}

TEST_F(JobRequestAnswers, ClosingEndsAPauseBetweenTries) {
  server.misbehave({.path = "jobs/request", .times = 10, .status = 500, .wait = [this]() -> Task<void> {
                      closing.cancel();
                      co_return;
                    }});
  auto job = ask();
  ASSERT_FALSE(job.ok());
  EXPECT_EQ(job.error().code, ErrorCode::cancelled);
}

// --- PUT jobs/:id ---

TEST_F(JobUpdateAnswers, RunningIsSentWithoutAnOutcome) {
  start_job();
  ASSERT_TRUE(run(client->update_job(key(), {})).ok());
  const auto& sent = server.seen.at(0);
  EXPECT_EQ(sent.method, "PUT");
  EXPECT_EQ(sent.target, "/api/v4/jobs/42");
  EXPECT_EQ(sent.header("JOB-TOKEN"), "glcbt-job-token");
  const json body = json::parse(sent.body);
  EXPECT_EQ(body["state"], "running");
  EXPECT_EQ(body["token"], "glcbt-job-token");
  EXPECT_EQ(body["info"]["features"]["cancel_gracefully"], true);
  for (const char* key : {"checksum", "output", "exit_code", "failure_reason"})
    EXPECT_FALSE(body.contains(key));
}

TEST_F(JobUpdateAnswers, AKeepAliveHasChecksumAndSize) {
  start_job();
  ASSERT_TRUE(run(client->update_job(key(), {.checksum = 0xabcd, .bytesize = 12})).ok());
  const json body = json::parse(server.seen.at(0).body);
  EXPECT_EQ(body["output"], json({{"checksum", "crc32:0000abcd"}, {"bytesize", 12}}));
}

TEST_F(JobUpdateAnswers, Status200IsAccepted) {
  auto& job = start_job();
  auto reply = finish(
      {.failure_reason = model::FailureReason::script_failure, .exit_code = 3, .checksum = 1, .bytesize = 2});
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->verdict, UpdateVerdict::accepted);
  EXPECT_EQ(job.state, "failed");
  EXPECT_EQ(job.failure_reason, "script_failure");
  EXPECT_EQ(job.exit_code, 3);
  EXPECT_EQ(job.checksum, "crc32:00000001");
}

TEST_F(JobUpdateAnswers, ASuccessHasNoReasonAndNoExitCode) {
  auto& job = start_job();
  EXPECT_TRUE(finish({.success = true}).ok());
  EXPECT_EQ(job.state, "success");
  const json body = json::parse(server.seen.at(0).body);
  EXPECT_FALSE(body.contains("failure_reason"));
  EXPECT_FALSE(body.contains("exit_code"));
}

TEST_F(JobUpdateAnswers, ReasonsThatTheServerHasNoWordForAreReplaced) {
  start_job();
  server.misbehave({.method = "PUT", .times = 2, .status = 202});
  (void)finish({.failure_reason = model::FailureReason::image_pull_failure});
  (void)finish({.failure_reason = model::FailureReason::job_canceled});
  EXPECT_EQ(json::parse(server.seen.at(0).body)["failure_reason"], "runner_system_failure");
  EXPECT_EQ(json::parse(server.seen.at(1).body)["failure_reason"], "unknown_failure");
}

TEST_F(JobUpdateAnswers, Status202IsNotYet) {
  start_job().not_yet = 1;
  server.update_interval = 3;
  auto reply = finish();
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->verdict, UpdateVerdict::not_yet);
  EXPECT_EQ(reply->interval, 3s);
  EXPECT_EQ(finish()->verdict, UpdateVerdict::accepted);
}

TEST_F(JobUpdateAnswers, Status412AsksForTheTraceAgain) {
  start_job();
  server.misbehave({.method = "PUT", .status = 412});
  EXPECT_EQ(finish()->verdict, UpdateVerdict::resend_trace);
}

TEST_F(JobUpdateAnswers, Statuses403And404And409Abort) {
  start_job();
  for (int status : {403, 404, 409}) {
    server.misbehave({.method = "PUT", .times = 2, .status = status});
    auto running = run(client->update_job(key(), {}));
    ASSERT_TRUE(running.ok());
    EXPECT_EQ(running->verdict, UpdateVerdict::abort) << status;
    EXPECT_EQ(running->wish, JobWish::abort) << status;
    EXPECT_EQ(finish()->verdict, UpdateVerdict::abort) << status;
  }
}

TEST_F(JobUpdateAnswers, TwoPhaseStartOfAJobThatIsNotOursAborts) {
  proto::JobPayload payload;
  payload.id = 42;
  payload.token = key().token;
  server.enqueue(payload);  // never handed out to us
  EXPECT_EQ(run(client->update_job(key(), {}))->verdict, UpdateVerdict::abort);
}

TEST_F(JobUpdateAnswers, Status400IsAnError) {
  start_job();
  server.misbehave({.method = "PUT", .status = 400, .body = R"({"message":"bad state"})"});
  auto reply = finish();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().message, "updating job 42: 400 Bad Request (bad state)");
}

TEST_F(JobUpdateAnswers, ALostAnswerIsAnErrorAndTheRepeatIsSafe) {
  auto& job = start_job();
  server.misbehave({.method = "PUT", .after_effect = true, .cut_answer = true});
  EXPECT_FALSE(finish({.success = true}).ok());
  EXPECT_EQ(job.state, "success");
  // GitLab says 403 to the repeat: the job is over, and so is our part.
  EXPECT_EQ(finish({.success = true})->verdict, UpdateVerdict::abort);
}

TEST_F(JobUpdateAnswers, JobStatusIsHeard) {
  auto& job = start_job();
  for (auto [status, wish] :
       {std::pair("canceling", JobWish::cancel_gracefully), std::pair("canceled", JobWish::abort),
        std::pair("failed", JobWish::abort), std::pair("running", JobWish::go_on)}) {
    job.job_status = status;
    EXPECT_EQ(run(client->update_job(key(), {}))->wish, wish) << status;
  }
}

// --- PATCH jobs/:id/trace ---

TEST_F(TraceAnswers, Status202IsAcceptedWithSizeIntervalAndWish) {
  auto& job = start_job();
  job.job_status = "canceling";
  server.update_interval = 60;
  auto reply = patch(0, "hello\n");
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->verdict, TraceVerdict::accepted);
  EXPECT_EQ(reply->size, 6u);
  EXPECT_EQ(reply->interval, 60s);
  EXPECT_EQ(reply->wish, JobWish::cancel_gracefully);
  EXPECT_EQ(job.trace, "hello\n");
  const auto& sent = server.seen.at(0);
  EXPECT_EQ(sent.target, "/api/v4/jobs/42/trace?debug_trace=false");
  EXPECT_EQ(sent.header("Content-Type"), "text/plain");
  EXPECT_EQ(sent.header("JOB-TOKEN"), "glcbt-job-token");
}

TEST_F(TraceAnswers, DebugTraceIsTold) {
  start_job();
  (void)run(client->patch_trace(key(), 0, "x", true));
  EXPECT_THAT(server.seen.at(0).target, HasSubstr("?debug_trace=true"));
}

TEST_F(TraceAnswers, Status416SaysWhereToGoOn) {
  auto& job = start_job();
  (void)patch(0, "0123456789");
  auto reply = patch(20, "later");
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->verdict, TraceVerdict::range_mismatch);
  EXPECT_EQ(reply->size, 10u);
  EXPECT_EQ(job.trace, "0123456789");
}

TEST_F(TraceAnswers, Status416WithoutARangeStartsAgain) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 416, .headers = {{"Range", "nonsense"}}});
  auto reply = patch(20, "later");
  EXPECT_EQ(reply->verdict, TraceVerdict::range_mismatch);
  EXPECT_EQ(reply->size, 0u);
}

TEST_F(TraceAnswers, AnAcceptedPartIsContinuedWhereTheServerStands) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 202, .headers = {{"Range", "0-3"}}});
  auto reply = patch(0, "0123456789");
  EXPECT_EQ(reply->verdict, TraceVerdict::range_mismatch);
  EXPECT_EQ(reply->size, 3u);
}

TEST_F(TraceAnswers, Status400IsAnError) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 400});
  EXPECT_FALSE(patch(0, "x").ok());
}

TEST_F(TraceAnswers, Status403Aborts) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 403});
  auto reply = patch(0, "x");
  EXPECT_EQ(reply->verdict, TraceVerdict::abort);
  EXPECT_EQ(reply->wish, JobWish::abort);
}

TEST_F(TraceAnswers, Status404IsSaid) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 404});
  EXPECT_EQ(patch(0, "x")->verdict, TraceVerdict::not_found);
}

TEST_F(TraceAnswers, Status500IsRepeatedWithTheSameRange) {
  auto& job = start_job();
  server.misbehave({.method = "PATCH", .times = 3, .status = 500});
  EXPECT_EQ(patch(0, "hello")->verdict, TraceVerdict::accepted);
  EXPECT_EQ(job.trace, "hello");
  ASSERT_EQ(server.seen.size(), 4u);
  for (const auto& sent : server.seen) EXPECT_EQ(sent.header("Content-Range"), "0-4");
}

TEST_F(TraceAnswers, ALostAnswerIsResumedByThe416OfTheRepeat) {
  auto& job = start_job();
  server.misbehave({.method = "PATCH", .after_effect = true, .cut_answer = true});
  EXPECT_FALSE(patch(0, "hello").ok());
  auto repeat = patch(0, "hello");
  EXPECT_EQ(repeat->verdict, TraceVerdict::range_mismatch);
  EXPECT_EQ(repeat->size, 5u);
  EXPECT_EQ(job.trace, "hello");
}

TEST_F(TraceAnswers, NothingIsNotSent) {
  start_job();
  EXPECT_EQ(patch(7, "")->size, 7u);
  EXPECT_TRUE(server.seen.empty());
}

}  // namespace
}  // namespace fairlead::runner
