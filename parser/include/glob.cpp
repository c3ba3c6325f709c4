// SPDX-License-Identifier: Apache-2.0
#include "parser/include/glob.hpp"

#include <vector>

namespace fairlead::parser::include {

// Walks the pattern once and keeps the set of places in `path` where it may
// stand after each of its parts.
bool wildcard_match(std::string_view pattern, std::string_view path) {
  std::vector<char> reached(path.size() + 1, 0);
  reached[0] = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      for (std::size_t at = path.size(); at > 0; --at) {
        reached[at] = reached[at - 1] != 0 && path[at - 1] == pattern[i] ? 1 : 0;
      }
      reached[0] = 0;
      continue;
    }
    const bool any = i + 1 < pattern.size() && pattern[i + 1] == '*';
    if (any) ++i;
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (reached[at - 1] != 0 && (any || path[at - 1] != '/')) reached[at] = 1;
    }
  }
  return reached[path.size()] != 0;
}

}  // namespace fairlead::parser::include
