// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "parser/expression/expression.hpp"
#include "parser/expression/node.hpp"

namespace fairlead::parser::expression {
namespace {

bool is_blank(std::string_view text) {
  // Ruby's blank?: white space of any script.
  static constexpr std::string_view kWide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80",
                                               "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
                                               "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                               "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                               "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
  while (!text.empty()) {
    if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) {
      text.remove_prefix(1);
      continue;
    }
    const auto* wide = std::find_if(std::begin(kWide), std::end(kWide),
                                    [&](std::string_view w) { return text.starts_with(w); });
    if (wide == std::end(kWide)) return false;
    text.remove_prefix(wide->size());
  }
  return true;
}

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }
bool is_false(const Value& value) {
  const bool* truth = std::get_if<bool>(&value);
  return truth != nullptr && !*truth;
}
// What && and || go by: an empty text counts as true here.
bool is_set(const Value& value) { return !is_null(value) && !is_false(value); }

std::string to_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* regex = std::get_if<RegexPtr>(&value)) return (*regex)->source();
  return {};
}

bool are_equal(const Value& left, const Value& right) {
  if (left.index() == right.index()) {
    if (const auto* regex = std::get_if<RegexPtr>(&left))
      return (*regex)->source() == std::get<RegexPtr>(right)->source();
    return left == right;
  }
  const bool bool_and_text =
      (std::holds_alternative<bool>(left) && std::holds_alternative<std::string>(right)) ||
      (std::holds_alternative<std::string>(left) && std::holds_alternative<bool>(right));
  return bool_and_text && to_text(left) == to_text(right);
}

class Evaluator {
 public:
  Evaluator(const Scope& scope, RegexCache* cache, Reads* reads)
      : scope_(scope), cache_(cache), reads_(reads) {}

  Value value_of(const Node& node) {
    switch (node.kind) {
      case TokenKind::input:
        return scope_.input(node.text);
      case TokenKind::variable:
        return variable(node.text);
      case TokenKind::string:
        return node.text;
      case TokenKind::pattern:
        return node.regex;
      case TokenKind::boolean:
        return node.text == "true";
      case TokenKind::equals:
        return are_equal(value_of(*node.left), value_of(*node.right));
      case TokenKind::not_equals:
        return !are_equal(value_of(*node.left), value_of(*node.right));
      case TokenKind::matches:
        return matches(node);
      case TokenKind::not_matches:
        return !matches(node);
      case TokenKind::and_: {
        Value left = value_of(*node.left);
        return is_set(left) ? value_of(*node.right) : left;
      }
      case TokenKind::or_: {
        Value left = value_of(*node.left);
        return is_set(left) ? left : value_of(*node.right);
      }
      case TokenKind::not_:
        return !truthful(value_of(*node.left));
      default:
        return std::monostate();
    }
  }

 private:
  Value variable(const std::string& name) {
    const std::optional<std::string_view> value = scope_.variable(name);
    if (reads_ != nullptr &&
        std::none_of(reads_->begin(), reads_->end(), [&](const auto& read) { return read.first == name; }))
      reads_->emplace_back(name, value ? std::optional<std::string>(*value) : std::nullopt);
    if (!value) return std::monostate();
    return std::string(*value);
  }

  // No pattern on the right (null, false) matches nothing. A text there that
  // is not a pattern is searched for the left side, not the other way round.
  bool matches(const Node& node) {
    const std::string text = to_text(value_of(*node.left));
    const Value right = value_of(*node.right);
    if (!is_set(right)) return false;
    if (const auto* regex = std::get_if<RegexPtr>(&right)) return (*regex)->matches(text);
    const std::string pattern = to_text(right);
    const RegexPtr compiled = cache_ != nullptr ? cache_->get(pattern) : RegexCache().get(pattern);
    return compiled ? compiled->matches(text) : pattern.find(text) != std::string::npos;
  }

  const Scope& scope_;
  RegexCache* cache_;
  Reads* reads_;
};

}  // namespace

bool truthful(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return !is_blank(*text);
  return is_set(value);
}

Value Scope::input(std::string_view /*name*/) const { return std::monostate(); }

void PairScope::set_input(std::string name, Value value) {
  inputs_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> PairScope::variable(std::string_view name) const {
  for (auto it = variables_.rbegin(); it != variables_.rend(); ++it)
    if (it->first == name) return it->second;
  return std::nullopt;
}

Value PairScope::input(std::string_view name) const {
  for (auto it = inputs_.rbegin(); it != inputs_.rend(); ++it)
    if (it->first == name) return it->second;
  return std::monostate();
}

Value Expression::evaluate(const Scope& scope, RegexCache* cache, Reads* reads) const {
  return Evaluator(scope, cache, reads).value_of(*root_);
}

}  // namespace fairlead::parser::expression
