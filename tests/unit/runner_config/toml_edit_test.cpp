// SPDX-License-Identifier: Apache-2.0
#include "runner/config/toml_edit.hpp"

#include <gmock/gmock.h>

namespace fairlead::runner {
namespace {

constexpr std::string_view kFile = R"(# This file is ours.
concurrent = 2   # two at once

# The first one.
[[runners]]
  name = "a"
  token = "old" # from the wiki
  future_key = { x = 1 }
  pre_build_script = """
[[runners]]
name = "not me"
"""
  [runners.docker]
    image = "alpine" # pinned
    volumes = [
      "/a", # ]
      "/b",
    ]

# The second one.
[[runners]]
name = "b"
token = "tb"

# Not a runner.
[session_server]
  session_timeout = 1
)";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  const std::size_t at = out.find(from);
  EXPECT_NE(at, std::string::npos);
  return out.replace(at, from.size(), to);
}

TEST(TomlEdit, ReplacesAValueAndTouchesNothingElse) {
  const auto edited = set_in_element(kFile, "runners", 0, "token", TomlValue::of("new"));
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, replaced(kFile, "\"old\"", "\"new\""));
}

TEST(TomlEdit, AddsAKeyAboveTheSubTables) {
  const auto edited =
      set_in_element(kFile, "runners", 0, "token_expires_at", TomlValue::datetime("2026-01-31T12:00:00Z"));
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, replaced(kFile, "  [runners.docker]",
                              "  token_expires_at = 2026-01-31T12:00:00Z\n  [runners.docker]"));
}

TEST(TomlEdit, AddsAKeyToAFileWithoutALastLineBreak) {
  const auto edited =
      set_in_element("[[runners]]\nname = \"a\"", "runners", 0, "id", TomlValue::of(std::int64_t{7}));
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, "[[runners]]\nname = \"a\"\nid = 7");
}

TEST(TomlEdit, RemovesAnElementWithItsTablesAndTheCommentAboveIt) {
  const auto edited = remove_element(kFile, "runners", 0);
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, std::string(kFile.substr(0, kFile.find("# The first"))) +
                         std::string(kFile.substr(kFile.find("# The second"))));
  const auto second = remove_element(kFile, "runners", 1);
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_THAT(*second, testing::HasSubstr("# Not a runner.\n[session_server]"));
  EXPECT_THAT(*second, testing::Not(testing::HasSubstr("The second")));
}

TEST(TomlEdit, KeepsTheCommentAtTheTopOfTheFile) {
  const auto edited = remove_element("# Ours.\n[[runners]]\nname = \"a\"\n", "runners", 0);
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, "# Ours.\n");
}

TEST(TomlEdit, FindsSubTablesThatStandFarFromTheirElement) {
  const auto edited =
      remove_element("[[runners]]\nname='a'\n[log]\nx=1\n[runners.docker]\nimage='i'\n", "runners", 0);
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, "[log]\nx=1\n");
}

TEST(TomlEdit, AppendsBehindEverythingElse) {
  TomlTable runner;
  entry_of(runner, "name") = TomlValue::of("c");
  const auto edited = append_element(kFile, "runners", runner);
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, std::string(kFile) + "\n[[runners]]\n  name = \"c\"\n");
  EXPECT_EQ(*append_element("", "runners", runner), "[[runners]]\n  name = \"c\"\n");
}

TEST(TomlEdit, AnAppendedElementCanBeRemovedAgain) {
  TomlTable runner;
  entry_of(runner, "name") = TomlValue::of("c");
  const auto added = append_element(kFile, "runners", runner);
  ASSERT_TRUE(added);
  const auto removed = remove_element(*added, "runners", 2);
  ASSERT_TRUE(removed) << removed.error().to_string();
  EXPECT_EQ(*removed, std::string(kFile) + "\n");
}

TEST(TomlEdit, KeepsWindowsLineBreaks) {
  const auto edited =
      set_in_element("[[runners]]\r\n  name = \"a\"\r\n", "runners", 0, "id", TomlValue::of(std::int64_t{7}));
  ASSERT_TRUE(edited) << edited.error().to_string();
  EXPECT_EQ(*edited, "[[runners]]\r\n  name = \"a\"\r\n  id = 7\r\n");
}

TEST(TomlEdit, RefusesAnInlineListInsteadOfDamagingIt) {
  const auto edited = remove_element("runners = [{name='a'}, {name='b'}]\n", "runners", 0);
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().message, testing::HasSubstr("[[runners]] table of its own"));
}

TEST(TomlEdit, SaysThatThereIsNoSuchElement) {
  const auto edited = remove_element(kFile, "runners", 2);
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace fairlead::runner
