// SPDX-License-Identifier: Apache-2.0
// The first line is the pattern, the rest the path.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parser/select/glob.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead::parser;
  // Long ones only cost time: the work is at most pattern times path, per
  // alternative.
  if (size > 2000) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view pattern = text.substr(0, end);
  const std::string_view path = text.substr(std::min(end + 1, text.size()));
  const bool matches = glob_match(pattern, path);
  if (is_plain_glob(pattern) && matches != (pattern == path)) std::abort();
  return 0;
}
