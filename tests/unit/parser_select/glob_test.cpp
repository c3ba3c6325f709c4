// SPDX-License-Identifier: Apache-2.0
#include "parser/select/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairlead::parser {
namespace {

TEST(GlobMatch, AStarStaysWithinOneLevel) {
  EXPECT_TRUE(glob_match("*.go", "main.go"));
  EXPECT_FALSE(glob_match("*.go", "cmd/main.go"));
  EXPECT_TRUE(glob_match("cmd/*", "cmd/main.go"));
  EXPECT_FALSE(glob_match("cmd/*", "cmd/a/main.go"));
  EXPECT_TRUE(glob_match("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(glob_match("a*b*c", "a1b2b3"));
}

TEST(GlobMatch, TwoStarsAndASlashStandForAnyLevels) {
  EXPECT_TRUE(glob_match("**/*.go", "main.go"));
  EXPECT_TRUE(glob_match("**/*.go", "a/b/main.go"));
  EXPECT_TRUE(glob_match("src/**/x", "src/x"));
  EXPECT_TRUE(glob_match("src/**/x", "src/a/b/x"));
  EXPECT_FALSE(glob_match("src/**/x", "lib/a/x"));
  EXPECT_TRUE(glob_match("**/a/**/b/*.c", "x/a/y/a/b/b/z.c"));
  EXPECT_TRUE(glob_match("**/**/x", "x"));
}

TEST(GlobMatch, TwoStarsAtTheEndAreOneStar) {
  EXPECT_TRUE(glob_match("src/**", "src/a"));
  EXPECT_FALSE(glob_match("src/**", "src/a/b"));
  EXPECT_TRUE(glob_match("src/**/*", "src/a/b"));
}

TEST(GlobMatch, LeadingDotsAreNothingSpecial) {
  EXPECT_TRUE(glob_match("*", ".gitlab-ci.yml"));
  EXPECT_TRUE(glob_match("**/*", ".github/x"));
}

TEST(GlobMatch, BracesAreAlternativesAndNest) {
  EXPECT_TRUE(glob_match("*.{rb,go}", "a.go"));
  EXPECT_FALSE(glob_match("*.{rb,go}", "a.c"));
  EXPECT_TRUE(glob_match("{a,b{c,d}}/x", "bd/x"));
  EXPECT_TRUE(glob_match("{src,lib}/**/*.{h,c}", "lib/a/b.h"));
  EXPECT_TRUE(glob_match("x{,.bak}", "x"));
  EXPECT_TRUE(glob_match("x{", "x{"));
  EXPECT_TRUE(glob_match("x\\{a,b\\}", "x{a,b}"));
}

TEST(GlobMatch, BracketsTakeRangesAndNegation) {
  EXPECT_TRUE(glob_match("[a-c]x", "bx"));
  EXPECT_FALSE(glob_match("[!a-c]x", "bx"));
  EXPECT_TRUE(glob_match("[^a-c]x", "dx"));
  EXPECT_TRUE(glob_match("[\\]]x", "]x"));
  EXPECT_TRUE(glob_match("[a-]x", "-x"));
  EXPECT_TRUE(glob_match("[\xC3\xA0-\xC3\xBC]x", "\xC3\xA9x"));
  EXPECT_FALSE(glob_match("[a", "a"));
  EXPECT_FALSE(glob_match("a[!x]b", "a/b"));
}

TEST(GlobMatch, AQuestionMarkIsOneCharacterNotAByte) {
  EXPECT_TRUE(glob_match("?", "\xC3\xA9"));
  EXPECT_FALSE(glob_match("?", "ab"));
  EXPECT_FALSE(glob_match("a?b", "a/b"));
}

TEST(GlobMatch, ABackslashTakesTheNextAsItIs) {
  EXPECT_TRUE(glob_match("\\*", "*"));
  EXPECT_FALSE(glob_match("\\*", "a"));
  EXPECT_TRUE(glob_match("a\\", "a\\"));
}

TEST(GlobMatch, TheWholePathMustFit) {
  EXPECT_FALSE(glob_match("docs", "docs/a"));
  EXPECT_FALSE(glob_match("docs/", "docs/a"));
  EXPECT_FALSE(glob_match("/docs/a", "docs/a"));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match("", ""));
}

TEST(GlobMatch, HostilePatternsAreBounded) {
  std::string braces;
  for (int i = 0; i < 60; ++i) braces += "{a,b}";
  EXPECT_FALSE(glob_match(braces, "x"));
  std::string pairs;
  for (int i = 0; i < 100'000; ++i) pairs += "{a}";
  EXPECT_FALSE(glob_match(pairs, "x"));
  std::string stars;
  for (int i = 0; i < 60; ++i) stars += "*a";
  EXPECT_FALSE(glob_match(stars + "b", std::string(5000, 'a')));
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "**/a/";
  std::string path;
  for (int i = 0; i < 2000; ++i) path += "a/";
  EXPECT_FALSE(glob_match(deep + "b", path + "c"));
}

}  // namespace
}  // namespace fairlead::parser
