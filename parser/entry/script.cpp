// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

Script read_script(const At& at, const NodePtr& node) {
  std::vector<NodePtr> lines;
  const bool valid =
      flatten(node, lines) && std::ranges::all_of(lines, [](const NodePtr& line) { return is_text(*line); });
  if (!valid) {
    const auto wrong = std::ranges::find_if(lines, [](const NodePtr& line) { return !is_text(*line); });
    at.config("should be a string or a nested array of strings up to 10 levels deep",
              wrong != lines.end() ? (*wrong)->mark : node->mark);
    return {};
  }
  Script script;
  script.reserve(lines.size());
  for (const NodePtr& line : lines) script.push_back(line->text);
  return script;
}

Script read_hooks(const At& at, const Node& node) {
  if (!check_hash(at, node)) return {};
  check_keys(at, node, Scope::hooks);
  const yaml::Entry* script = given(node, "pre_get_sources_script");
  return script != nullptr ? read_script(At(at, "pre_get_sources_script"), script->value) : Script();
}

}  // namespace fairlead::parser::entry
