// SPDX-License-Identifier: Apache-2.0
#include "server/core/payload_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/core/cache_keys.hpp"
#include "server/core/digest.hpp"
#include "server/core/environment.hpp"
#include "server/core/predefined_variables.hpp"

namespace fairlead::server {
namespace {

using model::Variables;
using testing::ElementsAre;

class PayloadTest : public testing::Test {
 protected:
  PayloadTest() {
    plan.name = "test: [linux, amd64]";
    plan.stage = "test";
    plan.config.script = parser::Script{"make", "make check"};
    project.path = "group/sub/my.app";
    project.name = "my.app";
    project.url = "https://git.example/group/sub/my.app";
    project.repository_url = "https://git.example/group/sub/my.app.git";
    commit.sha = "0123456789abcdef0123456789abcdef01234567";
    commit.ref = "feature/One";
    commit.message = "Title\n\nBody\n";
    runner.tags = {"a", "b\"c"};
  }

  proto::JobPayload build() {
    predefined =
        predefined_pipeline_variables(server, project, commit, model::PipelineSource::push, WallTime());
    return build_payload({.variables = {.project = project,
                                        .user = user,
                                        .runner = runner,
                                        .plan = plan,
                                        .pipeline_predefined = predefined,
                                        .given = given,
                                        .dotenv = dotenv,
                                        .played = played,
                                        .pipeline = 5,
                                        .pipeline_iid = 2,
                                        .pipeline_name = "name",
                                        .job = 9,
                                        .token = token,
                                        .started_at = WallTime()},
                          .commit = commit,
                          .credentials = credentials,
                          .cache_keys = keys,
                          .dependencies = {}});
  }
  std::string value(const std::string& key) {
    const auto job = build();
    const auto* found = model::find_variable(job.variables, key);
    return found == nullptr ? "(absent)" : found->value;
  }

  ServerFacts server{.url = "https://git.example:8443", .version = "1.22.333-dev"};
  ProjectFacts project;
  CommitFacts commit;
  UserFacts user{.id = 4, .login = "ann"};
  RunnerFacts runner{.id = 8, .description = "mine"};
  parser::JobPlan plan;
  Variables predefined, given, dotenv, played;
  std::string token = "glcbt-x";
  std::vector<Credential> credentials;
  std::vector<std::string> keys;
};

TEST_F(PayloadTest, PredefinedVariablesDescribeTheJobItsProjectAndCommit) {
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"CI", "true"},
      {"GITLAB_CI", "true"},
      {"CI_JOB_ID", "9"},
      {"CI_JOB_NAME", "test: [linux, amd64]"},
      {"CI_JOB_NAME_SLUG", "test---linux--amd64"},
      {"CI_JOB_GROUP_NAME", "test"},
      {"CI_JOB_STAGE", "test"},
      {"CI_JOB_TOKEN", "glcbt-x"},
      {"CI_JOB_STARTED_AT", "1970-01-01T00:00:00Z"},
      {"CI_JOB_URL", "https://git.example/group/sub/my.app/-/jobs/9"},
      {"CI_NODE_TOTAL", "1"},
      {"CI_NODE_INDEX", "(absent)"},
      {"CI_JOB_MANUAL", "(absent)"},
      {"CI_PIPELINE_ID", "5"},
      {"CI_PIPELINE_IID", "2"},
      {"CI_PIPELINE_NAME", "name"},
      {"CI_PIPELINE_SOURCE", "push"},
      {"CI_PIPELINE_URL", "https://git.example/group/sub/my.app/-/pipelines/5"},
      {"CI_PROJECT_NAME", "my.app"},
      {"CI_PROJECT_PATH", "group/sub/my.app"},
      {"CI_PROJECT_PATH_SLUG", "group-sub-my-app"},
      {"CI_PROJECT_NAMESPACE", "group/sub"},
      {"CI_PROJECT_ROOT_NAMESPACE", "group"},
      {"CI_DEFAULT_BRANCH", "main"},
      {"CI_CONFIG_PATH", ".gitlab-ci.yml"},
      {"CI_SERVER_HOST", "git.example"},
      {"CI_SERVER_PORT", "8443"},
      {"CI_SERVER_PROTOCOL", "https"},
      {"CI_SERVER_FQDN", "git.example:8443"},
      {"CI_SERVER_VERSION_MAJOR", "1"},
      {"CI_SERVER_VERSION_MINOR", "22"},
      {"CI_SERVER_VERSION_PATCH", "333"},
      {"CI_API_V4_URL", "https://git.example:8443/api/v4"},
      {"CI_COMMIT_SHORT_SHA", "01234567"},
      {"CI_COMMIT_REF_NAME", "feature/One"},
      {"CI_COMMIT_REF_SLUG", "feature-one"},
      {"CI_COMMIT_BRANCH", "feature/One"},
      {"CI_COMMIT_TAG", "(absent)"},
      {"CI_COMMIT_TITLE", "Title"},
      {"CI_COMMIT_MESSAGE", "Title\n\nBody\n"},
      {"CI_COMMIT_DESCRIPTION", "\nBody"},
      {"CI_COMMIT_REF_PROTECTED", "false"},
      {"CI_RUNNER_ID", "8"},
      {"CI_RUNNER_DESCRIPTION", "mine"},
      {"CI_RUNNER_TAGS", R"(["a", "b\"c"])"},
      {"GITLAB_USER_LOGIN", "ann"},
      {"CI_REPOSITORY_URL", "https://gitlab-ci-token:glcbt-x@git.example/group/sub/my.app.git"},
      {"CI_ENVIRONMENT_NAME", "(absent)"},
  };
  for (const auto& [key, text] : wanted) EXPECT_EQ(value(key), text) << key;
}

