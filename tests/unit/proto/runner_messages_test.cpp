// SPDX-License-Identifier: Apache-2.0
#include "proto/api/runner_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fairlead::proto {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> out;
  for (const auto& [key, value] : object.items()) out.push_back(key);
  return out;
}

RunnerInfo some_info() {
  RunnerInfo info{.name = "fairlead",
                  .version = "1.2",
                  .revision = "abc",
                  .platform = "linux",
                  .architecture = "amd64",
                  .executor = "shell",
                  .shell = "bash"};
  info.features.cancelable = true;
  info.features.image = true;
  return info;
}

TEST(RunnerMessages, EveryFeatureIsSentTrueOrFalse) {
  const json sent = json::parse(encode(VerifyRequest{.info = some_info()}));
  const json& features = sent["info"]["features"];
  EXPECT_THAT(keys(features), UnorderedElementsAreArray({"variables",
                                                         "image",
                                                         "services",
                                                         "artifacts",
                                                         "cache",
                                                         "fallback_cache_keys",
                                                         "shared",
                                                         "upload_multiple_artifacts",
                                                         "upload_raw_artifacts",
                                                         "session",
                                                         "terminal",
                                                         "refspecs",
                                                         "masking",
                                                         "proxy",
                                                         "raw_variables",
                                                         "artifacts_exclude",
                                                         "multi_build_steps",
                                                         "trace_reset",
                                                         "trace_checksum",
                                                         "trace_size",
                                                         "vault_secrets",
                                                         "cancelable",
                                                         "return_exit_code",
                                                         "service_variables",
                                                         "service_multiple_aliases",
                                                         "image_executor_opts",
                                                         "service_executor_opts",
                                                         "cancel_gracefully",
                                                         "native_steps_integration",
                                                         "two_phase_job_commit",
                                                         "job_inputs"}));
  for (const auto& [name, value] : features.items())
    EXPECT_EQ(value, json(name == "cancelable" || name == "image")) << name;
}

TEST(RunnerMessages, TheInfoHasGitlabsFieldNames) {
  RunnerInfo info = some_info();
  info.gpus = "all";
  info.labels = {{"zone", "a"}};
  const json sent = json::parse(encode(VerifyRequest{.info = info}))["info"];
  EXPECT_THAT(keys(sent),
              UnorderedElementsAreArray({"name", "version", "revision", "platform", "architecture",
                                         "executor", "shell", "features", "config", "labels"}));
  EXPECT_EQ(sent["config"], json({{"gpus", "all"}}));
  EXPECT_EQ(sent["labels"], json({{"zone", "a"}}));
}

TEST(RunnerMessages, ARegistrationGoesThereAndBack) {
  RegisterRequest request{.token = SecretString("GR1348941x"),
                          .description = "d",
                          .maintenance_note = "n",
                          .tag_list = {"a", "b c"},
                          .run_untagged = true,
                          .locked = false,
                          .access_level = "ref_protected",
                          .maximum_timeout = 600,
                          .paused = true,
                          .info = some_info()};
  const std::string text = encode(request);
  const json sent = json::parse(text);
  EXPECT_EQ(sent["tag_list"], "a,b c");
  EXPECT_THAT(keys(sent), UnorderedElementsAreArray({"token", "description", "maintenance_note", "tag_list",
                                                     "run_untagged", "locked", "access_level",
                                                     "maximum_timeout", "paused", "info"}));
  auto back = decode_register_request(text);
  ASSERT_TRUE(back.ok()) << back.error().to_string();
  EXPECT_EQ(encode(*back), text);
  EXPECT_THAT(back->tag_list, ElementsAre("a", "b c"));
}

TEST(RunnerMessages, WhatARegistrationDoesNotSayIsNotSent) {
  const json sent = json::parse(encode(RegisterRequest{.token = SecretString("t")}));
  EXPECT_THAT(keys(sent), UnorderedElementsAreArray({"token", "run_untagged", "locked", "paused", "info"}));
  EXPECT_EQ(sent["locked"], true);
  EXPECT_EQ(sent["run_untagged"], false);
}

TEST(RunnerMessages, VerifyUnregisterAndResetGoThereAndBack) {
  const std::string verify = encode(VerifyRequest{SecretString("t"), "s_1", some_info()});
  EXPECT_THAT(keys(json::parse(verify)), UnorderedElementsAreArray({"token", "system_id", "info"}));
  EXPECT_EQ(encode(*decode_verify_request(verify)), verify);
  EXPECT_EQ(decode_verify_request(verify)->info, some_info());
  EXPECT_EQ(encode(UnregisterRequest{SecretString("t"), ""}), R"({"token":"t"})");
  const std::string manager = encode(UnregisterRequest{SecretString("t"), "s_1"});
  EXPECT_EQ(manager, R"({"system_id":"s_1","token":"t"})");
  EXPECT_EQ(decode_unregister_request(manager)->system_id, "s_1");
  EXPECT_EQ(encode(ResetTokenRequest{SecretString("t")}), R"({"token":"t"})");
  EXPECT_EQ(decode_reset_token_request(R"({"token":"t"})")->token.reveal(), "t");
}

