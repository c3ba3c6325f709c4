// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/expression.hpp"

#include <gtest/gtest.h>

namespace fairlead::parser::expression {
namespace {

const PairScope& scope() {
  static const PairScope kScope({{"EMPTY", ""},
                                 {"BLANK", " \t\xC2\xA0"},
                                 {"BRANCH", "docs/intro"},
                                 {"TRUE", "true"},
                                 {"PATTERN", "/^DOCS\\/.*/i"},
                                 {"LOOKAHEAD", "/^(?!main).*/"},
                                 {"LINES", "first\n/^docs/\nlast"}});
  return kScope;
}

bool holds(const std::string& text) {
  ExpressionCache cache;
  return is_true(text, scope(), cache);
}

std::string value(const std::string& text) {
  const auto parsed = Expression::parse(text);
  return std::holds_alternative<Expression>(parsed) ? describe(std::get<Expression>(parsed).evaluate(scope()))
                                                    : "broken";
}

TEST(Expression, NotBindsTighterThanComparisons) {
  EXPECT_EQ(value("!$EMPTY"), "true");
  EXPECT_EQ(value("!!$BRANCH"), "true");
  EXPECT_EQ(value("!$BRANCH == \"docs/intro\""), "false");
  EXPECT_EQ(value("!($BRANCH == \"docs/intro\") || $TRUE"), "\"true\"");
  EXPECT_EQ(value("!"), "broken");
}

TEST(Expression, AndBindsTighterThanOrAndBothGoLeftToRight) {
  const auto parsed = Expression::parse("$A || !$B && $C != null || $D !~ /xy/");
  ASSERT_TRUE(std::holds_alternative<Expression>(parsed));
  EXPECT_EQ(std::get<Expression>(parsed).tree(),
            "or(or($A, and(not($B), not_equals($C, null))), not_matches($D, /xy/))");
}

TEST(Expression, BooleansCompareWithTextAsText) {
  EXPECT_TRUE(holds("$TRUE == true"));
  EXPECT_TRUE(holds("true == $TRUE"));
  EXPECT_TRUE(holds("$BRANCH != false"));
  EXPECT_FALSE(holds("$UNDEFINED == false"));
  EXPECT_TRUE(holds("true == true"));
}

TEST(Expression, AnEmptyTextIsTrueInsideAndFalseAtTheEnd) {
  EXPECT_EQ(value("$EMPTY && \"x\""), "\"x\"");
  EXPECT_FALSE(holds("$EMPTY"));
  EXPECT_FALSE(holds("$EMPTY || \"x\""));
  EXPECT_FALSE(holds("$BLANK"));
}

TEST(Expression, ATextOnTheRightOfMatchIsSearchedForTheLeft) {
  EXPECT_TRUE(holds("$UNDEFINED =~ \"text\""));
  EXPECT_TRUE(holds("\"ex\" =~ \"text\""));
  EXPECT_FALSE(holds("\"text\" =~ \"ex\""));
  EXPECT_TRUE(holds("\"text\" !~ \"ex\""));
}

TEST(Expression, AVariableMayHoldAPattern) {
  EXPECT_TRUE(holds("$BRANCH =~ $PATTERN"));
  EXPECT_FALSE(holds("$BRANCH !~ $PATTERN"));
  EXPECT_TRUE(holds("\"docs\" =~ $LINES"));
  EXPECT_FALSE(holds("\"xdocs\" =~ $LINES"));
}

TEST(Expression, ALookaheadIsAnErrorAsALiteralAndPlainTextInAVariable) {
  EXPECT_FALSE(is_valid("$BRANCH =~ /^(?!main).*/"));
  EXPECT_FALSE(holds("$BRANCH =~ $LOOKAHEAD"));
  EXPECT_TRUE(holds("\"main\" =~ $LOOKAHEAD"));
}

TEST(Expression, NullOnTheRightOfMatchMatchesNothing) {
  EXPECT_FALSE(holds("$BRANCH =~ $UNDEFINED"));
  EXPECT_TRUE(holds("$BRANCH !~ $UNDEFINED"));
  EXPECT_FALSE(holds("$BRANCH =~ false"));
}

TEST(Expression, PatternsAreUnanchoredAndOfOneLine) {
  EXPECT_TRUE(holds("$BRANCH =~ /intro/"));
  EXPECT_FALSE(holds("$BRANCH =~ /^intro/"));
  EXPECT_FALSE(holds("$LINES =~ /^last/"));
  EXPECT_TRUE(holds("$LINES =~ /^last/m"));
  EXPECT_TRUE(holds("$BRANCH =~ /docs\\/intro/"));
}

TEST(Expression, ReadsTellWhatWasLookedAtAndNothingMore) {
  ExpressionCache cache;
  Reads reads;
  EXPECT_TRUE(is_true("$TRUE == 'true' || $SKIPPED", scope(), cache, &reads));
  EXPECT_FALSE(is_true("$UNDEFINED && $TRUE", scope(), cache, &reads));
  const Reads expected{{"TRUE", "true"}, {"UNDEFINED", std::nullopt}};
  EXPECT_EQ(reads, expected);
}

TEST(Expression, ABrokenOneIsFalse) {
  EXPECT_FALSE(holds("$TRUE =! null"));
  EXPECT_FALSE(holds(""));
  EXPECT_FALSE(is_valid("()"));
}

TEST(Expression, WhatGitLabsArrangementTakesIsTaken) { EXPECT_TRUE(holds("$TRUE \"true\" ==")); }

TEST(ExpressionCache, ParsesEachTextOnce) {
  ExpressionCache cache;
  const Expression* first = cache.get("$A == \"x\"");
  EXPECT_NE(first, nullptr);
  for (int i = 0; i < 1000; ++i) cache.get("$A == \"" + std::to_string(i) + "\"");
  EXPECT_EQ(cache.get("$A == \"x\""), first);
  EXPECT_EQ(cache.get("$A =="), nullptr);
}

}  // namespace
}  // namespace fairlead::parser::expression
