// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/syntax.hpp"

#include "parser/expression/expression.hpp"
#include "parser/expression/regex.hpp"
#include "parser/variables/duration.hpp"

namespace fairlead::parser::entry {

bool Syntax::is_expression(const std::string& text) {
  if (expressions_.contains(text)) return true;
  if (!expression::is_valid(text)) return false;
  expressions_.insert(text);
  return true;
}

bool Syntax::is_regex(const std::string& text) {
  if (regexes_.contains(text)) return true;
  if (expression::compile_slashed_regex(text) == nullptr) return false;
  regexes_.insert(text);
  return true;
}

bool looks_like_regex(std::string_view text) { return expression::regex_source_of(text).has_value(); }

std::optional<Seconds> duration_of(std::string_view text) { return parse_duration(text); }

bool is_expiry(std::string_view text) { return text == "never" || duration_of(text).has_value(); }

bool mentions_variable(std::string_view text) {
  const auto is_name_start = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char next = text[i + 1];
    if (text[i] == '$' && (is_name_start(next) || next == '{')) return true;
    if (text[i] == '%' && is_name_start(next) && text.find('%', i + 2) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace fairlead::parser::entry
