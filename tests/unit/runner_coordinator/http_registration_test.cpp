// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/http_registration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/support/protocol_server.hpp"

namespace fairlead::runner {
namespace {

using fairlead::testing::ProtocolServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The commands block, so the server has a thread of its own; what it has seen
// is looked at between calls only.
class HttpRegistrationTest : public ::testing::Test {
 protected:
  HttpRegistrationTest() : guard(io.get_executor()), server(io.get_executor()) {
    access.url = server.url();
    access.token = SecretString(server.runner_token);
    thread = std::thread([this] { io.run(); });
  }
  ~HttpRegistrationTest() override {
    guard.reset();
    io.stop();
    thread.join();
  }

  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  ProtocolServer server;
  std::thread thread;
  ServerAccess access;
  HttpRegistration api{
      {.info = {.name = "fairlead", .version = "1"}, .features = [](std::string_view executor) {
         executors::ExecutorFeatures features;
         features.shared = executor == "shell";
         return features;
       }}};
};

TEST_F(HttpRegistrationTest, ARunnerIsRegisteredWithWhatTheCommandSays) {
  access.token = SecretString(server.registration_token);
  NewRunner wanted{.description = "d", .tag_list = "a,b", .locked = false, .maximum_timeout = 600};
  auto made = api.register_runner(access, wanted, {"shell", "bash"});
  ASSERT_TRUE(made.ok()) << made.error().to_string();
  EXPECT_EQ(made->id, 7);
  EXPECT_EQ(made->token.reveal(), server.runner_token);
  auto sent = proto::decode_register_request(server.seen.at(0).body);
  ASSERT_TRUE(sent.ok());
  EXPECT_THAT(sent->tag_list, ElementsAre("a", "b"));
  EXPECT_FALSE(sent->locked);
  EXPECT_EQ(sent->maximum_timeout, 600);
  EXPECT_EQ(sent->info.executor, "shell");
  EXPECT_TRUE(sent->info.features.shared);
}

TEST_F(HttpRegistrationTest, VerifyTellsAliveRemovedAndUndecidedApart) {
  EXPECT_EQ(api.verify_runner(access, "s_1", {"shell", "bash"}).state, Verified::State::alive);
  EXPECT_TRUE(server.last_info.features.cancel_gracefully);
  server.misbehave({.status = 403});
  EXPECT_EQ(api.verify_runner(access, "s_1", {}).state, Verified::State::removed);
  for (int status : {401, 404, 422}) {
    server.misbehave({.status = status});
    auto undecided = api.verify_runner(access, "s_1", {});
    EXPECT_EQ(undecided.state, Verified::State::undecided) << status;
    EXPECT_THAT(undecided.message, HasSubstr(std::to_string(status)));
  }
  access.url = "http://127.0.0.1:1";
  EXPECT_EQ(api.verify_runner(access, "s_1", {}).state, Verified::State::undecided);
}

TEST_F(HttpRegistrationTest, RunnerAndManagerAreRemoved) {
  EXPECT_TRUE(api.unregister_manager(access, "s_1").ok());
  EXPECT_TRUE(api.unregister_runner(access).ok());
  EXPECT_THAT(server.removed, ElementsAre("manager s_1", "runner"));
}

TEST_F(HttpRegistrationTest, ANewTokenHasItsEnd) {
  auto renewed = api.reset_token(access);
  ASSERT_TRUE(renewed.ok());
  EXPECT_EQ(renewed->token.reveal(), "glrt-t1_renewed");
  ASSERT_TRUE(renewed->token_expires_at.has_value());
  EXPECT_EQ(renewed->token_expires_at->time_since_epoch(), std::chrono::seconds(1893553445));
  EXPECT_EQ(api.reset_token_of(access, 7, SecretString("glpat-x"))->token_expires_at, std::nullopt);
}

TEST_F(HttpRegistrationTest, AUrlThatIsNoneIsRefused) {
  access.url = "gitlab.example";
  EXPECT_EQ(api.unregister_runner(access).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace fairlead::runner