TEST_F(PayloadTest, ATagHasNoBranch) {
  commit.is_tag = true;
  commit.tag_message = "first";
  EXPECT_EQ(value("CI_COMMIT_TAG"), "feature/One");
  EXPECT_EQ(value("CI_COMMIT_TAG_MESSAGE"), "first");
  EXPECT_EQ(value("CI_COMMIT_BRANCH"), "(absent)");
  EXPECT_EQ(build().git_info.ref_type, "tag");
  commit.is_tag = false;
  commit.is_merge_request = true;
  EXPECT_EQ(value("CI_COMMIT_BRANCH"), "(absent)");
}

TEST_F(PayloadTest, SecretsAreMaskedAndNotPublic) {
  const auto job = build();
  for (const char* key : {"CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD"}) {
    const auto* variable = model::find_variable(job.variables, key);
    EXPECT_TRUE(variable->masked && !variable->is_public) << key;
  }
  EXPECT_FALSE(model::find_variable(job.variables, "CI_REPOSITORY_URL")->is_public);
}

TEST_F(PayloadTest, PrecedenceIsGitLabs) {
  plan.yaml_variables = {{.key = "CI_JOB_STAGE", .value = "yaml"},
                         {.key = "A", .value = "yaml"},
                         {.key = "B", .value = "yaml"},
                         {.key = "C", .value = "yaml"},
                         {.key = "D", .value = "yaml"},
                         {.key = "GITLAB_USER_LOGIN", .value = "yaml"}};
  dotenv = {
      {.key = "B", .value = "dotenv"}, {.key = "C", .value = "dotenv"}, {.key = "D", .value = "dotenv"}};
  given = {{.key = "C", .value = "given"}, {.key = "D", .value = "given"}};
  played = {{.key = "D", .value = "played"}};
  EXPECT_EQ(value("CI_JOB_STAGE"), "yaml") << "YAML wins over predefined job variables";
  EXPECT_EQ(value("GITLAB_USER_LOGIN"), "ann") << "and loses to those of the user";
  EXPECT_EQ(value("A"), "yaml");
  EXPECT_EQ(value("B"), "dotenv");
  EXPECT_EQ(value("C"), "given");
  EXPECT_EQ(value("D"), "played");
}

TEST_F(PayloadTest, ReferencesAreFollowedInDependencyOrder) {
  plan.yaml_variables = {{.key = "C", .value = "$B-c"},
                         {.key = "B", .value = "${A}b"},
                         {.key = "A", .value = "$CI_JOB_ID"},
                         {.key = "R", .value = "$A", .raw = true},
                         {.key = "U", .value = "$UNKNOWN"}};
  EXPECT_EQ(value("C"), "9b-c");
  EXPECT_EQ(value("R"), "$A");
  EXPECT_EQ(value("U"), "$UNKNOWN") << "left to the runner";
}

