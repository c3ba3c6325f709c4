// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/emit.hpp"

#include <gtest/gtest.h>

#include "parser/yaml/json.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser::yaml {
namespace {

using tests::read_yaml;

std::string emitted(const std::string& text) { return to_yaml(*read_yaml(text).text.content); }

TEST(Emit, IsReadableBlockStyle) {
  EXPECT_EQ(
      emitted(
          "job: {script: [echo hi, 'a: b'], variables: {A: '1', B: 2, C: yes, D: 'yes'}, needs: [], x: {}}"),
      "job:\n"
      "  script:\n"
      "    - echo hi\n"
      "    - 'a: b'\n"
      "  variables:\n"
      "    A: '1'\n"
      "    B: 2\n"
      "    C: true\n"
      "    D: 'yes'\n"
      "  needs: []\n"
      "  x: {}\n");
}

TEST(Emit, SeveralLinesBecomeALiteralBlock) {
  EXPECT_EQ(emitted("a: \"if x; then\\n  y\\nfi\\n\"\n"), "a: |\n  if x; then\n    y\n  fi\n");
}

// Texts that a careless writer turns into something else.
class RoundTrip : public testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, AStringComesBackAsItself) {
  const NodePtr text = make_string(GetParam(), {});
  const NodePtr tree = make_mapping({Entry{make_string("k", {}), text, nullptr},
                                     Entry{make_string("l", {}), make_sequence({text, text}, {}), nullptr}},
                                    {});
  const auto read = read_yaml(to_yaml(*tree));
  ASSERT_FALSE(read.text.failure) << read.text.failure->message << "\n" << to_yaml(*tree);
  EXPECT_EQ(read.json(), to_json(*tree)) << to_yaml(*tree);
  EXPECT_EQ(read.at("k")->kind, Kind::string);
  EXPECT_FALSE(read.at("k")->is_symbol);
}

INSTANTIATE_TEST_SUITE_P(Texts, RoundTrip,
                         testing::Values("", " ", "yes", "No", "on", "y", "null", "~", "1", "0644", "0x1F",
                                         "1:30", "1_000", "1.5", ".5", ".inf", "-.INF", "2024-01-01",
                                         "2024-01-01 10:00:00", ":symbol", ":", "a: b", "a:", "a #b", "#a",
                                         "- a", "-", "-a", "--- a", "---", "...", "!tag", "&anchor", "*alias",
                                         "%x", "@x", "`x`", "[a]", "{a}", "a, b", "a]", "?", "? a", "| a",
                                         "> a", "'", "\"", "it's", "say \"hi\"", "back\\slash", "tab\there",
                                         "\tlead", "trail ", " lead", "line\n", "two\nlines", "two\nlines\n",
                                         "two\nlines\n\n", "\nlead", "  indented\nthen\n", "a\r\nb\n",
                                         "\x1B[0m", "\x7F", "\xC2\x85", "\xE2\x80\xA8", "\xEF\xBB\xBF",
                                         "\xF0\x9F\x9A\x80 rocket", "\xC3\xA4\nb\n", "=", "<<", "a\n---\nb\n",
                                         "trailing blank \nx\n", "#comment\nx\n", "$[[ inputs.x ]]"));

TEST(Emit, WholeTreesComeBack) {
  const std::string text =
      "a: {b: [1, 2.5, true, null, [x, [y]], {}], 1: one, true: t}\nlong key with 'quotes': |\n  x\n   y\n"
      "r: [.inf, -.inf, 1.0e+30]\nj: [[[]], [{}], [{a: {b: []}}]]\n";
  const auto first = read_yaml(text);
  const auto second = read_yaml(to_yaml(*first.text.content));
  EXPECT_EQ(first.json(), second.json()) << to_yaml(*first.text.content);
}

}  // namespace
}  // namespace fairlead::parser::yaml
