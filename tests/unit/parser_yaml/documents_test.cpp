// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/documents.hpp"

#include <gtest/gtest.h>

#include "tests/support/yaml.hpp"

namespace fairlead::parser::yaml {
namespace {

using tests::read_yaml;

TEST(Documents, ALeadingDividerIsNoDocument) {
  const auto read = read_yaml("---\n\na:\n  b: 1\n");
  EXPECT_EQ(read.json(), R"({"a":{"b":1}})");
  EXPECT_EQ(read.place("a"), "4:3") << "places count from the start of the file";
}

TEST(Documents, ContentMayStandOnTheDividersLine) {
  const auto read = read_yaml("--- a: 1\n");
  EXPECT_EQ(read.json(), R"({"a":1})");
  EXPECT_EQ(read.place("a"), "1:8");
}

TEST(Documents, AFirstDocumentWithSpecIsTheHeader) {
  const auto read = read_yaml("spec:\n  inputs:\n    x:\n---\na: 1\n");
  ASSERT_TRUE(read.text.header);
  EXPECT_TRUE(read.text.header->find("spec"));
  EXPECT_EQ(read.json(), R"({"a":1})");
  EXPECT_EQ(read.place("a"), "5:4");
}

TEST(Documents, WithALeadingDividerTooTheSpecIsTheHeader) {
  const auto read = read_yaml("---\nspec: {}\n---\na: 1\n");
  EXPECT_TRUE(read.text.header);
  EXPECT_EQ(read.json(), R"({"a":1})");
}

TEST(Documents, SpecAloneIsAnOrdinaryKey) {
  const auto read = read_yaml("spec:\n  script: x\n");
  EXPECT_FALSE(read.text.header);
  EXPECT_EQ(read.json(), R"({"spec":{"script":"x"}})");
}

TEST(Documents, WithoutAHeaderTheFirstIsTheContentAndTheRestIsIgnored) {
  EXPECT_EQ(read_yaml("a: 1\n---\nb: 2\n").json(), R"({"a":1})");
  EXPECT_EQ(read_yaml("---\na: 1\n---\nb: 2\n---\nc: 3\n").json(), R"({"a":1})");
}

TEST(Documents, ADocumentThatIsIgnoredMustStillBeYaml) {
  EXPECT_TRUE(read_yaml("a: 1\n---\nb: [\n").text.failure);
}

TEST(Documents, AFileOfCommentsIsAnEmptyMap) {
  EXPECT_EQ(read_yaml("# nothing\n").json(), "{}");
  EXPECT_EQ(read_yaml("").json(), "{}");
  EXPECT_EQ(read_yaml("---\n---\n").json(), "{}");
}

TEST(Documents, ARootThatIsNoMapIsRefused) {
  EXPECT_EQ(read_yaml("invalid_yaml").json(), "Invalid configuration format");
  EXPECT_EQ(read_yaml("--- 'invalid: yaml: test'\n").json(), "Invalid configuration format");
  EXPECT_EQ(read_yaml("- a\n").json(), "Invalid configuration format");
}

TEST(Documents, DashesWithinTextAreNoDivider) {
  EXPECT_EQ(read_yaml("a: |\n  ---\n  x\nb: ---x\n").json(), R"({"a":"---\nx\n","b":"---x"})");
}

TEST(Documents, BlankMeansWhiteSpaceOnly) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank("\xEF\xBB\xBF \n\t\r\n"));
  EXPECT_FALSE(is_blank("# x"));
}

}  // namespace
}  // namespace fairlead::parser::yaml
