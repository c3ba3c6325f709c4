// SPDX-License-Identifier: Apache-2.0
// Any bytes as an expression: no crash, bounded work, and a tree only of what
// also evaluates.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parser/expression/expression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead::parser::expression;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = Expression::parse(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
    if (error->offset > size) std::abort();
    return 0;
  }
  const auto& expression = std::get<Expression>(parsed);
  // The text itself is also what one of the variables holds.
  const PairScope scope({{"A", text}, {"B", "/^b.*c/i"}, {"C", ""}});
  Reads reads;
  ExpressionCache cache;
  const Value value = expression.evaluate(scope, &cache.regexes(), &reads);
  if (is_true(text, scope, cache) != truthful(value)) std::abort();
  if (expression.tree().empty()) std::abort();
  return 0;
}
