// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "parser/expression/regex.hpp"
#include "parser/expression/token.hpp"

// The language of `rules:if`, `workflow:rules:if`, `only:variables` and input
// rules. parse() knows only syntax, evaluate() only meaning.
namespace fairlead::parser::expression {

// Null (undefined), text, truth, a number (inputs only) or a pattern.
using Value = std::variant<std::monostate, bool, double, std::string, RegexPtr>;

// Truth as a rule condition: not null, false, empty or blank.
bool truthful(const Value& value);
// For messages and tests: null, true, "text", /pattern/.
std::string describe(const Value& value);

// What an expression may read. Names are looked up each time they occur.
class Scope {
 public:
  virtual ~Scope() = default;
  // nullopt: the variable is not defined.
  virtual std::optional<std::string_view> variable(std::string_view name) const = 0;
  virtual Value input(std::string_view name) const;
};

// A scope over a small list of pairs; for tests and simple callers.
class PairScope final : public Scope {
 public:
  explicit PairScope(std::vector<std::pair<std::string, std::string>> variables)
      : variables_(std::move(variables)) {}
  void set_input(std::string name, Value value);
  std::optional<std::string_view> variable(std::string_view name) const override;
  Value input(std::string_view name) const override;

 private:
  std::vector<std::pair<std::string, std::string>> variables_;
  std::vector<std::pair<std::string, Value>> inputs_;
};

// The variables that an evaluation read, in order of first reading, with the
// values seen. A part that `&&` or `||` skips is not read.
using Reads = std::vector<std::pair<std::string, std::optional<std::string>>>;

class RegexCache;
struct Node;

// A parsed expression. Immutable, cheap to copy, safe to share.
class Expression {
 public:
  static std::variant<Expression, SyntaxError> parse(std::string_view text);

  // The raw value: `&&` and `||` yield an operand, not a truth. `cache` keeps
  // patterns held in variables compiled; `reads`, when given, is added to.
  Value evaluate(const Scope& scope, RegexCache* cache = nullptr, Reads* reads = nullptr) const;

  // "and($A, equals($B, \"x\"))"
  std::string tree() const;
  // Names of the inputs it refers to, each once, from left to right.
  std::vector<std::string> input_names() const;

 private:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

// Whether the linter takes it; if not, "invalid expression syntax" is the message.
bool is_valid(std::string_view text);

// Patterns that came out of variables at run time, by their text. Bounded.
// Not thread-safe.
class RegexCache {
 public:
  RegexPtr get(std::string_view slashed);

 private:
  std::unordered_map<std::string, RegexPtr> compiled_;
};

// Parses each text once: 10,000 jobs that share a template's rules cost one
// parse. Not thread-safe; one per plan.
class ExpressionCache {
 public:
  // Null when the text is not a valid expression: such a condition is false.
  const Expression* get(const std::string& text);
  RegexCache& regexes() { return regexes_; }

 private:
  std::unordered_map<std::string, std::optional<Expression>> parsed_;
  RegexCache regexes_;
};

// As a condition of a rule: a broken expression is false.
bool is_true(const std::string& text, const Scope& scope, ExpressionCache& cache, Reads* reads = nullptr);

}  // namespace fairlead::parser::expression
