// SPDX-License-Identifier: Apache-2.0
#include "runner/registration/options.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>

#include "runner/config/config_keys.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string filled(const std::vector<std::string>& words,
                   const std::map<std::string, std::string, std::less<>>& variables = {}) {
  const auto options = register_options();
  std::vector<std::string> rest;
  const auto flags = parse_go_flags(flags_of(options), words, rest);
  if (!flags) return flags.error().message;
  TomlTable table;
  const auto done = fill_runner(
      options, *flags,
      [&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      },
      table);
  if (!done) return done.error().message;
  TomlValue value;
  value.table = table;
  return format_toml_value(value);
}

TEST(RegisterOptions, NoFlagAndNoVariableMeansTwoThings) {
  std::set<std::string> flags;
  std::set<std::string> variables;
  std::set<std::string> paths;
  for (const RegisterOption& option : register_options()) {
    ASSERT_FALSE(option.flags.empty());
    for (const std::string& flag : option.flags) EXPECT_TRUE(flags.insert(flag).second) << flag;
    for (const std::string& variable : option.environment)
      EXPECT_TRUE(variables.insert(variable).second) << variable;
    if (!option.path.empty()) EXPECT_TRUE(paths.insert(option.path).second) << option.path;
  }
}

TEST(RegisterOptions, EveryPlainPathIsAKeyThatTheFileHas) {
  std::set<std::string_view> keys;
  for (const auto& key : runner_keys()) keys.insert(key.name);
  for (const auto& key : kept_runner_keys()) keys.insert(key.name);
  for (const RegisterOption& option : register_options())
    if (!option.path.empty() && option.path.find('.') == std::string::npos)
      EXPECT_TRUE(keys.contains(option.path)) << option.path;
  std::set<std::string> s3;
  for (const auto& key : s3_keys()) s3.insert("cache.s3." + std::string(key.name));
  for (const RegisterOption& option : register_options())
    if (option.path.starts_with("cache.s3.")) EXPECT_TRUE(s3.contains(option.path)) << option.path;
}

TEST(RegisterOptions, AFlagBeatsItsVariableAndAnEmptyVariableIsNone) {
  EXPECT_EQ(filled({"--limit", "2"}, {{"RUNNER_LIMIT", "3"}}), "{ limit = 2 }");
  EXPECT_EQ(filled({}, {{"RUNNER_LIMIT", "3"}}), "{ limit = 3 }");
  EXPECT_EQ(filled({}, {{"RUNNER_LIMIT", ""}}), "{}");
}

TEST(RegisterOptions, ValuesGoWhereTheFileHasThem) {
  EXPECT_EQ(
      filled({"--cache-s3-bucket-name", "b"}, {{"CACHE_TYPE", "s3"}, {"KUBERNETES_NAMESPACE", "cicd"}}),
      "{ cache = { Type = \"s3\", s3 = { BucketName = \"b\" } }, kubernetes = { namespace = \"cicd\" } }");
  EXPECT_EQ(filled({}, {{"KUBERNETES_SERVICE_CPU_LIMIT_OVERWRITE_MAX_ALLOWED", "2"},
                        {"KUBECTL_CONTEXT", "c"},
                        {"KUBERNETES_REQUEST_RETRY_LIMIT", "7"}}),
            "{ kubernetes = { context = \"c\", retry_limit = 7, service_cpu_limit_overwrite_max_allowed = "
            "\"2\" } }");
  EXPECT_EQ(
      filled({"--docker-services", "mysql", "--docker-volumes", "/a", "--docker-volumes", "/b",
              "--docker-privileged"}),
      "{ docker = { privileged = true, volumes = [\"/a\", \"/b\"], services = [{ name = \"mysql\" }] } }");
}

TEST(RegisterOptions, MapsAreTakenAsPairsOrAsJson) {
  EXPECT_EQ(filled({"--kubernetes-node-selector", "disk:ssd", "--kubernetes-node-selector", "zone:a:b"}),
            "{ kubernetes = { node_selector = { disk = \"ssd\", zone = \"a:b\" } } }");
  EXPECT_EQ(filled({}, {{"KUBERNETES_POD_LABELS", "{\"team\": \"x\"}"}}),
            "{ kubernetes = { pod_labels = { team = \"x\" } } }");
  EXPECT_EQ(filled({"--feature-flags", "FF_A:true,FF_B:false"}),
            "{ feature_flags = { FF_A = true, FF_B = false } }");
  EXPECT_THAT(filled({"--feature-flags", "FF_A"}), HasSubstr("must be NAME:true"));
}

TEST(RegisterOptions, AWrongValueNamesFlagAndVariable) {
  EXPECT_EQ(filled({}, {{"RUNNER_LIMIT", "many"}}),
            "--limit ($RUNNER_LIMIT) is \"many\": it must be an integer");
  EXPECT_EQ(filled({}, {{"DOCKER_PRIVILEGED", "yes"}}),
            "--docker-privileged ($DOCKER_PRIVILEGED) is \"yes\": it must be true or false");
}

TEST(RegisterOptions, NamesVariablesThatNobodyReads) {
  const auto options = register_options();
  EXPECT_THAT(unknown_variables(options,
                                std::vector<std::string>{"RUNNER_CONCURRENT_BUILDS", "RUNNER_LIMIT", "PATH"}),
              ElementsAre("RUNNER_CONCURRENT_BUILDS"));
}

}  // namespace
}  // namespace fairlead::runner
