// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// inputs of a job: each has a default of its type.
namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxInputs = 50;
constexpr std::size_t kMaxOptions = 50;
constexpr std::string_view kTypes[] = {"array", "boolean", "number", "string"};

bool has_type(const Node& node, std::string_view type) {
  if (type == "number") return node.kind == yaml::Kind::integer || node.kind == yaml::Kind::real;
  if (type == "boolean") return node.kind == yaml::Kind::boolean;
  if (type == "array") return node.is_sequence();
  return is_text(node);
}

void check_input(const At& at, std::string_view name, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::input);
  string_attribute(at, node, "regex");
  if (const yaml::Entry* type = given(node, "type")) {
    const std::string text = type->value->to_s();
    if (std::ranges::find(kTypes, text) == std::end(kTypes)) {
      at.attribute("input_type", "unknown value: " + text, type->value->mark, did_you_mean(text, kTypes));
      return;
    }
  }
  if (const yaml::Entry* options = given(node, "options")) {
    const Node& list = *options->value;
    if (!list.is_sequence()) {
      at.attribute("input_options", "should be an array", list.mark);
    } else if (list.items.size() > kMaxOptions) {
      at.config("cannot define more than 50 options", list.mark);
    } else if (std::ranges::any_of(list.items, [](const NodePtr& item) { return item->is_null(); })) {
      at.config("options array cannot contain null values", list.mark);
    }
  }
  const yaml::Entry* value = given(node, "default");
  if (value == nullptr) {
    at.diagnostics().error(downcase(at.location()) + " must have a default value", node.mark);
    return;
  }
  const yaml::Entry* type = given(node, "type");
  const std::string wanted = type != nullptr ? type->value->to_s() : "string";
  if (!has_type(*value->value, wanted)) {
    const std::string article = wanted == "array" ? "an " : "a ";
    at.diagnostics().error("`" + std::string(name) + "` input: default value is not " + article + wanted,
                           value->value->mark);
  }
}

}  // namespace

void check_inputs(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  if (node.entries.size() > kMaxInputs) at.config("has too many entries (maximum 50)", node.mark);
  for (const yaml::Entry& entry : node.entries) {
    const std::string name = entry.key->to_s();
    if (entry.value->is_null()) {
      At(at, name).config("should be a hash", entry.key->mark);
    } else {
      check_input(At(at, name), name, *entry.value);
    }
  }
}

}  // namespace fairlead::parser::entry
