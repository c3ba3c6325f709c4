// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/glob.hpp"

#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "tree.hpp"

namespace fairlead::runner {
namespace {

bool matches(std::string_view pattern, std::string_view path) {
  auto glob = Glob::parse(pattern);
  return glob.ok() && glob->matches(path);
}

TEST(Glob, StarsStayWithinAName) {
  EXPECT_TRUE(matches("*.txt", "a.txt"));
  EXPECT_TRUE(matches("*", ".hidden"));
  EXPECT_FALSE(matches("*.txt", "dir/a.txt"));
  EXPECT_TRUE(matches("d?r/*b*c", "dir/aabbcc"));
  EXPECT_FALSE(matches("d?r/*b*d", "dir/aabbcc"));
  EXPECT_TRUE(matches("a?c",
                      "a\xC3\xBC"
                      "c"))
      << "? is one character, not one byte";
  EXPECT_FALSE(matches("a", "a/b"));
  EXPECT_FALSE(matches("a/b", "a"));
}

TEST(Glob, DoubleStarsAreAnyNumberOfFolders) {
  EXPECT_TRUE(matches("**/*.js", "a.js"));
  EXPECT_TRUE(matches("**/*.js", "x/y/a.js"));
  EXPECT_TRUE(matches("a/**/b", "a/b"));
  EXPECT_TRUE(matches("a/**/b", "a/x/y/b"));
  EXPECT_TRUE(matches("a/**", "a"));
  EXPECT_TRUE(matches("a/**", "a/x/y"));
  EXPECT_FALSE(matches("a/**", "b/x"));
  EXPECT_TRUE(matches("**", "a/b/c"));
  EXPECT_TRUE(matches("a/**/b/**/c", "a/b/b/x/c"));
  EXPECT_TRUE(matches("a**b", "axxb")) << "within a name it is one star";
  EXPECT_FALSE(matches("a**b", "a/b"));
}

TEST(Glob, ClassesAlternativesAndEscapes) {
  EXPECT_TRUE(matches("[a-c]x", "bx"));
  EXPECT_FALSE(matches("[^a-c]x", "bx"));
  EXPECT_TRUE(matches("[!a-c]x", "dx"));
  EXPECT_TRUE(matches("[]]", "]"));
  EXPECT_TRUE(matches("*.{js,ts{,x}}", "a.tsx"));
  EXPECT_TRUE(matches("*.{js,ts{,x}}", "a.ts"));
  EXPECT_TRUE(matches("{a/b,c}/d", "a/b/d"));
  EXPECT_TRUE(matches("\\*\\{x", "*{x"));
  EXPECT_FALSE(matches("\\*", "a"));
}

TEST(Glob, PatternsAreCleaned) {
  EXPECT_TRUE(matches("./dist//js/", "dist/js"));
  EXPECT_TRUE(matches("dist/x/../y", "dist/y"));
  EXPECT_FALSE(matches("../x", "x"));
}

TEST(Glob, BadPatternsAreErrors) {
  EXPECT_EQ(Glob::parse("[a").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Glob::parse("{a,b").error().code, ErrorCode::invalid_argument);
  std::string bomb;
  for (int i = 0; i < 40; ++i) bomb += "{a,b}";
  EXPECT_EQ(Glob::parse(bomb).error().code, ErrorCode::limit_exceeded);
}

TEST(Glob, FindsInATreeWithoutFollowingLinksByDoubleStar) {
  const TempDir root = make_tree({"a/x.txt", "a/b/y.txt", "z.txt", ".hidden/h.txt"});
  std::filesystem::create_directory_symlink("..", root.path() / "a" / "loop");
  const auto find = [&](std::string_view pattern) { return Glob::parse(pattern)->find(root.path()); };
  using Paths = std::vector<std::string>;
  EXPECT_EQ(find("**/*.txt"), (Paths{".hidden/h.txt", "a/b/y.txt", "a/x.txt", "z.txt"}));
  EXPECT_EQ(find("a/**"), (Paths{"a", "a/b", "a/b/y.txt", "a/loop", "a/x.txt"}));
  EXPECT_EQ(find("a"), (Paths{"a"}));
  EXPECT_EQ(find("a/loop/z.txt"), (Paths{"a/loop/z.txt"})) << "a link that is named is followed";
  EXPECT_EQ(find("."), (Paths{"."}));
  EXPECT_EQ(find("none/*"), Paths{});
  EXPECT_EQ(find("{a,z}*"), (Paths{"a", "z.txt"}));
}

TEST(Glob, TheBaseIsWhatStandsBeforeTheFirstSpecialCharacter) {
  EXPECT_EQ(glob_base("build/*/x"), "build");
  EXPECT_EQ(glob_base("*.o"), ".");
  EXPECT_EQ(glob_base("/etc/*"), "/etc");
  EXPECT_EQ(glob_base("/*"), "/");
  EXPECT_EQ(glob_base("dist/"), "dist/");
}

}  // namespace
}  // namespace fairlead::runner
