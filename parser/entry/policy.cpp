// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// only and except: a list of refs, or a map of conditions.
namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kRefsMessage =
    "should be an array of strings or regular expressions using re2 syntax";

bool are_refs(const Node& node, Syntax& syntax) {
  return is_text_list(node) && std::ranges::all_of(node.items, [&](const NodePtr& item) {
           return !looks_like_regex(item->text) || syntax.is_regex(item->text);
         });
}

}  // namespace

RefPolicyConfig read_policy(const At& at, const Node& node, bool is_only, Syntax& syntax) {
  RefPolicyConfig policy;
  policy.mark = node.mark;
  if (node.is_sequence()) {
    if (are_refs(node, syntax)) {
      policy.refs = text_list(node);
    } else {
      at.config(kRefsMessage, node.mark);
    }
    return policy;
  }
  if (!node.is_mapping()) {
    at.shape("has to be either an array of conditions or a hash", node.mark);
    return policy;
  }
  if (node.entries.empty()) {
    at.config("can't be blank", node.mark);
    return policy;
  }
  check_keys(at, node, Scope::policy);
  if (const yaml::Entry* refs = given(node, "refs")) {
    if (are_refs(*refs->value, syntax)) {
      policy.refs = text_list(*refs->value);
    } else {
      at.attribute("refs", kRefsMessage, refs->value->mark);
    }
  } else if (is_only) {
    policy.refs = {"branches", "tags"};  // the map form is laid over the default
  }
  policy.variables = list_attribute(at, node, "variables");
  if (policy.variables) {
    const Node& texts = *given(node, "variables")->value;
    for (const NodePtr& item : texts.items) {
      if (!syntax.is_expression(item->text))
        at.attribute("variables", "invalid expression syntax", item->mark);
    }
  }
  policy.changes = list_attribute(at, node, "changes");
  if (const yaml::Entry* kubernetes = given(node, "kubernetes")) {
    policy.kubernetes_active = kubernetes->value->to_s() == "active";
    if (!policy.kubernetes_active) {
      at.attribute("kubernetes", "unknown value: " + kubernetes->value->to_s(), kubernetes->value->mark);
    }
  }
  return policy;
}

}  // namespace fairlead::parser::entry
