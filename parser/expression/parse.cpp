// SPDX-License-Identifier: Apache-2.0
// Tokens to tree by the shunting-yard algorithm, which GitLab uses too: what it
// takes beyond the usual grammar (`$A "x" ==`) is taken here as well.
#include <array>

#include "parser/expression/expression.hpp"
#include "parser/expression/node.hpp"

namespace fairlead::parser::expression {
namespace {

bool is_value(TokenKind kind) {
  switch (kind) {
    case TokenKind::input:
    case TokenKind::variable:
    case TokenKind::string:
    case TokenKind::pattern:
    case TokenKind::null:
    case TokenKind::boolean:
      return true;
    default:
      return false;
  }
}

// Lower binds tighter.
int precedence(TokenKind kind) {
  switch (kind) {
    case TokenKind::not_:
      return 1;
    case TokenKind::and_:
      return 11;
    case TokenKind::or_:
      return 12;
    case TokenKind::parenthesis_open:
    case TokenKind::parenthesis_close:
      return 900;
    default:
      return 10;
  }
}

using Failure = std::optional<SyntaxError>;

// Operators wait here until one that binds less tightly, or a closing
// parenthesis, comes.
Failure to_postfix(const std::vector<Token>& tokens, std::string_view text, std::vector<Token>& output) {
  std::vector<Token> operators;
  const auto release = [&](TokenKind incoming) {
    while (!operators.empty() && operators.back().kind != TokenKind::parenthesis_open &&
           precedence(incoming) >= precedence(operators.back().kind)) {
      output.push_back(operators.back());
      operators.pop_back();
    }
  };
  for (const Token& token : tokens) {
    if (is_value(token.kind)) {
      output.push_back(token);
    } else if (token.kind == TokenKind::parenthesis_open || token.kind == TokenKind::not_) {
      operators.push_back(token);
    } else {
      release(token.kind);
      if (token.kind != TokenKind::parenthesis_close) {
        operators.push_back(token);
      } else if (operators.empty()) {
        return SyntaxError{SyntaxStage::parse, "Unmatched parenthesis",
                           static_cast<std::size_t>(token.text.data() - text.data())};
      } else {
        operators.pop_back();
      }
    }
  }
  output.insert(output.end(), operators.rbegin(), operators.rend());
  return std::nullopt;
}

std::variant<NodePtr, SyntaxError> make_value(Token token, std::size_t offset) {
  auto node = std::make_shared<Node>();
  node->kind = token.kind;
  switch (token.kind) {
    case TokenKind::input:
    case TokenKind::variable:
      node->text = name_of(token);
      break;
    case TokenKind::string:
      node->text = string_content(token);
      break;
    case TokenKind::pattern:
      node->text = pattern_text(token);
      node->regex = compile_slashed_regex(node->text);
      if (!node->regex) return SyntaxError{SyntaxStage::lexer, "Invalid regular expression!", offset};
      break;
    default:
      node->text = token.text;
      break;
  }
  return NodePtr(std::move(node));
}

NodePtr take(std::vector<NodePtr>& results) {
  if (results.empty()) return nullptr;
  NodePtr last = std::move(results.back());
  results.pop_back();
  return last;
}

std::variant<NodePtr, SyntaxError> to_tree(const std::vector<Token>& postfix, std::string_view text) {
  std::vector<NodePtr> results;
  for (const Token& token : postfix) {
    const auto offset = static_cast<std::size_t>(token.text.data() - text.data());
    if (is_value(token.kind)) {
      auto value = make_value(token, offset);
      if (auto* error = std::get_if<SyntaxError>(&value)) return std::move(*error);
      results.push_back(std::move(std::get<NodePtr>(value)));
      continue;
    }
    if (token.kind == TokenKind::parenthesis_open)
      return SyntaxError{SyntaxStage::parse, "Unprocessable token found in parse tree: parenthesis_open",
                         offset};
    auto node = std::make_shared<Node>();
    node->kind = token.kind;
    if (token.kind == TokenKind::not_) {
      node->left = take(results);
      if (!node->left) return SyntaxError{SyntaxStage::operator_, "Invalid operand", offset};
    } else {
      node->right = take(results);
      node->left = take(results);
      if (!node->left) return SyntaxError{SyntaxStage::operator_, "Invalid left operand", offset};
    }
    results.push_back(std::move(node));
  }
  if (results.size() > 1) return SyntaxError{SyntaxStage::parse, "Unreachable nodes in parse tree", 0};
  if (results.empty()) return SyntaxError{SyntaxStage::parse, "Empty parse tree", 0};
  return results.front();
}

}  // namespace

std::variant<Expression, SyntaxError> Expression::parse(std::string_view text) {
  auto tokens = tokenize(text);
  if (auto* error = std::get_if<SyntaxError>(&tokens)) return std::move(*error);
  std::vector<Token> postfix;
  if (Failure failure = to_postfix(std::get<0>(tokens), text, postfix)) return std::move(*failure);
  auto tree = to_tree(postfix, text);
  if (auto* error = std::get_if<SyntaxError>(&tree)) return std::move(*error);
  return Expression(std::move(std::get<NodePtr>(tree)));
}

bool is_valid(std::string_view text) { return std::holds_alternative<Expression>(Expression::parse(text)); }

}  // namespace fairlead::parser::expression