TEST_F(PayloadTest, BeforeScriptAndScriptAreOneStep) {
  plan.config.before_script = parser::Script{"prepare"};
  plan.config.after_script = parser::Script{"tidy"};
  plan.config.timeout = std::chrono::seconds(90);
  const auto job = build();
  ASSERT_EQ(job.steps.size(), 2u);
  EXPECT_EQ(job.steps[0].name, "script");
  EXPECT_THAT(job.steps[0].script, ElementsAre("prepare", "make", "make check"));
  EXPECT_EQ(job.steps[1].name, "after_script");
  EXPECT_EQ(job.steps[1].when, model::When::always);
  EXPECT_TRUE(job.steps[1].allow_failure);
  EXPECT_EQ(job.timeout, 90);
}

TEST_F(PayloadTest, RunStepsTravelAsJsonInAString) {
  using namespace parser::yaml;
  auto step = make_mapping({{make_string("name", {}), make_string("hi", {}), nullptr},
                            {make_string("script", {}), make_string("echo \"x\"", {}), nullptr}},
                           {});
  plan.config.script.reset();
  plan.config.run = make_sequence({step}, {});
  const auto job = build();
  EXPECT_TRUE(job.steps.empty());
  EXPECT_EQ(job.run, R"([{"name":"hi","script":"echo \"x\""}])");
}

TEST_F(PayloadTest, ReportsBecomeArtifactsOfTheirOwnFormat) {
  parser::ArtifactsConfig artifacts;
  artifacts.paths = {"bin/"};
  artifacts.exclude = {"bin/tmp"};
  artifacts.expire_in = "1 week";
  artifacts.reports = {{"junit", {"j.xml"}, {}},
                       {"dotenv", {"d.env"}, {}},
                       {"codequality", {"c.json"}, {}},
                       {"coverage_report", {"cov.xml"}, "cobertura"}};
  plan.config.artifacts = artifacts;
  const auto job = build();
  ASSERT_EQ(job.artifacts.size(), 5u);
  EXPECT_EQ(job.artifacts[0].artifact_format, "zip");
  EXPECT_THAT(job.artifacts[0].exclude, ElementsAre("bin/tmp"));
  EXPECT_EQ(job.artifacts[0].when, model::When::on_success);
  EXPECT_EQ(job.artifacts[1].artifact_format, "gzip");
  EXPECT_EQ(job.artifacts[1].name, "junit.xml");
  EXPECT_EQ(job.artifacts[1].when, model::When::always) << "a failing test must be seen";
  EXPECT_EQ(job.artifacts[1].expire_in, "1 week");
  EXPECT_EQ(job.artifacts[3].artifact_format, "raw");
  EXPECT_EQ(job.artifacts[4].artifact_type, "cobertura");
}

TEST_F(PayloadTest, ReportsAloneMakeNoArchive) {
  parser::ArtifactsConfig artifacts;
  artifacts.reports = {{"junit", {"j.xml"}, {}}};
  plan.config.artifacts = artifacts;
  ASSERT_EQ(build().artifacts.size(), 1u);
  EXPECT_EQ(build().artifacts[0].artifact_type, "junit");
}

TEST_F(PayloadTest, CachesOfProtectedRefsAreKeptApart) {
  plan.config.cache.resize(2);
  plan.config.cache[0].fallback_keys = {"old"};
  plan.config.cache[1].unprotect = true;
  keys = {"one", "two"};
  EXPECT_EQ(build().cache[0].key, "one-non_protected");
  commit.ref_protected = true;
  const auto job = build();
  EXPECT_EQ(job.cache[0].key, "one-protected");
  EXPECT_THAT(job.cache[0].fallback_keys, ElementsAre("old-protected"));
  EXPECT_EQ(job.cache[1].key, "two-non_protected");
}

