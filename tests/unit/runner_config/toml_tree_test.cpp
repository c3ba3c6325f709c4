// SPDX-License-Identifier: Apache-2.0
#include "runner/config/toml_tree.hpp"

#include <gmock/gmock.h>

namespace fairlead::runner {
namespace {

TEST(TomlTree, KeepsTheOrderOfTheTextAndItsPlaces) {
  const TomlParsed parsed = parse_toml("zebra = 1\n\napple = \"x\"\n  [b]\n  z = true\n  a = 1.5\n");
  ASSERT_TRUE(parsed.root);
  const TomlTable& root = parsed.root->table;
  ASSERT_EQ(root.size(), 3u);
  EXPECT_EQ(root[0].key, "zebra");
  EXPECT_EQ(root[1].key, "apple");
  EXPECT_EQ(root[1].line, 3);
  EXPECT_EQ(root[1].value.column, 9);
  EXPECT_EQ(root[2].value.table[0].key, "z");
  EXPECT_EQ(root[2].value.table[1].value.real, 1.5);
}

TEST(TomlTree, SaysWhereTheTextIsNotToml) {
  const TomlParsed parsed = parse_toml("a = 1\nb = = 2\n");
  ASSERT_FALSE(parsed.root);
  EXPECT_EQ(parsed.error.line, 2);
  EXPECT_FALSE(parsed.error.message.empty());
}

TEST(TomlTree, RefusesADuplicateKeyAndDeepNesting) {
  EXPECT_FALSE(parse_toml("a = 1\na = 2\n").root);
  EXPECT_FALSE(parse_toml("a = " + std::string(10'000, '[') + std::string(10'000, ']')).root);
}

TEST(TomlTree, FindsKeysWithoutRegardToCaseButTheExactOneFirst) {
  const TomlParsed parsed = parse_toml("TYPE = 1\nType = 2\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(find_entry(parsed.root->table, "Type")->value.integer, 2);
  EXPECT_EQ(find_entry(parsed.root->table, "type")->value.integer, 1);
  EXPECT_EQ(find_entry(parsed.root->table, "none"), nullptr);
}

TEST(TomlTree, WritesWhatItReadsAgain) {
  TomlTable table;
  entry_of(table, "text") = TomlValue::of("quote \" back \\ line\n tab\t bell\a \x7f é");
  entry_of(table, "odd key") = TomlValue::of(std::int64_t{-5});
  entry_of(table, "flag") = TomlValue::of(true);
  entry_of(table, "date") = TomlValue::datetime("2026-01-31T12:00:00Z");
  entry_of(table, "list") = TomlValue::list({"a", "b,c"});
  entry_of(entry_of(table, "sub").table, "x") = TomlValue::of("y");
  TomlValue pieces;
  pieces.kind = TomlValue::Kind::array;
  pieces.items.emplace_back();
  entry_of(pieces.items[0].table, "name") = TomlValue::of("n");
  entry_of(entry_of(table, "sub").table, "pieces") = pieces;
  const std::string text = format_toml_element("runners", table);
  const TomlParsed parsed = parse_toml(text);
  ASSERT_TRUE(parsed.root) << text << parsed.error.message;
  TomlValue expected;
  expected.table = table;
  EXPECT_TRUE(find_entry(parsed.root->table, "runners")->value.items.at(0).same(expected)) << text;
  EXPECT_THAT(text, testing::HasSubstr("\n  [runners.sub]\n    x = \"y\"\n    [[runners.sub.pieces]]\n"));
}

}  // namespace
}  // namespace fairlead::runner
