// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

// {value, expand, description, options}; which of them, `scope` says.
void read_data(const At& at, const Node& node, std::optional<Scope> scope, VariableConfig& out) {
  if (!scope) {
    at.config("must be a string", node.mark);
    return;
  }
  std::vector<std::string> unknown;
  Mark mark;
  for (const yaml::Entry& entry : node.entries) {
    const std::string name = entry.key->to_s();
    if (is_keyword(*scope, name)) continue;
    if (unknown.empty()) mark = entry.key->mark;
    unknown.push_back(name);
  }
  if (!unknown.empty()) {
    at.config("uses invalid data keys: " + join(unknown, ", "), mark,
              did_you_mean(unknown.front(), keyword_names(*scope)));
  }

  const yaml::Entry* value = given(node, "value");
  if (value != nullptr) {
    if (is_plain_scalar(*value->value)) {
      out.value = value->value->to_s();
    } else {
      at.attribute("config_value", "must be an alphanumeric string", value->value->mark);
    }
  }
  if (const yaml::Entry* expand = given(node, "expand")) {
    if (expand->value->kind == yaml::Kind::boolean) {
      out.raw = !expand->value->boolean;
    } else {
      at.attribute("config_expand", "should be a boolean value", expand->value->mark);
    }
  }
  if (*scope != Scope::root_variable) return;

  if (const yaml::Entry* description = given(node, "description")) {
    if (is_plain_scalar(*description->value)) {
      out.description = description->value->to_s();
    } else {
      at.attribute("config_description", "must be an alphanumeric string", description->value->mark);
    }
  }
  if (const yaml::Entry* options = given(node, "options")) {
    if (!is_text_list(*options->value)) {
      at.attribute("config_options", "should be an array of strings", options->value->mark);
      return;
    }
    out.options = text_list(*options->value);
    if (!out.options.empty() && std::ranges::find(out.options, out.value) == out.options.end()) {
      at.config("value must be present in options", value != nullptr ? value->value->mark : node.mark,
                did_you_mean(out.value, out.options));
    }
  }
}

}  // namespace

std::vector<VariableConfig> read_variables(const At& at, const Node& node, std::optional<Scope> values) {
  if (!check_hash(at, node)) return {};
  std::vector<VariableConfig> variables;
  variables.reserve(node.entries.size());
  for (const yaml::Entry& entry : node.entries) {
    VariableConfig& variable = variables.emplace_back();
    variable.key = entry.key->to_s();
    variable.mark = entry.key->mark;
    const Node& value = *entry.value;
    if (value.is_mapping()) {
      read_data(At(at, variable.key), value, values, variable);
    } else if (value.is_scalar()) {
      variable.value = value.to_s();  // null is the empty text
    } else {
      at.diagnostics().error("variable definition must be either a string or a hash", value.mark);
    }
  }
  return variables;
}

}  // namespace fairlead::parser::entry
