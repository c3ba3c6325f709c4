// SPDX-License-Identifier: Apache-2.0
#include "proto/api/job_payload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fairlead::proto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

JobPayload full_payload() {
  JobPayload job;
  job.id = 7;
  job.token = SecretString("secret");
  job.allow_git_fetch = true;
  job.job_info = {7, "test 1/2", "test", 3, "app", "group/app", 12};
  job.git_info.repo_url = "http://host/group/app.git";
  job.git_info.ref = "v1";
  job.git_info.sha = "abc";
  job.git_info.before_sha = "000";
  job.git_info.ref_type = "tag";
  job.git_info.refspecs = {"+refs/tags/v1:refs/tags/v1"};
  job.git_info.depth = 20;
  job.git_info.is_protected = true;
  job.runner_uuid = "uuid";
  job.timeout = 3600;
  job.variables = {
      {.key = "A", .value = "1"},
      {.key = "B", .value = "\"two\"\n", .is_public = false, .file = true, .masked = true, .raw = true}};
  job.steps = {{"script", {"make", "make test"}, 3600, model::When::on_success, false},
               {"after_script", {"true"}, 3600, model::When::always, true}};
  job.run = R"([{"name":"x"}])";
  job.hooks = {{"pre_get_sources_script", {"echo"}}};
  job.image = JobImage{.name = "debian",
                       .entrypoint = {"/bin/sh"},
                       .pull_policy = {"always"},
                       .executor_opts = {{"docker", {{"user", "me"}}}}};
  job.services = {
      {.name = "postgres", .alias = "db", .command = {"run"}, .variables = {{.key = "C", .value = "3"}}}};
  job.artifacts = {{"out", true, {"a/"}, {"a/b"}, model::When::always, "1 week", "archive", "zip"}};
  job.cache = {{"key", true, "pull", {"c/"}, model::When::on_failure, {"other"}}};
  job.credentials = {{"registry", "host", "me", SecretString("pass")}};
  job.dependencies = {{5, "build", SecretString("dep"), true, "artifacts.zip", 99},
                      {6, "none", SecretString("t")}};
  job.features = {true, {"glpat-"}, {"script_failure"}};
  return job;
}

TEST(JobPayload, EveryFieldSurvivesTheWire) {
  const std::string wire = encode_job_payload(full_payload());
  const auto decoded = decode_job_payload(wire);
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  EXPECT_EQ(encode_job_payload(*decoded), wire);
  EXPECT_EQ(decoded->token.reveal(), "secret");
  EXPECT_EQ(decoded->variables, full_payload().variables);
  EXPECT_EQ(decoded->job_info.pipeline_id, 12);
  EXPECT_EQ(decoded->git_info.depth, 20);
  EXPECT_TRUE(decoded->git_info.is_protected);
  EXPECT_EQ(decoded->timeout, 3600);
  EXPECT_EQ(decoded->steps[1].when, model::When::always);
  EXPECT_EQ(decoded->image->executor_opts.at("docker").at("user"), "me");
  EXPECT_EQ(decoded->services[0].alias, "db");
  EXPECT_EQ(decoded->cache[0].when, model::When::on_failure);
  EXPECT_TRUE(decoded->dependencies[0].has_file);
  EXPECT_FALSE(decoded->dependencies[1].has_file);
  EXPECT_THAT(decoded->features.failure_reasons, ElementsAre("script_failure"));
}

TEST(JobPayload, WireNamesAreGitLabs) {
  const auto json = nlohmann::json::parse(encode_job_payload(full_payload()));
  EXPECT_EQ(json["variables"][1]["public"], false);
  EXPECT_EQ(json["git_info"]["protected"], true);
  EXPECT_EQ(json["runner_info"]["timeout"], 3600);
  EXPECT_EQ(json["dependencies"][0]["artifacts_file"]["size"], 99);
}

TEST(JobPayload, NullsAndMissingFieldsAreDefaults) {
  auto json = nlohmann::json::parse(encode_job_payload(full_payload()));
  for (auto& [key, value] : json.items())
    if (key != "id" && key != "token") value = nullptr;
  json["variables"] = {nullptr, {{"key", "A"}, {"value", nullptr}, {"public", nullptr}}};
  json["job_info"] = {{"name", nullptr}};
  json["an_unknown_field"] = {{"deep", {1, 2, 3}}};
  const auto decoded = decode_job_payload(json.dump());
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  ASSERT_EQ(decoded->variables.size(), 1u);
  EXPECT_EQ(decoded->variables[0].key, "A");
  EXPECT_EQ(decoded->variables[0].value, "");
  EXPECT_FALSE(decoded->image);
  EXPECT_TRUE(decoded->steps.empty());
  EXPECT_EQ(decoded->git_info.ref_type, "branch");
}

TEST(JobPayload, WrongTypesAreNamedByTheirPath) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"id":"7","token":"t"})", "id should be a whole number, not string"},
      {R"({"id":7.5,"token":"t"})", "id should be a whole number, not number"},
      {R"({"id":7,"token":"t","job_info":[]})", "job_info should be an object, not array"},
      {R"({"id":7,"token":"t","variables":{}})", "variables should be a list, not object"},
      {R"({"id":7,"token":"t","variables":[{"key":"a"},{"key":1}]})",
       "variables[1].key should be a string, not number"},
      {R"({"id":7,"token":"t","steps":[{"script":["a",2]}]})",
       "steps[0].script[1] should be a string, not number"},
      {R"({"id":7,"token":"t","git_info":{"depth":99999999999}})", "git_info.depth is too large"},
      {R"({"id":18446744073709551615,"token":"t"})", "id is too large"},
      {R"({"id":7,"token":"t","git_info":{"protected":1}})",
       "git_info.protected should be true or false, not number"},
      {R"({"id":7,"token":"t","cache":[{"when":"maybe"}]})", "cache[0].when is not a known condition: maybe"},
      {R"({"id":7,"token":"t","image":{"executor_opts":{"docker":{"user":1}}}})",
       "image.executor_opts.docker.user should be a string, not number"},
      {R"({"token":"t"})", "id should be the job's id"},
      {R"({"id":7})", "token should be the job's token"},
      {R"([])", "the job should be an object, not array"},
  };
  for (const auto& [text, message] : cases) {
    const auto decoded = decode_job_payload(text);
    ASSERT_FALSE(decoded.ok()) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(decoded.error().message, HasSubstr(message));
  }
}

TEST(JobPayload, BrokenAndBottomlessJsonIsRefused) {
  EXPECT_EQ(decode_job_payload("{\"id\":").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decode_job_payload("").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decode_job_payload("{\"id\":7,\"token\":\"\xff\"}").error().code, ErrorCode::invalid_argument);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(decode_job_payload(deep).error().code, ErrorCode::limit_exceeded);
}

TEST(JobPayload, BytesThatAreNotUtf8AreReplacedOnTheWire) {
  JobPayload job = full_payload();
  job.variables = {{.key = "A", .value = "x\xffy"}};
  const auto decoded = decode_job_payload(encode_job_payload(job));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->variables[0].value, "x\xEF\xBF\xBDy");
}

}  // namespace
}  // namespace fairlead::proto