TEST_F(PayloadTest, ImageAndServicesCarryTheirOptions) {
  plan.config.image =
      parser::ImageConfig{.name = "debian", .docker_platform = "linux/arm64", .kubernetes_user = "1001"};
  parser::ServiceConfig service;
  service.name = "postgres";
  service.alias = "db";
  service.command = {"postgres", "-N", "500"};
  service.variables = {{.key = "P", .value = "1", .raw = true}};
  plan.config.services = {service};
  const auto job = build();
  EXPECT_EQ(job.image->executor_opts.at("docker").at("platform"), "linux/arm64");
  EXPECT_EQ(job.image->executor_opts.at("kubernetes").at("user"), "1001");
  EXPECT_EQ(job.services[0].alias, "db");
  EXPECT_EQ(job.services[0].command.size(), 3u);
  EXPECT_TRUE(job.services[0].variables[0].raw);
}

TEST_F(PayloadTest, RefspecsFollowDepthAndKindOfRef) {
  EXPECT_THAT(build().git_info.refspecs,
              ElementsAre("+refs/pipelines/5:refs/pipelines/5", "+refs/heads/*:refs/remotes/origin/*",
                          "+refs/tags/*:refs/tags/*"));
  plan.yaml_variables = {{.key = "GIT_DEPTH", .value = "3"}};
  EXPECT_EQ(build().git_info.depth, 3);
  EXPECT_THAT(build().git_info.refspecs,
              ElementsAre("+refs/pipelines/5:refs/pipelines/5",
                          "+refs/heads/feature/One:refs/remotes/origin/feature/One"));
}

TEST_F(PayloadTest, EnvironmentVariablesAreComplete) {
  plan.environment_name = "review/one";
  plan.config.environment =
      parser::EnvironmentConfig{.name = "review/$X", .url = "https://$CI_ENVIRONMENT_SLUG.example"};
  EXPECT_EQ(value("CI_ENVIRONMENT_NAME"), "review/one");
  EXPECT_EQ(value("CI_ENVIRONMENT_ACTION"), "start");
  EXPECT_EQ(value("CI_ENVIRONMENT_TIER"), "development");
  EXPECT_EQ(value("CI_ENVIRONMENT_SLUG"), environment_slug("review/one"));
  EXPECT_EQ(value("CI_ENVIRONMENT_URL"), "https://" + environment_slug("review/one") + ".example");
  plan.config.environment->deployment_tier = "other";
  EXPECT_EQ(value("CI_ENVIRONMENT_TIER"), "other");
}

TEST_F(PayloadTest, FeaturesTellTheRunnerWhatItMaySay) {
  const auto job = build();
  EXPECT_TRUE(job.features.trace_sections);
  EXPECT_THAT(job.features.failure_reasons, testing::Contains("runner_configuration_error"));
  EXPECT_THAT(job.features.failure_reasons, testing::Not(testing::Contains("job_canceled")));
}

TEST(Environment, SlugsAreShortSafeAndDistinct) {
  EXPECT_EQ(environment_slug("production"), "production");
  // From GitLab's own examples: a name that is changed gets a suffix.
  EXPECT_TRUE(environment_slug("Production").starts_with("production-"));
  EXPECT_NE(environment_slug("Production"), environment_slug("PRODUCTION"));
  EXPECT_TRUE(environment_slug("1-foo").starts_with("env-1-foo-"));
  EXPECT_LE(environment_slug(std::string(200, 'x')).size(), 24u);
  EXPECT_EQ(environment_slug("a--b").find("--"), std::string::npos);
  EXPECT_EQ(environment_slug("staging"), "staging");
}

TEST(Environment, TiersAreGuessedFromTheName) {
  for (const auto& [name, tier] :
       std::vector<std::pair<std::string, std::string>>{{"production", "production"},
                                                        {"PRD", "production"},
                                                        {"live", "production"},
                                                        {"staging", "staging"},
                                                        {"stg-eu", "staging"},
                                                        {"demo", "staging"},
                                                        {"qa", "testing"},
                                                        {"integration", "testing"},
                                                        {"review/x", "development"},
                                                        {"dev", "development"},
                                                        {"canary", "other"}})
    EXPECT_EQ(environment_tier(name), tier) << name;
}

