// SPDX-License-Identifier: Apache-2.0
#include "runner/config/load_config.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "base/temp_dir.hpp"

namespace fairlead::runner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

EnvironmentLookup with(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

std::vector<std::string> problems(const LoadedConfig& loaded) {
  std::vector<std::string> all;
  for (const ConfigProblem& problem : loaded.problems) all.push_back(format_problem("c", problem));
  return all;
}

// A valid runner with `more` keys.
std::string runner(const std::string& more) {
  return "[[runners]]\nurl = \"https://gitlab.example.com\"\ntoken = \"t\"\nexecutor = \"shell\"\n" + more;
}

TEST(LoadConfig, AnEmptyFileMeansGitlabRunnersDefaults) {
  const LoadedConfig loaded = load_config("", with({}));
  EXPECT_TRUE(loaded.valid());
  EXPECT_EQ(loaded.config.concurrent, 1);
  EXPECT_EQ(loaded.config.check_interval, std::chrono::seconds(3));
  EXPECT_EQ(loaded.config.shutdown_timeout, std::chrono::seconds(30));
  EXPECT_EQ(loaded.config.connection_max_age, std::chrono::minutes(15));
  EXPECT_EQ(loaded.config.session_server.session_timeout, std::chrono::seconds(1800));
  EXPECT_THAT(loaded.origins, IsEmpty());
}

TEST(LoadConfig, ReadsEveryTypeOfKey) {
  const LoadedConfig loaded = load_config(
      "concurrent = 7\ncheck_interval = 9\nconnection_max_age = \"1h\"\nlog_level = \"debug\"\n"
      "[labels]\nos = \"linux\"\n" +
          runner(
              "name = \"n\"\nid = 12\nlimit = 3\ntls-ca-file = \"/ca\"\nenvironment = [\"A=1\", \"B=x=y\"]\n"
              "unhealthy_interval = \"90s\"\nclean_git_config = false\ntoken_expires_at = "
              "2026-01-31T13:00:00+01:00\n"
              "[runners.feature_flags]\nFF_X = true\n[runners.custom_build_dir]\nenabled = true\n"
              "[runners.artifact]\nupload_timeout = \"2h\"\n"
              "[runners.cache]\nType = \"s3\"\nshared = true\n[runners.cache.s3]\nBucketName = \"b\"\n"
              "AccessKey = \"ak\"\nSecretKey = \"sk\"\n"),
      with({}));
  ASSERT_THAT(problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.config.concurrent, 7);
  EXPECT_EQ(loaded.config.connection_max_age, std::chrono::hours(1));
  EXPECT_EQ(loaded.config.labels.at("os"), "linux");
  const RunnerConfig& read = loaded.config.runners.at(0);
  EXPECT_EQ(read.id, 12);
  EXPECT_EQ(read.tls_ca_file, "/ca");
  EXPECT_THAT(read.environment, ElementsAre("A=1", "B=x=y"));
  EXPECT_EQ(read.unhealthy_interval, std::chrono::seconds(90));
  EXPECT_EQ(read.clean_git_config, false);
  EXPECT_EQ(format_rfc3339(*read.token_expires_at), "2026-01-31T12:00:00Z");
  EXPECT_TRUE(read.feature_flags.at("FF_X"));
  EXPECT_EQ(read.custom_build_dir.enabled, true);
  EXPECT_EQ(read.artifact.upload_timeout, std::chrono::hours(2));
  EXPECT_TRUE(read.cache.shared) << "keys are found without regard to case";
  EXPECT_TRUE(read.cache.s3.secret_key.equals("sk"));
  EXPECT_EQ(loaded.origins.at("runners[0].limit").line, 13);
}

TEST(LoadConfig, ZeroMeansTheDefaultWhereGitlabRunnerSaysSo) {
  const LoadedConfig loaded = load_config(
      "check_interval = 0\nshutdown_timeout = 0\n" + runner("output_limit = 0\nlimit = 0\n"), with({}));
  EXPECT_EQ(loaded.config.check_interval, std::chrono::seconds(3));
  EXPECT_EQ(loaded.config.runners.at(0).output_limit, 4096);
  EXPECT_FALSE(loaded.origins.contains("check_interval"));
  EXPECT_TRUE(loaded.origins.contains("runners[0].limit"));
}

TEST(LoadConfig, TheZeroDateOfGoMeansNever) {
  const LoadedConfig loaded = load_config(runner("token_expires_at = 0001-01-01T00:00:00Z\n"), with({}));
  EXPECT_THAT(problems(loaded), IsEmpty());
  EXPECT_FALSE(loaded.config.runners.at(0).token_expires_at);
}

TEST(LoadConfig, ExpandsTheEnvironmentInUrlAndTokenOnly) {
  const LoadedConfig loaded = load_config(
      "[[runners]]\nname = \"$HOST\"\nurl = \"https://${HOST}/\"\ntoken = \"$TOKEN\"\nexecutor = \"shell\"\n",
      with({{"HOST", "git.example.com"}, {"TOKEN", "secret"}}));
  ASSERT_THAT(problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.config.runners[0].name, "$HOST");
  EXPECT_EQ(loaded.config.runners[0].url, "https://git.example.com/");
  EXPECT_TRUE(loaded.config.runners[0].token.equals("secret"));
  EXPECT_THAT(loaded.origins.at("runners[0].token").environment, ElementsAre("TOKEN"));
}

TEST(LoadConfig, SaysWhichVariableIsNotSet) {
  const LoadedConfig loaded =
      load_config("[[runners]]\nurl = \"https://x\"\ntoken = \"$TOKEN\"\nexecutor = \"shell\"\n", with({}));
  EXPECT_THAT(
      problems(loaded),
      ElementsAre("c:3:9: error: this runner has no token: run `register`, or add the token that it gave",
                  "c:3:9: warning: token names the environment variable TOKEN, which is not set"));
}

TEST(LoadConfig, NamesUnknownKeysWithTheirPlaceAndWhatIsNear) {
  const LoadedConfig loaded = load_config("concurent = 4\n" + runner("tags = [\"a\"]\n"), with({}));
  EXPECT_TRUE(loaded.valid());
  EXPECT_THAT(
      problems(loaded),
      ElementsAre(
          "c:1:1: warning: unknown key concurent: kept, but it has no effect; did you mean \"concurrent\"?",
          "c:6:1: warning: unknown key runners.tags: kept, but it has no effect"));
}

TEST(LoadConfig, NamesSectionsOfExecutorsThatDoNotExistYet) {
  const LoadedConfig loaded = load_config(
      "[[runners]]\nurl = \"https://x\"\ntoken = \"t\"\nexecutor = "
      "\"kubernetes\"\n[runners.kubernetes]\nimage = \"i\"\n",
      with({}));
  EXPECT_TRUE(loaded.valid());
  EXPECT_THAT(problems(loaded),
              Contains(HasSubstr("runners.kubernetes is kept but has no effect: the kubernetes "
                                 "executor is not there yet")));
  EXPECT_THAT(problems(loaded),
              Contains(HasSubstr("c:4:12: warning: this runner uses the kubernetes executor")));
}

TEST(LoadConfig, FindsAllErrorsAndSaysWhatToWrite) {
  const LoadedConfig loaded = load_config(
      "concurrent = \"4\"\ncheck_interval = -1\nlog_format = \"xml\"\nconnection_max_age = \"soon\"\n"
      "[[runners]]\nname = \"r\"\nurl = \"gitlab.example.com\"\nexecutor = \"shel\"\nenvironment = [\"A\"]\n",
      with({}));
  EXPECT_FALSE(loaded.valid());
  EXPECT_THAT(
      problems(loaded),
      ElementsAre(
          "c:1:14: error: concurrent must be an integer without quotes, not a text",
          HasSubstr("c:2:18: error: check_interval is -1"),
          "c:3:14: error: log_format is \"xml\", but it may only be runner, text, json",
          HasSubstr("c:4:22: error: connection_max_age is \"soon\", which is no duration"),
          HasSubstr("c:5:1: error: runner \"r\" has no token"),
          HasSubstr("c:7:7: error: url of runner \"r\" is \"gitlab.example.com\": it must begin with"),
          HasSubstr("c:8:12: error: runner \"r\" names the executor \"shel\", which does not exist; did "
                    "you mean \"shell\"?"),
          "c:9:16: error: entry 1 of environment is not of the form KEY=VALUE"));
}

TEST(LoadConfig, AnS3CacheNeedsABucket) {
  const LoadedConfig loaded = load_config(runner("[runners.cache]\nType = \"s3\"\n"), with({}));
  EXPECT_THAT(problems(loaded),
              Contains(HasSubstr("c:6:8: error: the cache is of type s3 without a bucket")));
}

TEST(LoadConfig, WarnsOfTwoRunnersThatAreOne) {
  const LoadedConfig loaded = load_config(runner("") + runner("name = \"twin\"\n"), with({}));
  EXPECT_TRUE(loaded.valid());
  EXPECT_THAT(problems(loaded),
              Contains(HasSubstr("\"twin\" has the same url and token as the one in line 1")));
}

TEST(LoadConfig, TakesFormerNames) {
  const LoadedConfig loaded = load_config(runner("pre_clone_script = \"x\"\n"), with({}));
  EXPECT_EQ(loaded.config.runners.at(0).pre_get_sources_script, "x");
  EXPECT_THAT(problems(loaded),
              ElementsAre(HasSubstr("pre_clone_script is a former name; write pre_get_sources_script")));
}

TEST(LoadConfig, RefusesAFileThatIsTooLarge) {
  const LoadedConfig loaded = load_config(std::string(kMaxConfigBytes + 1, '\n'), with({}));
  EXPECT_FALSE(loaded.valid());
}

TEST(LoadConfig, AMessageNeverHoldsAToken) {
  const LoadedConfig loaded = load_config(runner("") + runner("") + "[[runners]]\ntoken = 5\n", with({}));
  for (const std::string& problem : problems(loaded)) EXPECT_THAT(problem, testing::Not(HasSubstr("\"t\"")));
}

TEST(LoadConfig, AFileWithErrorsIsAnErrorWithAllOfThem) {
  auto folder = TempDir::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "config.toml";
  std::ofstream(path) << "concurrent = true\ncheck_interval = \"x\"\n";
  const auto loaded = load_config_file(path, with({}));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr(path.string() + ":1:14: error: concurrent"));
  EXPECT_THAT(loaded.error().message, HasSubstr(":2:18: error: check_interval"));
  EXPECT_EQ(load_config_file(folder->path() / "none", with({})).error().code, ErrorCode::not_found);
}

TEST(ExpandEnvironment, TakesBothFormsAndLeavesOtherDollarSigns) {
  const auto environment = with({{"A", "1"}, {"B_2", "$A"}});
  EXPECT_EQ(expand_environment("$A-${B_2}-$UNSET-", environment), "1-$A--");
  EXPECT_EQ(expand_environment("a$ $5 ${ ${} ${A $", environment), "a$ $5 ${ ${} ${A $");
}

TEST(Rfc3339, ReadsZonesAndFractionsAndRefusesTheRest) {
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2026-02-28T23:30:00.25-01:00")), "2026-03-01T00:30:00Z");
  for (const char* wrong : {"", "2026-02-30T00:00:00Z", "2026-02-28", "2026-02-28T25:00:00Z",
                            "2026-02-28T01:00:00", "2026-02-28T01:00:00Zx", "2026-02-28T01:00:00.Z"})
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  EXPECT_EQ(*parse_rfc3339("9999-01-01T00:00:00Z"), WallTime::max());
}

}  // namespace
}  // namespace fairlead::runner
