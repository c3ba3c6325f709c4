// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/expression.hpp"

namespace fairlead::parser::expression {
namespace {

// More different patterns than this in one plan are compiled again each time
// rather than kept: variables are foreign input.
constexpr std::size_t kMaxCachedPatterns = 1000;

}  // namespace

RegexPtr RegexCache::get(std::string_view slashed) {
  // The common text that is no pattern at all needs no entry.
  if (slashed.find('/') == std::string_view::npos) return nullptr;
  const std::string text = pattern_text(Token{TokenKind::pattern, slashed});
  if (const auto it = compiled_.find(text); it != compiled_.end()) return it->second;
  RegexPtr regex = compile_slashed_regex(text);
  if (compiled_.size() < kMaxCachedPatterns) compiled_.emplace(text, regex);
  return regex;
}

const Expression* ExpressionCache::get(const std::string& text) {
  auto it = parsed_.find(text);
  if (it == parsed_.end()) {
    std::optional<Expression> expression;
    auto result = Expression::parse(text);
    if (auto* parsed = std::get_if<Expression>(&result)) expression = std::move(*parsed);
    it = parsed_.emplace(text, std::move(expression)).first;
  }
  return it->second ? &*it->second : nullptr;
}

bool is_true(const std::string& text, const Scope& scope, ExpressionCache& cache, Reads* reads) {
  const Expression* expression = cache.get(text);
  return expression != nullptr && truthful(expression->evaluate(scope, &cache.regexes(), reads));
}

}  // namespace fairlead::parser::expression
