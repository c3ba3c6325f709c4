// SPDX-License-Identifier: Apache-2.0
#include "parser/expression/expression.hpp"
#include "tests/support/conformance/conformance.hpp"

namespace fairlead::parser::expression {
namespace {

using nlohmann::json;

PairScope scope_of(const json& data) {
  std::vector<std::pair<std::string, std::string>> variables;
  if (data.contains("variables"))
    for (const auto& [key, value] : data["variables"].items())
      if (!value.is_null()) variables.emplace_back(key, value.get<std::string>());
  PairScope scope(std::move(variables));
  if (data.contains("inputs")) {
    for (const auto& [key, value] : data["inputs"].items()) {
      if (value.is_boolean()) scope.set_input(key, value.get<bool>());
      if (value.is_number()) scope.set_input(key, value.get<double>());
      if (value.is_string()) scope.set_input(key, value.get<std::string>());
    }
  }
  return scope;
}

json to_json(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (std::holds_alternative<RegexPtr>(value)) return describe(value);
  return nullptr;
}

std::string expression_of(const json& data) { return data["expression"].get<std::string>(); }

void check_value(const json& data) {
  const auto parsed = Expression::parse(expression_of(data));
  ASSERT_TRUE(std::holds_alternative<Expression>(parsed)) << std::get<SyntaxError>(parsed).message;
  EXPECT_EQ(to_json(std::get<Expression>(parsed).evaluate(scope_of(data))), data["value"]);
}

void check_truth(const json& data) {
  ExpressionCache cache;
  EXPECT_EQ(is_true(expression_of(data), scope_of(data), cache), data["value"].get<bool>());
}

void check_match(const json& data) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const char* side : {"left", "pattern"})
    if (!data[side].is_null()) variables.emplace_back(side, data[side].get<std::string>());
  const PairScope scope(std::move(variables));
  const auto yes = Expression::parse("$left =~ $pattern");
  const auto no = Expression::parse("$left !~ $pattern");
  EXPECT_EQ(to_json(std::get<Expression>(yes).evaluate(scope)), data["value"]);
  EXPECT_EQ(to_json(std::get<Expression>(no).evaluate(scope)), json(!data["value"].get<bool>()));
}

void check_tokens(const json& data) {
  const std::string text = expression_of(data);
  const auto tokens = tokenize(text);
  ASSERT_TRUE(std::holds_alternative<std::vector<Token>>(tokens));
  json texts = json::array();
  for (const Token& token : std::get<0>(tokens)) texts.push_back(std::string(token.text));
  EXPECT_EQ(texts, data["tokens"]);
}

void check_tree(const json& data) {
  const auto parsed = Expression::parse(expression_of(data));
  ASSERT_TRUE(std::holds_alternative<Expression>(parsed)) << std::get<SyntaxError>(parsed).message;
  EXPECT_EQ(std::get<Expression>(parsed).tree(), data["tree"].get<std::string>());
}

void check_invalid(const json& data) {
  const auto parsed = Expression::parse(expression_of(data));
  ASSERT_TRUE(std::holds_alternative<SyntaxError>(parsed));
  const SyntaxStage stage = std::get<SyntaxError>(parsed).stage;
  EXPECT_EQ(stage == SyntaxStage::lexer   ? "lexer"
            : stage == SyntaxStage::parse ? "parse"
                                          : "operator",
            data["error"]);
  EXPECT_FALSE(is_valid(expression_of(data)));
}

void check_pattern(const json& data) {
  const std::string text = data["text"];
  const Token token = scan_token(text);
  if (data["regex"].is_null()) {
    EXPECT_NE(token.kind, TokenKind::pattern);
    return;
  }
  ASSERT_EQ(token.kind, TokenKind::pattern);
  EXPECT_EQ(regex_source_of(pattern_text(token)), data["regex"].get<std::string>());
}

void check_string(const json& data) {
  const std::string text = data["text"];
  const Token token = scan_token(text);
  ASSERT_EQ(token.kind, TokenKind::string);
  EXPECT_EQ(string_content(token), data["value"].get<std::string>());
}

void check_input_names(const json& data) {
  const auto parsed = Expression::parse(expression_of(data));
  json names = json::array();
  if (const auto* expression = std::get_if<Expression>(&parsed)) names = expression->input_names();
  EXPECT_EQ(names, data["names"]);
}

void check_limit(const json& data) {
  const std::size_t most = data["max_tokens"].get<std::size_t>();
  EXPECT_EQ(most, kMaxTokens);
  std::string text;
  for (std::size_t i = 0; i < most; ++i) text += "$A ";
  EXPECT_TRUE(std::holds_alternative<SyntaxError>(tokenize(text)));
}

[[maybe_unused]] const bool kRegistered = [] {
  const json data = tests::conformance_file("expressions.json");
  const auto group = [&](const char* name) { return data.is_object() ? data.value(name, json()) : json(); };
  const auto by_text = [](const json& c) { return c["text"].get<std::string>(); };
  tests::register_cases("ExpressionsEvaluate", group("evaluate"), expression_of, check_value);
  tests::register_cases("ExpressionsTruthful", group("truthful"), expression_of, check_truth);
  tests::register_cases(
      "ExpressionsMatches", group("matches"), [](const json& c) { return c["pattern"].dump(); }, check_match);
  tests::register_cases("ExpressionsTokens", group("tokens"), expression_of, check_tokens);
  tests::register_cases("ExpressionsTree", group("tree"), expression_of, check_tree);
  tests::register_cases("ExpressionsInvalid", group("invalid"), expression_of, check_invalid);
  tests::register_cases("ExpressionsPattern", group("pattern"), by_text, check_pattern);
  tests::register_cases("ExpressionsStrings", group("strings"), by_text, check_string);
  tests::register_cases("ExpressionsInputNames", group("input_names"), expression_of, check_input_names);
  tests::register_cases(
      "ExpressionsLimits", json::array({group("limits")}), [](const json&) { return "max_tokens"; },
      check_limit);
  return true;
}();

}  // namespace
}  // namespace fairlead::parser::expression
