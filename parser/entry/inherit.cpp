// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

// A boolean, or the list of what is inherited.
void read_choice(const At& at, const Node& node, bool& all, std::vector<std::string>& some) {
  if (node.kind == yaml::Kind::boolean) {
    all = node.boolean;
  } else if (is_text_list(node)) {
    all = false;
    some = text_list(node);
  } else if (node.is_sequence()) {
    at.config("should be an array of strings", node.mark);
  } else {
    at.shape("should be a bool or array of strings", node.mark);
  }
}

}  // namespace

InheritConfig read_inherit(const At& at, const Node& node) {
  InheritConfig inherit;
  if (!check_hash(at, node)) return inherit;
  check_keys(at, node, Scope::inherit);
  if (const yaml::Entry* defaults = given(node, "default")) {
    const At here(at, "default");
    read_choice(here, *defaults->value, inherit.all_defaults, inherit.defaults);
    std::vector<std::string> unknown;
    for (const std::string& name : inherit.defaults) {
      if (!is_keyword(Scope::defaults, name)) unknown.push_back(name);
    }
    if (!unknown.empty()) {
      here.config("contains unknown values: " + join(unknown, ", "), defaults->value->mark,
                  did_you_mean(unknown.front(), keyword_names(Scope::defaults)));
    }
  }
  if (const yaml::Entry* variables = given(node, "variables")) {
    read_choice(At(at, "variables"), *variables->value, inherit.all_variables, inherit.variables);
  }
  return inherit;
}

}  // namespace fairlead::parser::entry
