// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "parser/expression/expression.hpp"
#include "parser/expression/node.hpp"

namespace fairlead::parser::expression {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out += '"';
}

std::string_view operator_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::equals:
      return "equals";
    case TokenKind::not_equals:
      return "not_equals";
    case TokenKind::matches:
      return "matches";
    case TokenKind::not_matches:
      return "not_matches";
    case TokenKind::and_:
      return "and";
    case TokenKind::or_:
      return "or";
    default:
      return "not";
  }
}

std::string render(const Node& node) {
  switch (node.kind) {
    case TokenKind::variable:
      return "$" + node.text;
    case TokenKind::input:
      return fmt::format("$[[ inputs.{} ]]", node.text);
    case TokenKind::string:
      return quoted(node.text);
    case TokenKind::pattern:
    case TokenKind::null:
    case TokenKind::boolean:
      return node.text;
    case TokenKind::not_:
      return fmt::format("not({})", render(*node.left));
    default:
      return fmt::format("{}({}, {})", operator_name(node.kind), render(*node.left), render(*node.right));
  }
}

void collect_inputs(const Node& node, std::vector<std::string>& names) {
  if (node.kind == TokenKind::input && std::find(names.begin(), names.end(), node.text) == names.end())
    names.push_back(node.text);
  if (node.left) collect_inputs(*node.left, names);
  if (node.right) collect_inputs(*node.right, names);
}

}  // namespace

std::string describe(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* regex = std::get_if<RegexPtr>(&value)) return fmt::format("/{}/", (*regex)->source());
  return "null";
}

std::string Expression::tree() const { return render(*root_); }

std::vector<std::string> Expression::input_names() const {
  std::vector<std::string> names;
  collect_inputs(*root_, names);
  return names;
}

}  // namespace fairlead::parser::expression