TEST(Slug, IsLowerCaseWithDashesInsideAndAtMost63Long) {
  EXPECT_EQ(slug("Feature/ABC_1"), "feature-abc-1");
  EXPECT_EQ(slug("--x--"), "x");
  EXPECT_EQ(slug("///"), "");
  EXPECT_EQ(slug(std::string(62, 'a') + "/b").size(), 62u) << "a dash at the cut goes away";
}

TEST(JobGroupName, CopiesBelongToOneGroup) {
  EXPECT_EQ(job_group_name("rspec 1/3"), "rspec");
  EXPECT_EQ(job_group_name("rspec:1:3"), "rspec");
  EXPECT_EQ(job_group_name("build: [linux, amd64] 2/3"), "build");
  EXPECT_EQ(job_group_name("deploy 2"), "deploy 2");
}

TEST(Digest, MatchesThePublishedExamples) {
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1_hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1_hex(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  const auto hash = sha256("abc");
  EXPECT_EQ(hash[0], 0xba);
  EXPECT_EQ(hash[1], 0x78);
  EXPECT_EQ(hash[31], 0xad);
}

class FakeRepository final : public parser::RepositoryView {
 public:
  std::map<std::string, std::string> blobs;
  std::vector<std::string> names;
  const std::vector<std::string>& paths() override {
    names.clear();
    for (const auto& [name, id] : blobs) names.push_back(name);
    return names;
  }
  Result<std::string> read(const std::string&, std::size_t) override {
    return make_error(ErrorCode::not_found, "no");
  }
  Result<std::optional<std::vector<std::string>>> changed_paths(const std::optional<std::string>&) override {
    return std::optional<std::vector<std::string>>();
  }
  Result<std::string> blob_id(const std::string& path) override { return blobs[path]; }
  Result<std::string> last_commit_id(const std::string& path) override {
    return blobs.contains(path) ? "commit-of-" + path : std::string();
  }
};

TEST(CacheKeys, FilesBecomeAHashOfTheirBlobs) {
  FakeRepository repository;
  repository.blobs = {{"Gemfile.lock", "bbb"}, {"package.json", "aaa"}};
  std::vector<parser::CacheConfig> caches(4);
  caches[1].key = "$CI_COMMIT_REF_SLUG";
  caches[2].key = parser::CacheKeyFiles{.files = {"Gemfile.lock", "package.json"}};
  caches[3].key = parser::CacheKeyFiles{.files = {"missing.lock"}, .prefix = "pre"};
  const auto keys = cache_keys(caches, &repository);
  ASSERT_TRUE(keys.ok());
  EXPECT_THAT(*keys, ElementsAre("default", "$CI_COMMIT_REF_SLUG", "2_Gemfile_package-" + sha1_hex("aaa-bbb"),
                                 "pre-default"));
}

TEST(CacheKeys, StarsStayWithinAFolderUnlessDoubled) {
  FakeRepository repository;
  repository.blobs = {{"a.lock", "1"}, {"x/b.lock", "2"}, {"x/y/c.lock", "3"}};
  const auto key = [&](std::string pattern) {
    std::vector<parser::CacheConfig> caches(1);
    caches[0].key = parser::CacheKeyFiles{.files = {std::move(pattern)}, .prefix = ""};
    return (*cache_keys(caches, &repository))[0];
  };
  EXPECT_EQ(key("*.lock"), sha1_hex("1"));
  EXPECT_EQ(key("x/*.lock"), sha1_hex("2"));
  EXPECT_EQ(key("**.lock"), sha1_hex("1-2-3"));
  EXPECT_EQ(key("x/**/c*k"), sha1_hex("3"));
  EXPECT_EQ(key("*/*.rb"), "default");
}

TEST(CacheKeys, CommitsCountWithFilesCommits) {
  FakeRepository repository;
  repository.blobs = {{"a", "1"}};
  std::vector<parser::CacheConfig> caches(1);
  caches[0].key = parser::CacheKeyFiles{.files = {"a", "gone"}, .by_commit = true};
  EXPECT_EQ((*cache_keys(caches, &repository))[0], "0-" + sha1_hex("commit-of-a"));
}

}  // namespace
}  // namespace fairlead::server
