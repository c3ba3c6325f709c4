// SPDX-License-Identifier: Apache-2.0
#include "server/core/dotenv.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairlead::server {
namespace {

constexpr std::size_t kMaxKey = 255;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks(" \t\r\n\v\f\0", 7);
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Error refused(std::string message) { return make_error(ErrorCode::invalid_argument, std::move(message)); }

}  // namespace

Result<model::Variables> parse_dotenv(std::string_view text) {
  if (text.size() > kMaxDotenvBytes)
    return refused(fmt::format("Dotenv Artifact Too Big. Maximum Allowable Size: {}", kMaxDotenvBytes));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);

  model::Variables variables;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return refused("Invalid Format");
    const auto key = trimmed(line.substr(0, equals));
    const auto value = trimmed(line.substr(equals + 1));
    if (key.empty()) return refused("Validation failed: Key can't be blank");
    if (key.size() > kMaxKey)
      return refused(fmt::format("Validation failed: Key is too long (maximum is {} characters)", kMaxKey));
    if (!std::all_of(key.begin(), key.end(), is_key_character))
      return refused("Validation failed: Key can contain only letters, digits and '_'.");
    auto same = std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.key == key; });
    if (same != variables.end())
      same->value = value;
    else
      variables.push_back({.key = std::string(key), .value = std::string(value)});
  }
  if (variables.size() > kMaxDotenvVariables)
    return refused(fmt::format("Dotenv files cannot have more than {} variables", kMaxDotenvVariables));
  return variables;
}

}  // namespace fairlead::server
