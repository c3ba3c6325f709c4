// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

std::vector<std::string> read_stages(const At& at, const NodePtr& node) {
  std::vector<NodePtr> flat;
  const bool valid = node->is_sequence() && flatten(node, flat) &&
                     std::ranges::all_of(flat, [](const NodePtr& item) { return is_text(*item); });
  if (!valid) {
    const auto wrong = std::ranges::find_if(flat, [](const NodePtr& item) { return !is_text(*item); });
    at.config("should be an array of strings or a nested array of strings up to 10 levels deep",
              node->is_sequence() && wrong != flat.end() ? (*wrong)->mark : node->mark);
    return {};
  }
  std::vector<std::string> stages;
  for (const NodePtr& item : flat) stages.push_back(item->text);
  return stages;
}

}  // namespace fairlead::parser::entry
