// SPDX-License-Identifier: Apache-2.0
#include "runner/cache/cache_key.hpp"

#include <vector>

namespace fairlead::runner {

namespace {

std::string decode(std::string_view key) {
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\') {
      text.push_back('/');
    } else if (key[i] == '\0') {
      text.push_back('_');  // no file name may have it
    } else if (key[i] == '%' && i + 2 < key.size() && key[i + 1] == '2' &&
               ((key[i + 2] | 0x20) == 'f' || (key[i + 2] | 0x20) == 'e')) {
      text.push_back((key[i + 2] | 0x20) == 'f' ? '/' : '.');
      i += 2;
    } else {
      text.push_back(key[i]);
    }
  }
  return text;
}

void cut_trailing_blanks(std::string& text) { text.erase(text.find_last_not_of(" \t\r\n\v\f") + 1); }

}  // namespace

std::string sanitize_cache_key(std::string_view key) {
  std::string text = decode(key);
  cut_trailing_blanks(text);
  std::vector<std::string_view> segments;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  std::string clean;
  for (const std::string_view segment : segments) clean.append(clean.empty() ? "" : "/").append(segment);
  cut_trailing_blanks(clean);
  return clean;
}

}  // namespace fairlead::runner
