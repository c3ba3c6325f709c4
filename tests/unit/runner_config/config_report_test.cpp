// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_report.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace fairlead::runner {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kText =
    "concurrent = 4\nbogus = 1\n[[runners]]\nname = \"a\"\nurl = \"https://x\"\ntoken = \"$T\"\nexecutor = "
    "\"shell\"\n"
    "environment = [\"PASSWORD=hunter2\"]\n[runners.cache]\nType = \"s3\"\n[runners.cache.s3]\nBucketName = "
    "\"b\"\n"
    "AccessKey = \"AKIA\"\nSecretKey = \"verysecret\"\n";

LoadedConfig loaded() {
  return load_config(kText, [](std::string_view name) {
    return name == "T" ? std::optional<std::string>("glrt-abcdefghijklmnop") : std::nullopt;
  });
}

TEST(ConfigReport, TellsValuesOfTheFileTheEnvironmentAndDefaultsApart) {
  const std::string text = report_text("c.toml", loaded());
  EXPECT_THAT(text, testing::ContainsRegex("\nrunners\\[0\\]\\.limit = 0 +default\n"));
  EXPECT_THAT(text, testing::ContainsRegex("concurrent = 4 +c.toml:1\n"));
  EXPECT_THAT(text, testing::ContainsRegex("token = \"abcdefghi\\.\\.\\.\" +c.toml:6 with \\$T\n"));
  EXPECT_THAT(text, HasSubstr("connection_max_age = \"15m0s\""));
  EXPECT_THAT(text, HasSubstr("c.toml:2:1: warning: unknown key bogus"));
  EXPECT_THAT(text, HasSubstr("c.toml is valid\n"));
}

TEST(ConfigReport, NeverShowsASecret) {
  for (const std::string& text : {report_text("c.toml", loaded()), report_json("c.toml", loaded())})
    for (const char* secret : {"hunter2", "verysecret", "AKIA", "jklmnop"})
      EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(ConfigReport, IsJsonThatProgramsCanRead) {
  const auto json = nlohmann::json::parse(report_json("c.toml", loaded()));
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["problems"][0]["line"], 2);
  bool found = false;
  for (const auto& value : json["values"]) {
    if (value["path"] != "runners[0].token") continue;
    found = true;
    EXPECT_EQ(value["origin"], "environment");
    EXPECT_EQ(value["environment"][0], "T");
    EXPECT_EQ(value["line"], 6);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace fairlead::runner
