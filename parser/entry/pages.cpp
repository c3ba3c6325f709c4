// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// pages, its old companion publish, and dast_configuration.
namespace fairlead::parser::entry {

void check_pages(const At& at, const Node& node) {
  if (node.kind == yaml::Kind::boolean) return;
  if (!node.is_mapping()) {
    at.config("should be a hash or a boolean value", node.mark);
    return;
  }
  check_keys(at, node, Scope::pages);
  string_attribute(at, node, "path_prefix");
  string_attribute(at, node, "publish");
  if (const yaml::Entry* expiry = given(node, "expire_in")) {
    const Node& value = *expiry->value;
    if (!is_text(value) || (!is_expiry(value.text) && !mentions_variable(value.text))) {
      at.attribute("expire_in", "should be a duration", value.mark);
    }
  }
}

void check_publish(const At& at, const Node& node) {
  if (!is_text(node)) at.config("should be a string", node.mark);
}

void check_dast_configuration(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::dast_configuration);
  string_attribute(at, node, "site_profile");
  string_attribute(at, node, "scanner_profile");
}

}  // namespace fairlead::parser::entry
