// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/deep_merge.hpp"

#include <gtest/gtest.h>

#include "parser/yaml/json.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser::merge {
namespace {

yaml::NodePtr parse(const std::string& text) { return tests::read_yaml(text).text.content; }

yaml::ViaPtr include_of(const std::string& file) {
  return std::make_shared<const yaml::Via>(yaml::Via{yaml::Via::Step::include, file, nullptr});
}

std::string merged(const std::string& below, const std::string& above) {
  Budget budget;
  return yaml::to_json(*deep_merge(parse(below), nullptr, parse(above), nullptr, budget));
}

TEST(DeepMerge, MapsMergeAndAnythingElseReplaces) {
  EXPECT_EQ(merged("{a: {x: 1, y: 2}, b: [1, 2], c: s}", "{a: {y: 3, z: 4}, b: [5], c: {k: v}}"),
            R"({"a":{"x":1,"y":3,"z":4},"b":[5],"c":{"k":"v"}})");
}

TEST(DeepMerge, AnExplicitNullReplacesToo) { EXPECT_EQ(merged("{a: {x: 1}}", "{a: null}"), R"({"a":null})"); }

TEST(DeepMerge, KeysOfTheLowerSideKeepTheirPlace) {
  EXPECT_EQ(merged("{a: 1, b: 2}", "{c: 3, a: 4}"), R"({"a":4,"b":2,"c":3})");
}

TEST(DeepMerge, KeysOfEveryScalarKindMeet) {
  EXPECT_EQ(merged("{1: {a: 1}, yes: {a: 1}}", "{0x1: {b: 2}, true: {b: 2}}"),
            R"({"1":{"a":1,"b":2},"true":{"a":1,"b":2}})");
  EXPECT_EQ(merged("{1: a}", "{'1': b}"), R"({"1":"b"})") << "two entries, one JSON key";
}

TEST(DeepMerge, LargeMapsMeetInLinearTime) {
  std::string below, above;
  for (int i = 0; i < 50'000; ++i) {
    below += std::to_string(i) + ": {a: 1}\n";
    above += std::to_string(i) + ": {b: 1}\n";
  }
  Budget budget;
  const auto result = deep_merge(parse(below), nullptr, parse(above), nullptr, budget);
  EXPECT_EQ(result->entries.size(), 50'000U);
  EXPECT_EQ(result->entries.back().value->entries.size(), 2U);
}

TEST(DeepMerge, EntriesRememberWhichSideTheyCameFrom) {
  Budget budget;
  const auto first = deep_merge(yaml::make_mapping({}, {}), nullptr, parse("{j: {a: 1, v: {x: 1}}}"),
                                include_of("one.yml"), budget);
  const auto second =
      deep_merge(first, nullptr, parse("{j: {b: 1, v: {y: 1}}}"), include_of("two.yml"), budget);
  const auto job = second->get("j");
  EXPECT_EQ(job->find("a")->via->what, "one.yml");
  EXPECT_EQ(job->find("b")->via->what, "two.yml");
  EXPECT_EQ(job->get("v")->find("x")->via->what, "one.yml");
  EXPECT_EQ(job->get("v")->find("y")->via->what, "two.yml");
}

TEST(DeepMerge, TheNewestStepStandsFirst) {
  Budget budget;
  const auto inner =
      deep_merge(yaml::make_mapping({}, {}), nullptr, parse("{j: 1}"), include_of("inner.yml"), budget);
  const auto outer = deep_merge(yaml::make_mapping({}, {}), nullptr, inner, include_of("outer.yml"), budget);
  const auto& via = outer->find("j")->via;
  EXPECT_EQ(via->what, "outer.yml");
  ASSERT_TRUE(via->next);
  EXPECT_EQ(via->next->what, "inner.yml");
}

TEST(DeepMerge, AnEmptyBudgetStopsTheWork) {
  Budget budget(3);
  deep_merge(parse("{a: 1, b: 2}"), nullptr, parse("{c: 3, d: 4}"), nullptr, budget);
  EXPECT_TRUE(budget.exhausted());
}

}  // namespace
}  // namespace fairlead::parser::merge
