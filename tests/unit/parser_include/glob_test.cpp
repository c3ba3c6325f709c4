// SPDX-License-Identifier: Apache-2.0
#include "parser/include/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairlead::parser::include {
namespace {

TEST(IncludeWildcard, OneStarStaysWithinAFolder) {
  EXPECT_TRUE(wildcard_match("ci/*.yml", "ci/a.yml"));
  EXPECT_TRUE(wildcard_match("ci/*.yml", "ci/.yml"));
  EXPECT_FALSE(wildcard_match("ci/*.yml", "ci/sub/a.yml"));
  EXPECT_TRUE(wildcard_match("*/*.yml", "ci/a.yml"));
}

TEST(IncludeWildcard, TwoStarsPassFolders) {
  EXPECT_TRUE(wildcard_match("ci/**.yml", "ci/a.yml"));
  EXPECT_TRUE(wildcard_match("ci/**.yml", "ci/sub/deep/a.yml"));
  EXPECT_TRUE(wildcard_match("ci/**/*.yml", "ci/sub/a.yml"));
  EXPECT_FALSE(wildcard_match("ci/**/*.yml", "ci/a.yml")) << "as in GitLab, a folder must stand between";
}

TEST(IncludeWildcard, NothingElseHasAMeaning) {
  EXPECT_FALSE(wildcard_match("ci/?.yml", "ci/a.yml"));
  EXPECT_FALSE(wildcard_match("ci/[ab].yml", "ci/a.yml"));
  EXPECT_TRUE(wildcard_match("ci/[a]*.yml", "ci/[a]x.yml"));
  EXPECT_FALSE(wildcard_match("ci/*.yml", "ci/a.yml.bak"));
  EXPECT_FALSE(wildcard_match("*.yml", "axyml"));
}

TEST(IncludeWildcard, ManyStarsTakeNoMoreThanTheProductOfTheLengths) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  EXPECT_FALSE(wildcard_match(pattern + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace fairlead::parser::include
