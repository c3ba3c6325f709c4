// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

// artifacts and cache.
namespace fairlead::tests {
namespace {

using model::When;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Artifacts, every_key_is_read) {
  const auto artifacts = *valid_job(R"(artifacts:
  name: n
  paths: [a/, b]
  exclude: [a/x]
  untracked: true
  when: always
  expire_in: 1 week
  expose_as: my-files 1
  public: false
  reports:
    junit: j.xml
    dotenv: [a.env, b.env]
    codequality: null
    coverage_report: {coverage_format: cobertura, path: c.xml})")
                              .artifacts;
  EXPECT_EQ(artifacts.name, "n");
  EXPECT_THAT(artifacts.paths, ElementsAre("a/", "b"));
  EXPECT_THAT(artifacts.exclude, ElementsAre("a/x"));
  EXPECT_TRUE(artifacts.untracked);
  EXPECT_EQ(artifacts.when, When::always);
  EXPECT_EQ(artifacts.expire_in, "1 week");
  EXPECT_EQ(artifacts.expose_as, "my-files 1");
  EXPECT_EQ(artifacts.is_public, false);
  ASSERT_EQ(artifacts.reports.size(), 3U);
  EXPECT_EQ(artifacts.reports[0].type, "junit");
  EXPECT_THAT(artifacts.reports[0].paths, ElementsAre("j.xml"));
  EXPECT_THAT(artifacts.reports[1].paths, ElementsAre("a.env", "b.env"));
  EXPECT_EQ(artifacts.reports[2].coverage_format, "cobertura");
  EXPECT_EQ(valid_job("artifacts: {expire_in: never, access: none}").artifacts->access, "none");
}

TEST(Artifacts, messages) {
  const auto of = [](const std::string& body) { return job_errors("artifacts: " + body); };
  EXPECT_THAT(of("[a]"), ElementsAre("jobs:job:artifacts config should be a hash"));
  EXPECT_THAT(of("{path: [a]}"), ElementsAre("jobs:job:artifacts config contains unknown keys: path"));
  EXPECT_THAT(of("{name: 1}"), ElementsAre("jobs:job:artifacts name should be a string"));
  EXPECT_THAT(of("{paths: a}"), ElementsAre("jobs:job:artifacts paths should be an array of strings"));
  EXPECT_THAT(of("{exclude: a}"), ElementsAre("jobs:job:artifacts exclude should be an array of strings"));
  EXPECT_THAT(of("{untracked: 'yes'}"),
              ElementsAre("jobs:job:artifacts untracked should be a boolean value"));
  EXPECT_THAT(of("{when: never}"),
              ElementsAre("jobs:job:artifacts when should be one of: on_success, on_failure, always"));
  EXPECT_THAT(of("{expire_in: 7 elephants}"),
              ElementsAre("jobs:job:artifacts expire in should be a duration"));
  EXPECT_THAT(of("{expire_in: 1}"), ElementsAre("jobs:job:artifacts expire in should be a duration"));
  EXPECT_THAT(of("{public: 1}"), ElementsAre("jobs:job:artifacts public should be a boolean value"));
  EXPECT_THAT(of("{access: some}"),
              ElementsAre("jobs:job:artifacts access should be one of: none, developer, maintainer, all"));
  EXPECT_THAT(of("{public: true, access: all}"),
              ElementsAre("jobs:job:artifacts config these keys cannot be used together: public, access"));
  EXPECT_THAT(of("{expose_as: a}"), ElementsAre("jobs:job:artifacts paths can't be blank"));
  EXPECT_THAT(of("{expose_as: a, paths: ['*']}"),
              ElementsAre("jobs:job:artifacts paths can't contain '*' when used with 'expose_as'"));
  EXPECT_THAT(
      of("{expose_as: a/b, paths: [a]}"),
      ElementsAre("jobs:job:artifacts expose as can contain only letters, digits, '-', '_' and spaces"));
  EXPECT_THAT(of("{expose_as: " + std::string(101, 'a') + ", paths: [a]}"),
              ElementsAre("jobs:job:artifacts expose as is too long (maximum is 100 characters)"));
}

TEST(Artifacts, reports_messages) {
  const auto of = [](const std::string& body) { return job_errors("artifacts: {reports: " + body + "}"); };
  EXPECT_THAT(of("[a]"), ElementsAre("jobs:job:artifacts reports should be a hash"));
  EXPECT_THAT(of("{junti: a}"),
              ElementsAre("jobs:job:artifacts:reports config contains unknown keys: junti"));
  EXPECT_THAT(of("{junit: 1}"),
              ElementsAre("jobs:job:artifacts:reports junit should be an array of strings or a string"));
  EXPECT_THAT(of("{coverage_report: a}"),
              ElementsAre("jobs:job:artifacts:reports:coverage_report config should be a hash"));
  EXPECT_THAT(
      of("{coverage_report: {coverage_format: gcov}}"),
      UnorderedElementsAre("jobs:job:artifacts:reports:coverage_report coverage format must be one of "
                           "supported formats: cobertura, jacoco.",
                           "jobs:job:artifacts:reports:coverage_report path can't be blank"));
}

TEST(Cache, every_key_is_read) {
  const auto cache =
      valid_job(
          "cache: {key: k, paths: [a], untracked: true, policy: pull, when: always, unprotect: true, "
          "fallback_keys: [x, y]}")
          .cache;
  ASSERT_EQ(cache.size(), 1U);
  EXPECT_EQ(std::get<std::string>(*cache[0].key), "k");
  EXPECT_THAT(cache[0].paths, ElementsAre("a"));
  EXPECT_TRUE(cache[0].untracked);
  EXPECT_EQ(cache[0].policy, "pull");
  EXPECT_EQ(cache[0].when, When::always);
  EXPECT_TRUE(cache[0].unprotect);
  EXPECT_THAT(cache[0].fallback_keys, ElementsAre("x", "y"));
}

TEST(Cache, has_defaults_and_may_be_a_list) {
  const auto cache =
      valid_job("cache: [{policy: $P}, {key: {files: [/a, b], prefix: p}}, {key: {files_commits: [c]}}]")
          .cache;
  ASSERT_EQ(cache.size(), 3U);
  EXPECT_FALSE(cache[0].key.has_value());
  EXPECT_EQ(cache[0].policy, "$P");
  EXPECT_EQ(cache[0].when, When::on_success);
  const auto files = std::get<parser::CacheKeyFiles>(*cache[1].key);
  EXPECT_THAT(files.files, ElementsAre("a", "b"));
  EXPECT_EQ(files.prefix, "p");
  EXPECT_FALSE(files.by_commit);
  EXPECT_TRUE(std::get<parser::CacheKeyFiles>(*cache[2].key).by_commit);
  EXPECT_THAT(valid_job("cache: []").cache, IsEmpty());
}

TEST(Cache, messages) {
  const auto of = [](const std::string& body) { return job_errors("cache: " + body); };
  EXPECT_THAT(of("a"), ElementsAre("jobs:job:caches config can only be a hash or an array"));
  EXPECT_THAT(of("[{}, {}, {}, {}, {}]"),
              ElementsAre("jobs:job:caches config no more than 4 caches can be created"));
  EXPECT_THAT(of("[a]"), ElementsAre("jobs:job:cache config should be a hash"));
  EXPECT_THAT(of("{path: [a]}"), ElementsAre("jobs:job:cache config contains unknown keys: path"));
  EXPECT_THAT(of("{paths: a}"), ElementsAre("jobs:job:cache:paths config should be an array of strings"));
  EXPECT_THAT(of("{untracked: a}"), ElementsAre("jobs:job:cache:untracked config should be a boolean value"));
  EXPECT_THAT(of("{when: never}"),
              ElementsAre("jobs:job:cache when should be one of: on_success, on_failure, always"));
  EXPECT_THAT(of("{policy: pul}"),
              ElementsAre("jobs:job:cache policy should be a variable or one of: pull-push, push, pull"));
  EXPECT_THAT(of("{fallback_keys: [a, b, c, d, e, f]}"),
              ElementsAre("jobs:job:cache fallback keys has to many entries (maximum 5)"));
}

TEST(Cache, key_messages) {
  const auto of = [](const std::string& body) { return job_errors("cache: {key: " + body + "}"); };
  EXPECT_THAT(of("1"), ElementsAre("jobs:job:cache:key should be a hash, a string or a symbol"));
  EXPECT_THAT(of("a/b"), ElementsAre("jobs:job:cache:key config cannot contain the \"/\" character"));
  EXPECT_THAT(of("a%2Fb"), ElementsAre("jobs:job:cache:key config cannot contain the \"/\" character"));
  EXPECT_THAT(of("'..'"), ElementsAre("jobs:job:cache:key config cannot be \".\" or \"..\""));
  EXPECT_THAT(of("{prefix: p}"), ElementsAre("jobs:job:cache:key config missing required keys: files"));
  EXPECT_THAT(of("{files: a}"), ElementsAre("jobs:job:cache:key:files config should be an array of strings"));
  EXPECT_THAT(of("{files: []}"), ElementsAre("jobs:job:cache:key:files config requires at least 1 item"));
  EXPECT_THAT(of("{files: [a, b, c]}"),
              ElementsAre("jobs:job:cache:key:files config has too many items (maximum is 2)"));
  EXPECT_THAT(
      of("{files: [a], files_commits: [b]}"),
      ElementsAre("jobs:job:cache:key config these keys cannot be used together: files, files_commits"));
  EXPECT_THAT(of("{files: [a], prefix: 1}"),
              ElementsAre("jobs:job:cache:key:prefix config should be a string or symbol"));
}

}  // namespace
}  // namespace fairlead::tests
