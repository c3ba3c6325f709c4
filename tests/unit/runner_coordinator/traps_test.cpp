// SPDX-License-Identifier: Apache-2.0
// The traps of the runner protocol that the client can fall into, each by its
// number in the list that the project keeps. The others concern the job
// (runner/build, runner/trace) or the configuration.
#include <nlohmann/json.hpp>

#include "gitlab_harness.hpp"

namespace fairlead::runner {
namespace {

using nlohmann::json;

using Traps = GitLabTest;

TEST_F(Traps, Trap01OnlyA403ToAJobRequestIsUnhealthy) {
  for (int status : {409, 422, 429, 500, 502, 503, 504, 400, 401, 404}) {
    server.misbehave({.path = "jobs/request", .times = 5, .status = status});
    const auto job = ask();
    EXPECT_TRUE(job.ok() || job.error().code == ErrorCode::unavailable) << status;
    // Uses up what is left of the fault.
    for (int i = 0; i < 4; ++i) (void)ask();
  }
  server.misbehave({.path = "jobs/request", .times = 2, .cut_before = true});
  EXPECT_NE(ask().error().code, ErrorCode::permission_denied);
  server.runner_token = "another";
  EXPECT_EQ(ask().error().code, ErrorCode::permission_denied);
}

TEST_F(Traps, Trap02RangeGivesTheSizeAndContentRangeTheLastByte) {
  start_job();
  EXPECT_EQ(patch(0, "0123456789")->size, 10u);
  EXPECT_EQ(server.seen.back().header("Content-Range"), "0-9");
  EXPECT_EQ(patch(10, "x")->size, 11u);
  EXPECT_EQ(server.seen.back().header("Content-Range"), "10-10");
}

TEST_F(Traps, Trap03A404OfPatchIsSurvivableA403AndThoseOfPutAreNot) {
  start_job();
  server.misbehave({.method = "PATCH", .status = 404});
  EXPECT_EQ(patch(0, "x")->verdict, TraceReply::Verdict::not_found);
  EXPECT_EQ(patch(0, "x")->verdict, TraceReply::Verdict::accepted);
  server.misbehave({.method = "PATCH", .status = 403});
  EXPECT_EQ(patch(1, "x")->wish, JobWish::abort);
  for (int status : {403, 404}) {
    server.misbehave({.method = "PUT", .status = status});
    EXPECT_EQ(run(client->update_job(key(), {}))->wish, JobWish::abort);
  }
}

TEST_F(Traps, Trap04A202OfTheFinalUpdateIsNoFailureHoweverOften) {
  auto& job = start_job();
  job.not_yet = 30;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(finish({.success = true})->verdict, UpdateReply::Verdict::not_yet);
  EXPECT_EQ(finish({.success = true})->verdict, UpdateReply::Verdict::accepted);
  EXPECT_EQ(job.state, "success");
}

TEST_F(Traps, Trap06AnAnswerWithoutLastUpdateKeepsTheOldOne) {
  server.last_update = "one";
  (void)ask();
  server.last_update.clear();  // Workhorse answers from here on
  (void)ask();
  (void)ask();
  EXPECT_EQ(json::parse(server.seen.at(2).body)["last_update"], "one");
}

TEST_F(Traps, Trap06ATraceAnswerDoesNotSetLastUpdate) {
  start_job();
  server.misbehave({.method = "PATCH", .headers = {{"X-GitLab-Last-Update", "wrong"}}});
  (void)patch(0, "x");
  (void)ask();
  EXPECT_FALSE(json::parse(server.seen.back().body).contains("last_update"));
}

TEST_F(Traps, Trap14AJobTokenDoesNotCrossHosts) {
  start_job().artifacts.push_back({"archive", "zip", "", "a.zip", "x"});
  ProtocolServer other(io.get_executor());
  other.objects["/o"] = "x";
  server.storage_url = other.url() + "/o";
  auto folder = *TempDir::create();
  proto::JobDependency dependency{.id = 42, .token = key().token};
  ASSERT_TRUE(run(client->download_artifact(dependency, folder.path() / "a")).ok());
  ASSERT_EQ(other.seen.size(), 1u);
  for (const auto& header : other.seen[0].headers) {
    EXPECT_EQ(header.name.find("TOKEN"), std::string::npos);
    EXPECT_EQ(header.value.find("glcbt-"), std::string::npos);
  }
}

TEST_F(Traps, Trap14AJobRequestIsNotSentToAnotherHost) {
  ProtocolServer other(io.get_executor());
  for (int status : {301, 302, 307, 308}) {
    server.misbehave({.path = "jobs/request",
                      .status = status,
                      .headers = {{"Location", other.url() + "/api/v4/jobs/request"}}});
    EXPECT_FALSE(ask().ok()) << status;
  }
  EXPECT_TRUE(other.seen.empty());
}

TEST_F(Traps, Trap15VerifySendsTheWholeInfo) {
  auto calls = *RegistrationClient::create(server.url(), http, clock);
  proto::VerifyRequest wanted{SecretString(server.runner_token), "s_1", {.name = "fairlead"}};
  wanted.info.features = honoured_features({});
  ASSERT_TRUE(run(calls.verify(std::move(wanted))).ok());
  EXPECT_TRUE(server.last_info.features.cancel_gracefully);
  EXPECT_EQ(server.last_info.name, "fairlead");
}

TEST_F(Traps, Trap15UnregisteringAManagerLeavesTheRunner) {
  auto calls = *RegistrationClient::create(server.url(), http, clock);
  ASSERT_TRUE(run(calls.unregister_manager(SecretString(server.runner_token), "s_1")).ok());
  EXPECT_THAT(server.removed, ::testing::ElementsAre("manager s_1"));
  EXPECT_EQ(server.seen.at(0).target, "/api/v4/runners/managers");
}

}  // namespace
}  // namespace fairlead::runner
