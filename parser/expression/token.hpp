// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fairlead::parser::expression {

enum class TokenKind {
  parenthesis_open,
  parenthesis_close,
  input,     // $[[ inputs.name ]]
  variable,  // $NAME
  string,    // "text" or 'text'; no escapes, no line breaks
  pattern,   // /regex/flags
  null,
  boolean,
  equals,       // ==
  matches,      // =~
  not_equals,   // !=
  not_matches,  // !~
  and_,         // &&
  or_,          // ||
  not_,         // !
};

struct Token {
  TokenKind kind;
  std::string_view text;  // into the scanned text
};

// Where an expression broke: while tokens were cut, while they were arranged,
// or because an operator has no operand.
enum class SyntaxStage { lexer, parse, operator_ };

struct SyntaxError {
  SyntaxStage stage = SyntaxStage::parse;
  std::string message;
  std::size_t offset = 0;  // bytes into the expression
};

// An expression holds fewer tokens than this: GitLab gives up on the hundredth.
inline constexpr std::size_t kMaxTokens = 100;

// The first token of `text`, which must not start with white space; its text
// is empty when no token fits.
Token scan_token(std::string_view text);

std::variant<std::vector<Token>, SyntaxError> tokenize(std::string_view text);

// What stands between the quotes of a string token.
std::string_view string_content(Token token);
// The name in a variable or input token.
std::string_view name_of(Token token);
// The pattern token's text with `\/` written as `/`.
std::string pattern_text(Token token);

}  // namespace fairlead::parser::expression
