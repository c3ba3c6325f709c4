// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/token.hpp"

#include <array>

namespace fairlead::parser::expression {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}
std::size_t skip_word(std::string_view text, std::size_t at) {
  while (at < text.size() && is_word(text[at])) ++at;
  return at;
}

// Bytes of the UTF-8 character that starts at `at`; 1 for a stray byte.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  for (std::size_t i = 1; i < size; ++i)
    if (at + i >= text.size() || (static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return i;
  return size;
}

std::size_t input_end(std::string_view text) {
  if (!text.starts_with("$[[")) return kNone;
  std::size_t at = skip_spaces(text, 3);
  if (!text.substr(at).starts_with("inputs.")) return kNone;
  const std::size_t name = at + 7;
  at = skip_word(text, name);
  if (at == name) return kNone;
  at = skip_spaces(text, at);
  return text.substr(at).starts_with("]]") ? at + 2 : kNone;
}

std::size_t variable_end(std::string_view text) {
  if (text.front() != '$') return kNone;
  const std::size_t end = skip_word(text, 1);
  return end > 1 ? end : kNone;
}

std::size_t string_end(std::string_view text) {
  const char quote = text.front();
  if (quote != '"' && quote != '\'') return kNone;
  for (std::size_t at = 1; at < text.size() && text[at] != '\n'; ++at)
    if (text[at] == quote) return at + 1;
  return kNone;
}

// The pattern token as GitLab's own regular expression cuts it:
//   / ( [^/] | \/ )+ [^\] / [ismU]*
// with Ruby's backtracking, which prefers [^/] to `\/` and more to less. So
// `/a/` does not lex (one character cannot be both + and [^\]), and `/ab//`
// does. rest[p] is where the token ends (before flags) when at least one
// element has been taken and the next would start at p; it depends on nothing
// but p, so one pass from the right replaces the backtracking.
std::size_t pattern_end(std::string_view text) {
  if (text.front() != '/') return kNone;
  std::vector<std::size_t> rest(text.size() + 3, kNone);
  for (std::size_t p = text.size(); p-- > 1;) {
    // A byte inside a character is no place where an element can start.
    if ((static_cast<unsigned char>(text[p]) & 0xC0) == 0x80) continue;
    const std::size_t size = character_size(text, p);
    const bool escaped_slash = text.substr(p).starts_with("\\/");
    if (text[p] != '/') rest[p] = rest[p + size];
    if (rest[p] == kNone && escaped_slash) rest[p] = rest[p + 2];
    if (rest[p] == kNone && text[p] != '\\' && text.substr(p + size).starts_with('/')) rest[p] = p + size + 1;
  }
  if (text.size() < 2) return kNone;
  std::size_t end = kNone;
  if (text[1] != '/') end = rest[1 + character_size(text, 1)];
  if (end == kNone && text.substr(1).starts_with("\\/")) end = rest[3];
  if (end == kNone) return kNone;
  while (end < text.size() && std::string_view("ismU").find(text[end]) != kNone) ++end;
  return end;
}

std::size_t boolean_end(std::string_view text) {
  for (std::string_view word : {std::string_view("true"), std::string_view("false")})
    if (text.starts_with(word) && (text.size() == word.size() || !is_word(text[word.size()])))
      return word.size();
  return kNone;
}

constexpr std::array<std::pair<std::string_view, TokenKind>, 7> kOperators{{
    {"==", TokenKind::equals},
    {"=~", TokenKind::matches},
    {"!=", TokenKind::not_equals},
    {"!~", TokenKind::not_matches},
    {"&&", TokenKind::and_},
    {"||", TokenKind::or_},
    {"!", TokenKind::not_},
}};

}  // namespace

Token scan_token(std::string_view text) {
  const auto token = [&](TokenKind kind, std::size_t size) { return Token{kind, text.substr(0, size)}; };
  if (text.empty()) return token(TokenKind::null, 0);
  if (text.front() == '(') return token(TokenKind::parenthesis_open, 1);
  if (text.front() == ')') return token(TokenKind::parenthesis_close, 1);
  if (const std::size_t end = input_end(text); end != kNone) return token(TokenKind::input, end);
  if (const std::size_t end = variable_end(text); end != kNone) return token(TokenKind::variable, end);
  if (const std::size_t end = string_end(text); end != kNone) return token(TokenKind::string, end);
  if (const std::size_t end = pattern_end(text); end != kNone) return token(TokenKind::pattern, end);
  if (text.starts_with("null")) return token(TokenKind::null, 4);
  if (const std::size_t end = boolean_end(text); end != kNone) return token(TokenKind::boolean, end);
  for (const auto& [spelling, kind] : kOperators)
    if (text.starts_with(spelling)) return token(kind, spelling.size());
  return token(TokenKind::null, 0);
}

std::variant<std::vector<Token>, SyntaxError> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = skip_spaces(text, 0);
  while (at < text.size()) {
    const Token token = scan_token(text.substr(at));
    if (token.text.empty()) return SyntaxError{SyntaxStage::lexer, "Unknown lexeme found!", at};
    // `\b` before true and false: "nulltrue" has no such border.
    if (token.kind == TokenKind::boolean && at > 0 && is_word(text[at - 1]))
      return SyntaxError{SyntaxStage::lexer, "Unknown lexeme found!", at};
    if (tokens.size() + 1 >= kMaxTokens) return SyntaxError{SyntaxStage::lexer, "Too many tokens!", at};
    tokens.push_back(token);
    at = skip_spaces(text, at + token.text.size());
  }
  return tokens;
}

std::string_view string_content(Token token) { return token.text.substr(1, token.text.size() - 2); }

std::string_view name_of(Token token) {
  if (token.kind == TokenKind::variable) return token.text.substr(1);
  const std::size_t start = token.text.find('.') + 1;
  return token.text.substr(start, skip_word(token.text, start) - start);
}

std::string pattern_text(Token token) {
  std::string text;
  text.reserve(token.text.size());
  for (std::size_t i = 0; i < token.text.size(); ++i) {
    if (token.text[i] == '\\' && i + 1 < token.text.size() && token.text[i + 1] == '/') continue;
    text.push_back(token.text[i]);
  }
  return text;
}

}  // namespace fairlead::parser::expression
