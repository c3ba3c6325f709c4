// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/reader.hpp"

#include <gtest/gtest.h>

#include "tests/support/yaml.hpp"

namespace fairlead::parser::yaml {
namespace {

using tests::read_yaml;

TEST(Reader, EveryNodeKnowsItsPlace) {
  const auto read = read_yaml("job:\n  script:\n    - echo\n    - [a, {b: c}]\n  \xC3\xA4\xC3\xA4: x\n");
  EXPECT_EQ(read.place(""), "1:1");
  EXPECT_EQ(read.place("job"), "2:3");
  EXPECT_EQ(read.place("job/script"), "3:5");
  EXPECT_EQ(read.place("job/script/1"), "4:7");
  EXPECT_EQ(read.place("job/script/1/1/b"), "4:15");
  EXPECT_EQ(read.place("job/\xC3\xA4\xC3\xA4"), "5:7") << "columns count characters";
  EXPECT_EQ(read.text.content->entries[0].key->mark, (Mark{0, 1, 1}));
}

TEST(Reader, WindowsLineEndsCountOnce) {
  const auto read = read_yaml("\r\na: 1\r\nb: |\r\n  x\r\n  y\r\n");
  EXPECT_EQ(read.json(), R"({"a":1,"b":"x\ny\n"})");
  EXPECT_EQ(read.place("b"), "3:4");
}

TEST(Reader, AByteOrderMarkIsSkipped) {
  const auto read = read_yaml(
      "\xEF\xBB\xBF"
      "a: 1\n");
  EXPECT_EQ(read.json(), R"({"a":1})");
  EXPECT_EQ(read.place("a"), "1:4");
  EXPECT_EQ(read_yaml("\xEF\xBB\xBF---\na: 1\n").json(), R"({"a":1})");
}

TEST(Reader, AnAliasIsTheSameNodeAgain) {
  const auto read = read_yaml("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(read.at("a"), read.at("b"));
}

TEST(Reader, AnAnchorMayBeGivenAgainAndTheLastOneCounts) {
  EXPECT_EQ(read_yaml("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").json(), R"({"a":1,"b":1,"c":2,"d":2})");
}

TEST(Reader, AnUnknownAliasIsNamedAndTheNearOneSuggested) {
  const auto read = read_yaml(".d: &defaults {a: 1}\nb: *defualts\n");
  ASSERT_TRUE(read.text.failure);
  EXPECT_EQ(read.text.failure->message, "An alias referenced an unknown anchor: defualts");
  EXPECT_EQ(read.text.failure->hint, "did you mean *defaults?");
  EXPECT_EQ(read.text.failure->mark, (Mark{0, 2, 4}));
}

TEST(Reader, AnAliasWithinItsOwnNodeIsRefused) {
  const auto read = read_yaml("a: &a\n  b: *a\n");
  ASSERT_TRUE(read.text.failure);
  EXPECT_EQ(read.text.failure->message, "The parsed YAML is too big");
  EXPECT_EQ(read.text.failure->hint, "alias *a stands within the node &a it names, so it would never end");
}

TEST(Reader, ABraceMayCloseLeftOfItsContent) {
  EXPECT_EQ(read_yaml("j:\n  a: {\n    b: 1\n  }\n  c: 2\n").json(), R"({"j":{"a":{"b":1},"c":2}})");
}

TEST(MergeKey, KeysWrittenAfterItWin) {
  EXPECT_EQ(read_yaml(".t: &t {a: 1, b: 2}\nj:\n  <<: *t\n  b: 3\n  c: 4\n").json(),
            R"({".t":{"a":1,"b":2},"j":{"a":1,"b":3,"c":4}})");
}

TEST(MergeKey, LikePsychItReplacesKeysWrittenBeforeIt) {
  const auto read = read_yaml(".t: &t {a: 1}\nj:\n  a: 2\n  <<: *t\n");
  EXPECT_EQ(read.json(), R"({".t":{"a":1},"j":{"a":1}})");
  ASSERT_EQ(read.diagnostics.all().size(), 1U);
  EXPECT_EQ(read.diagnostics.all()[0].code, "merge-replaces-key");
  EXPECT_EQ(read.diagnostics.all()[0].mark, (Mark{0, 3, 3}));
}

TEST(MergeKey, TheFirstOfAListWins) {
  EXPECT_EQ(read_yaml(".a: &a {x: 1, y: 1}\n.b: &b {x: 2, z: 2}\nj:\n  <<: [*a, *b]\n").json(),
            R"({".a":{"x":1,"y":1},".b":{"x":2,"z":2},"j":{"x":1,"z":2,"y":1}})");
}

TEST(MergeKey, SeveralApplyInOrderWithoutAWarning) {
  const auto read = read_yaml(".a: &a {x: 1}\n.b: &b {x: 2}\nj:\n  <<: *a\n  <<: *b\n");
  EXPECT_EQ(read.at("j/x")->integer, 2);
  EXPECT_TRUE(read.diagnostics.all().empty());
}

TEST(MergeKey, WhatIsNoMapStaysAnOrdinaryKey) {
  EXPECT_EQ(read_yaml("j: {<<: 1}\n").json(), R"({"j":{"<<":1}})");
  EXPECT_EQ(read_yaml(".l: &l [{a: 1}]\nj: {<<: *l}\n").json(), R"({".l":[{"a":1}],"j":{"<<":[{"a":1}]}})");
  EXPECT_EQ(read_yaml("j: {!!str <<: {a: 1}}\n").json(), R"({"j":{"<<":{"a":1}}})");
}

TEST(MergeKey, AnEntryKnowsTheAnchorItCameThrough) {
  const auto read = read_yaml(".a: &a {x: 1}\n.b: &b\n  <<: *a\nj:\n  <<: *b\n  y: 2\n");
  const auto job = read.at("j");
  const Entry* x = job->find("x");
  ASSERT_NE(x, nullptr);
  ASSERT_TRUE(x->via);
  EXPECT_EQ(x->via->step, Via::Step::merge_key);
  EXPECT_EQ(x->via->what, "b");
  ASSERT_TRUE(x->via->next);
  EXPECT_EQ(x->via->next->what, "a");
  EXPECT_EQ(x->value->mark, (Mark{0, 1, 12}));
  EXPECT_FALSE(job->find("y")->via);
}

TEST(DuplicateKey, TheLastWinsInTheFirstsPlaceAndBothAreNamed) {
  const auto read = read_yaml("j:\n  script: a\n  stage: s\n  script: b\n");
  EXPECT_EQ(read.json(), R"({"j":{"script":"b","stage":"s"}})");
  ASSERT_EQ(read.diagnostics.all().size(), 1U);
  const Diagnostic& warning = read.diagnostics.all()[0];
  EXPECT_EQ(warning.severity, Severity::warning);
  EXPECT_EQ(warning.code, "duplicate-key");
  EXPECT_EQ(warning.mark, (Mark{0, 4, 3}));
  EXPECT_EQ(warning.message, "key \"script\" was already given at .gitlab-ci.yml:2:3: this one replaces it");
}

TEST(DuplicateKey, IsFoundInLargeMapsToo) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "k" + std::to_string(i) + ": 1\n";
  text += "k50: 2\n:k51: 3\n'1': a\n1: b\n";
  const auto read = read_yaml(text);
  EXPECT_EQ(read.diagnostics.all().size(), 2U) << "a symbol is the same key as its text, a number is not";
  EXPECT_EQ(read.at("k50")->integer, 2);
  EXPECT_EQ(read.text.content->entries.size(), 102U);
}

TEST(Reference, IsKeptWithItsPath) {
  const auto read = read_yaml("j:\n  script:\n    - !reference [.setup, script]\n");
  const auto node = read.at("j/script/0");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->kind, Kind::reference);
  ASSERT_EQ(node->items.size(), 2U);
  EXPECT_EQ(node->items[0]->text, ".setup");
  EXPECT_EQ(node->mark, (Mark{0, 3, 7}));
}

struct Broken {
  std::string text;
  std::string message;
  Mark mark;
  std::string hint_part;
};

class SyntaxError : public testing::TestWithParam<Broken> {};

TEST_P(SyntaxError, HasPsychsWordsAndThePlaceOfTheProblem) {
  const auto read = read_yaml(GetParam().text);
  ASSERT_TRUE(read.text.failure);
  EXPECT_EQ(read.text.failure->message, GetParam().message);
  EXPECT_EQ(read.text.failure->mark, GetParam().mark);
  EXPECT_NE(read.text.failure->hint.find(GetParam().hint_part), std::string::npos) << read.text.failure->hint;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SyntaxError,
    testing::Values(
        Broken{"a: 1\n b: 2\n",
               "(<unknown>): mapping values are not allowed in this context at line 2 column 3",
               {0, 2, 3},
               "must be quoted"},
        Broken{"a:\n  b: 1\n c: 2\n",
               "(<unknown>): did not find expected key while parsing a block mapping at line 1 column 1",
               {0, 3, 2},
               ""},
        Broken{"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
               "(<unknown>): could not find expected ':' while scanning a simple key at line 2 column 1",
               {0, 3, 1},
               "line 2 is left from a merge conflict"},
        Broken{"a: grep \"x\": *\"y\"\n",
               "(<unknown>): mapping values are not allowed in this context at line 1 column 12",
               {0, 1, 12},
               "must be quoted"},
        Broken{"a: *\"y\"\n",
               "(<unknown>): did not find expected alphabetic or numeric character while scanning an alias "
               "at line 1 column 4",
               {0, 1, 5},
               "a value that starts with * or & must be quoted"},
        Broken{"a:\n  - b: [[ \"\u00e4\" ]]; then\n",
               "(<unknown>): did not find expected key while parsing a block mapping at line 2 column 5",
               {0, 2, 17},
               "text goes on after the closing ]: quote the whole value"},
        Broken{
            "a: [1, 2\n",
            "(<unknown>): did not find expected ',' or ']' while parsing a flow sequence at line 1 column 4",
            {0, 2, 1},
            ""},
        Broken{"a:\n\tb: 1\n",
               "(<unknown>): found character that cannot start any token while scanning for the next token "
               "at line 2 column 1",
               {0, 2, 1},
               "a tab cannot indent YAML"},
        Broken{std::string("a: 1\nb: x\0y\n", 12),
               "(<unknown>): control characters are not allowed at line 1 column 1",
               {0, 2, 5},
               "byte 0x00 at offset 9"},
        Broken{"a: 1\nb: \xC3(\n",
               "(<unknown>): invalid trailing UTF-8 octet at line 1 column 1",
               {0, 2, 5},
               "at offset"},
        Broken{"a: \xFF\n",
               "(<unknown>): invalid leading UTF-8 octet at line 1 column 1",
               {0, 1, 4},
               "byte 0xFF at offset 3"},
        Broken{
            "a: \"x\n",
            "(<unknown>): found unexpected end of stream while scanning a quoted scalar at line 1 column 4",
            {0, 2, 1},
            ""}));

}  // namespace
}  // namespace fairlead::parser::yaml
