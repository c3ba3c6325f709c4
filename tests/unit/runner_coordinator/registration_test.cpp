// SPDX-License-Identifier: Apache-2.0
// Each answer to the calls about runners.
#include <nlohmann/json.hpp>

#include "gitlab_harness.hpp"

namespace fairlead::runner {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Registration : public GitLabTest {
 protected:
  Registration() : calls(*RegistrationClient::create(server.url() + "/ci/", http, clock)) {}
  SecretString token() const { return SecretString(server.runner_token); }
  Result<proto::RegisterAnswer> register_runner(std::vector<std::string> tags = {}) {
    proto::RegisterRequest wanted;
    wanted.token = SecretString(server.registration_token);
    wanted.description = "mine";
    wanted.tag_list = std::move(tags);
    return run(calls.register_runner(std::move(wanted)));
  }
  Result<proto::RegisterAnswer> verify() {
    proto::VerifyRequest wanted{token(), "s_1", {.name = "fairlead"}};
    wanted.info.features = honoured_features({});
    return run(calls.verify(std::move(wanted)));
  }
  RegistrationClient calls;
};

TEST_F(Registration, Status201IsANewRunner) {
  auto made = register_runner({"a", "b"});
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  EXPECT_EQ(made->id, 7);
  EXPECT_EQ(made->token.reveal(), server.runner_token);
  const auto& sent = server.seen.at(0);
  EXPECT_EQ(sent.target, "/api/v4/runners");
  EXPECT_EQ(sent.header("RUNNER-TOKEN"), server.registration_token);
  EXPECT_EQ(json::parse(sent.body)["tag_list"], "a,b");
  EXPECT_EQ(json::parse(sent.body)["run_untagged"], false);
  EXPECT_EQ(json::parse(sent.body)["locked"], true);
}

TEST_F(Registration, WithoutTagsARunnerTakesUntaggedJobs) {
  ASSERT_TRUE(register_runner().ok());
  EXPECT_EQ(json::parse(server.seen.at(0).body)["run_untagged"], true);
}

TEST_F(Registration, Status400SaysWhatIsWrong) {
  server.misbehave({.status = 400, .body = R"({"message":{"tags_list":["can not be empty"]}})"});
  auto made = register_runner();
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(made.error().message, "registering the runner: 400 Bad Request (tags_list: can not be empty)");
}

TEST_F(Registration, Status403IsABadToken) {
  server.registration_token = "another";
  proto::RegisterRequest wanted{.token = SecretString("wrong")};
  EXPECT_EQ(run(calls.register_runner(std::move(wanted))).error().code, ErrorCode::permission_denied);
}

TEST_F(Registration, Status410MeansRegistrationTokensAreOff) {
  server.misbehave({.status = 410});
  EXPECT_EQ(register_runner().error().code, ErrorCode::unsupported);
}

TEST_F(Registration, AnAnswerWithoutATokenIsAnError) {
  server.misbehave({.status = 201, .body = R"({"id":7})"});
  EXPECT_THAT(register_runner().error().message, HasSubstr("no token"));
  server.misbehave({.status = 201, .body = "<html>", .content_type = "text/html"});
  EXPECT_THAT(register_runner().error().message, HasSubstr("is the url that of a GitLab server?"));
}

TEST_F(Registration, Status200OfVerifyIsAlive) {
  auto alive = verify();
  ASSERT_TRUE(alive.ok()) << alive.error().to_string();
  EXPECT_EQ(alive->id, 7);
  EXPECT_EQ(json::parse(server.seen.at(0).body)["system_id"], "s_1");
}

TEST_F(Registration, AnOldServersVerifyHasNoBody) {
  server.misbehave({.status = 200});
  auto alive = verify();
  ASSERT_TRUE(alive.ok());
  EXPECT_EQ(alive->id, 0);
  EXPECT_EQ(alive->token.reveal(), server.runner_token);
}

TEST_F(Registration, Status403OfVerifyIsInvalid) {
  server.misbehave({.status = 403});
  EXPECT_EQ(verify().error().code, ErrorCode::permission_denied);
}

TEST_F(Registration, Status422OfVerifyIsUndecided) {
  server.misbehave({.status = 422, .body = R"({"message":"orphaned"})"});
  auto undecided = verify();
  EXPECT_NE(undecided.error().code, ErrorCode::permission_denied);
  EXPECT_THAT(undecided.error().message, HasSubstr("orphaned"));
}

TEST_F(Registration, Status204RemovesTheRunner) {
  EXPECT_TRUE(run(calls.unregister_runner(token())).ok());
  EXPECT_THAT(server.removed, ElementsAre("runner"));
  EXPECT_FALSE(json::parse(server.seen.at(0).body).contains("system_id"));
}

TEST_F(Registration, Statuses403And404OfUnregisterAreErrors) {
  server.misbehave({.status = 403});
  EXPECT_EQ(run(calls.unregister_runner(token())).error().code, ErrorCode::permission_denied);
  server.misbehave({.status = 404});
  EXPECT_EQ(run(calls.unregister_manager(token(), "s_1")).error().code, ErrorCode::not_found);
  EXPECT_THAT(server.removed, IsEmpty());
}

TEST_F(Registration, ATokenIsResetByItself) {
  auto renewed = run(calls.reset_token(token()));
  ASSERT_TRUE(renewed.ok()) << renewed.error().to_string();
  EXPECT_EQ(renewed->token.reveal(), "glrt-t1_renewed");
  EXPECT_EQ(renewed->token_expires_at, "2030-01-02T03:04:05Z");
}

TEST_F(Registration, ATokenIsResetByAPersonalToken) {
  auto renewed = run(calls.reset_token_of(7, SecretString("glpat-x")));
  ASSERT_TRUE(renewed.ok()) << renewed.error().to_string();
  EXPECT_EQ(server.seen.at(0).body, "null");
  EXPECT_EQ(run(calls.reset_token_of(7, SecretString("glpat-y"))).error().code, ErrorCode::permission_denied);
}

}  // namespace
}  // namespace fairlead::runner
