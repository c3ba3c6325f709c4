// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/token.hpp"

#include <gtest/gtest.h>

namespace fairlead::parser::expression {
namespace {

std::string pattern_in(std::string_view text) {
  const Token token = scan_token(text);
  return token.kind == TokenKind::pattern ? std::string(token.text) : "none";
}

TEST(Token, APatternOfOneCharacterDoesNotLex) {
  EXPECT_EQ(pattern_in("/a/"), "none");
  EXPECT_EQ(pattern_in("/ab/"), "/ab/");
  EXPECT_EQ(pattern_in("/\xC3\xA9/"), "none");  // one character of two bytes
  EXPECT_EQ(pattern_in("/\xC3\xA9x/"), "/\xC3\xA9x/");
}

TEST(Token, APatternEndsAtTheFirstSlashThatIsNotEscaped) {
  EXPECT_EQ(pattern_in(R"(/a\/b/ && $B =~ /cd/)"), R"(/a\/b/)");
  EXPECT_EQ(pattern_in("/ab/ims =="), "/ab/ims");
  EXPECT_EQ(pattern_in("/ab/ix"), "/ab/i");
  EXPECT_EQ(pattern_in(R"(/ab\/)"), "none");
  EXPECT_EQ(pattern_in("/ab"), "none");
}

TEST(Token, APatternTakesADoubledSlashAtItsEnd) { EXPECT_EQ(pattern_in("/ab//"), "/ab//"); }

TEST(Token, AStringEndsAtItsOwnQuoteAndNeverSpansLines) {
  EXPECT_EQ(scan_token(R"("a\" == "b")").text, R"("a\")");
  EXPECT_TRUE(scan_token("\"a\nb\"").text.empty());
}

TEST(Token, AVariableIsWordCharactersWithoutBraces) {
  EXPECT_EQ(scan_token("$1a-b").text, "$1a");
  EXPECT_TRUE(scan_token("${A}").text.empty());
  EXPECT_TRUE(scan_token("$").text.empty());
}

TEST(Token, AnInputTakesSpacesWithinItsBrackets) {
  for (const char* text : {"$[[inputs.a_b]]", "$[[  inputs.a_b\t]] == 1"}) {
    const Token token = scan_token(text);
    ASSERT_EQ(token.kind, TokenKind::input);
    EXPECT_EQ(name_of(token), "a_b");
  }
  EXPECT_NE(scan_token("$[[ input.a ]]").kind, TokenKind::input);
  EXPECT_NE(scan_token("$[[ inputs.a | truncate(1,2) ]]").kind, TokenKind::input);
}

TEST(Token, TrueAndFalseEndAtAWordBorder) {
  EXPECT_EQ(scan_token("true&&").kind, TokenKind::boolean);
  EXPECT_TRUE(scan_token("truely").text.empty());
  EXPECT_TRUE(std::holds_alternative<SyntaxError>(tokenize("nulltrue")));
}

TEST(Token, AnErrorSaysWhereItIs) {
  const auto tokens = tokenize("$A = 1");
  ASSERT_TRUE(std::holds_alternative<SyntaxError>(tokens));
  EXPECT_EQ(std::get<SyntaxError>(tokens).offset, 3U);
}

TEST(Token, NinetyNineAreTakenAndAHundredAreTooMany) {
  std::string text;
  for (int i = 0; i < 99; ++i) text += "!";
  EXPECT_TRUE(std::holds_alternative<std::vector<Token>>(tokenize(text)));
  EXPECT_TRUE(std::holds_alternative<SyntaxError>(tokenize(text + "!")));
}

}  // namespace
}  // namespace fairlead::parser::expression
