// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/yaml.hpp"

// Hostile input is refused at once and in GitLab's words. The time bound is
// loose: it only tells "at once" from "after expanding everything".
namespace fairlead::parser::yaml {
namespace {

using tests::read_yaml;

// Processor time, so that a busy machine does not matter. Generous, because
// sanitizers are slow; what these tests rule out takes minutes or memory
// without end.
constexpr double kAtOnceSeconds = 30;

tests::ReadYaml read_at_once(const std::string& text) {
  const std::clock_t before = std::clock();
  auto read = read_yaml(text);
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, kAtOnceSeconds);
  return read;
}

std::string repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Limits, TextOfMoreThanTwoMebibytesIsRefusedUnread) {
  const std::string text = "a: [" + std::string(2 * 1024 * 1024, ' ') + "\n";
  EXPECT_EQ(read_at_once(text).json(), "The provided YAML is too big");
}

TEST(Limits, TextJustWithinTheLimitIsRead) {
  std::string text = "a: |\n";
  while (text.size() < 2 * 1024 * 1024 - 200) text += "  " + std::string(97, 'x') + "\n";
  EXPECT_FALSE(read_at_once(text).text.failure);
}

TEST(Limits, BillionLaughsAreCountedNotExpanded) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(below + ", ", 8) + below + "]\n";
  }
  EXPECT_EQ(read_at_once(text).json(), "The parsed YAML is too big");
}

TEST(Limits, AmplificationByMergeKeysIsCountedToo) {
  std::string text = ".base: &base\n";
  for (int i = 0; i < 5000; ++i) text += "  key" + std::to_string(i) + ": value\n";
  for (int i = 0; i < 5000; ++i) text += "job" + std::to_string(i) + ":\n  <<: *base\n";
  EXPECT_EQ(read_at_once(text).json(), "The parsed YAML is too big");
}

TEST(Limits, AHundredLevelsAreTakenAndOneMoreIsNot) {
  const auto nested = [](int levels) { return "a: " + repeat("[", levels) + repeat("]", levels) + "\n"; };
  EXPECT_FALSE(read_yaml(nested(99)).text.failure);
  const auto read = read_yaml(nested(100));
  ASSERT_TRUE(read.text.failure);
  EXPECT_EQ(read.text.failure->message, "The parsed YAML is too big");
  EXPECT_EQ(read.text.failure->hint, "nested more than 100 levels deep");
}

TEST(Limits, TenThousandLevelsAreRefusedAtOnce) {
  EXPECT_EQ(read_at_once("a: " + repeat("[", 10'000)).json(), "The parsed YAML is too big");
  EXPECT_EQ(read_at_once("a: " + repeat("{a: ", 10'000)).json(), "The parsed YAML is too big");
  std::string block;
  for (int i = 0; i < 1'500; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(read_at_once(block).json(), "The parsed YAML is too big");
  EXPECT_EQ(read_at_once(repeat("- ", 10'000)).json(), "The parsed YAML is too big");
}

TEST(Limits, DepthCountsThroughAliases) {
  std::string text = "a: &a " + repeat("[", 60) + repeat("]", 60) + "\nb: " + repeat("[", 60) + "*a" +
                     repeat("]", 60) + "\n";
  EXPECT_EQ(read_yaml(text).json(), "The parsed YAML is too big");
}

TEST(Limits, ManyTinyKeysStayLinear) {
  std::string text;
  for (int i = 0; i < 150'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(read_at_once(text).text.content->entries.size(), 150'000U);
}

}  // namespace
}  // namespace fairlead::parser::yaml