TEST(RunnerMessages, RegistrationAnswersAreRead) {
  auto answer =
      decode_register_answer(R"({"id":7,"token":"glrt-x","token_expires_at":"2030-01-02T03:04:05Z"})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->id, 7);
  EXPECT_EQ(answer->token.reveal(), "glrt-x");
  EXPECT_EQ(answer->token_expires_at, "2030-01-02T03:04:05Z");
  EXPECT_EQ(encode(*decode_register_answer(encode(*answer))), encode(*answer));
  EXPECT_EQ(decode_register_answer(R"({"id":7,"token":"x","token_expires_at":null})")->token_expires_at, "");
  auto reset = decode_reset_token_answer(R"({"token":"y","token_expires_at":null,"more":1})");
  EXPECT_EQ(reset->token.reveal(), "y");
  EXPECT_EQ(encode(*reset), R"({"token":"y","token_expires_at":null})");
}

TEST(RunnerMessages, AJobRequestHasItsLastUpdateOnlyOnceThereIsOne) {
  JobRequestMessage request{some_info(), SecretString("t"), "s_1", ""};
  EXPECT_THAT(keys(json::parse(encode(request))), UnorderedElementsAreArray({"info", "token", "system_id"}));
  request.last_update = "abc";
  const std::string text = encode(request);
  EXPECT_EQ(json::parse(text)["last_update"], "abc");
  EXPECT_EQ(encode(*decode_job_request(text)), text);
}

TEST(RunnerMessages, ARunningUpdateHasNoOutcome) {
  const json sent = json::parse(encode(JobUpdateMessage{.token = SecretString("t")}));
  EXPECT_THAT(keys(sent), UnorderedElementsAreArray({"token", "state", "info"}));
  EXPECT_EQ(sent["state"], "running");
}

TEST(RunnerMessages, AFinalUpdateHasReasonChecksumSizeAndExitCode) {
  JobUpdateMessage update{.token = SecretString("t"),
                          .state = JobState::failed,
                          .failure_reason = model::FailureReason::script_failure,
                          .checksum = "crc32:0000abcd",
                          .bytesize = 12,
                          .exit_code = 3,
                          .info = some_info()};
  const std::string text = encode(update);
  const json sent = json::parse(text);
  EXPECT_EQ(sent["state"], "failed");
  EXPECT_EQ(sent["failure_reason"], "script_failure");
  EXPECT_EQ(sent["checksum"], "crc32:0000abcd");
  EXPECT_EQ(sent["output"], json({{"checksum", "crc32:0000abcd"}, {"bytesize", 12}}));
  EXPECT_EQ(sent["exit_code"], 3);
  EXPECT_EQ(encode(*decode_job_update(text)), text);
}

TEST(RunnerMessages, AnUnknownFailureReasonIsAnUnknownFailure) {
  auto update = decode_job_update(R"({"state":"failed","failure_reason":"moon_phase"})");
  ASSERT_TRUE(update.ok());
  EXPECT_EQ(update->failure_reason, model::FailureReason::unknown_failure);
}

TEST(RunnerMessages, AnUpdateWithoutAKnownStateIsRefused) {
  for (const char* bad :
       {"{}", R"({"state":"canceled"})", R"({"state":1})", R"({"state":"running","output":{"bytesize":-1}})"})
    EXPECT_FALSE(decode_job_update(bad).ok()) << bad;
}

TEST(RunnerMessages, AWrongTypeIsNamed) {
  auto bad = decode_job_request(R"({"info":{"features":{"cache":"yes"}}})");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(bad.error().message, HasSubstr("info.features.cache should be true or false, not string"));
}

TEST(RunnerMessages, TextsAreBounded) {
  EXPECT_EQ(decode_register_answer(std::string(kMaxSmallBody + 1, ' ')).error().code,
            ErrorCode::limit_exceeded);
  EXPECT_FALSE(decode_register_answer("[]").ok());
  EXPECT_FALSE(decode_register_answer("").ok());
}

TEST(RunnerMessages, BytesThatAreNoUtf8DoNotThrow) {
  EXPECT_NO_THROW((void)encode(RegisterRequest{.description = "\xff\xfe"}));
  EXPECT_NO_THROW((void)encode_error_message("\xff"));
}

TEST(RunnerMessages, ErrorBodiesBecomeOneLine) {
  EXPECT_EQ(decode_error_message(R"({"message":"403 Forbidden"})"), "403 Forbidden");
  EXPECT_EQ(decode_error_message(R"({"error":"token is missing"})"), "token is missing");
  EXPECT_EQ(decode_error_message(R"({"message":{"tags_list":["can not be empty","x"],"a":["b"]}})"),
            "a: b, tags_list: can not be empty, tags_list: x");
  EXPECT_EQ(decode_error_message(R"({"message":"a\nb\u001b[0m"})"), "a b [0m");
  EXPECT_EQ(decode_error_message(encode_error_message("x")), "x");
  for (const char* nothing :
       {"", "<html>", "[]", "{}", R"({"message":null})", R"({"message":[[[[[["x"]]]]]]})"})
    EXPECT_EQ(decode_error_message(nothing), "") << nothing;
}

TEST(RunnerMessages, ALongErrorIsCutBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 400; ++i) umlauts += "ü";
  const std::string text = decode_error_message(json({{"message", umlauts}}).dump());
  EXPECT_LE(text.size(), 500u);
  EXPECT_TRUE(text.ends_with("..."));
  EXPECT_NO_THROW((void)json(text).dump());
}

}  // namespace
}  // namespace fairlead::proto
