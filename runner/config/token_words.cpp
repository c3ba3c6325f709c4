// SPDX-License-Identifier: Apache-2.0
#include "runner/config/token_words.hpp"

#include <algorithm>

namespace fairlead::runner {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string shown_token(std::string_view token) {
  constexpr std::size_t kShown = 9;
  constexpr std::size_t kLegacyPrefix = 9;  // GR and 7 hex digits
  if (token.starts_with("glrt-")) {
    token.remove_prefix(5);
    // glrt-t1_...: the kind of the runner.
    std::size_t end = 1;
    while (end < token.size() && is_digit(token[end])) ++end;
    if (end > 1 && token[0] == 't' && end < token.size() && token[end] == '_') token.remove_prefix(end + 1);
  } else if (token.starts_with("glrtr-") || token.starts_with("glcbt-")) {
    token.remove_prefix(6);
  } else if (token.size() >= kLegacyPrefix && token.starts_with("GR") &&
             std::all_of(token.begin() + 2, token.begin() + kLegacyPrefix, is_hex)) {
    token.remove_prefix(kLegacyPrefix);
  }
  return std::string(token.substr(0, kShown));
}

bool is_own_token(std::string_view token) {
  return token.starts_with("glrt-") || token.starts_with("glcbt-");
}

}  // namespace fairlead::runner
