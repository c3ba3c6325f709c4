// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxGlobs = 50;
constexpr std::string_view kTooMany = "has too many entries (maximum 50)";

ChangesConfig read_changes(const At& at, const Node& node) {
  ChangesConfig changes;
  if (node.is_sequence()) {
    if (!is_text_list(node)) {
      at.config("should be an array of strings", node.mark);
    } else {
      changes.paths = text_list(node);
      if (changes.paths.size() > kMaxGlobs) at.config(kTooMany, node.mark);
    }
    return changes;
  }
  if (!node.is_mapping()) {
    at.shape("should be an array or a hash", node.mark);
    return changes;
  }
  check_keys(at, node, Scope::rule_changes);
  const yaml::Entry* paths = node.find("paths");
  if (paths == nullptr) {
    at.config("missing required keys: paths", node.mark);
  } else if (!is_text_list(*paths->value)) {
    at.attribute("paths", "should be an array of strings", paths->value->mark);
  } else {
    changes.paths = text_list(*paths->value);
    if (changes.paths.size() > kMaxGlobs) at.attribute("paths", kTooMany, paths->value->mark);
  }
  changes.compare_to = string_attribute(at, node, "compare_to");
  return changes;
}

ExistsConfig read_exists(const At& at, const Node& node) {
  ExistsConfig exists;
  if (is_text(node)) {
    exists.paths = {node.text};
  } else if (node.is_sequence()) {
    if (!is_text_list(node)) {
      at.config("should be an array of strings", node.mark);
    } else {
      exists.paths = text_list(node);
      if (exists.paths.size() > kMaxGlobs) at.config(kTooMany, node.mark);
    }
  } else if (node.is_mapping()) {
    check_keys(at, node, Scope::rule_exists);
    if (check_required(at, node, {"paths"})) {
      exists.paths = list_attribute(at, node, "paths").value_or(std::vector<std::string>());
      if (exists.paths.size() > kMaxGlobs) at.attribute("paths", kTooMany, given(node, "paths")->value->mark);
    }
    exists.project = string_attribute(at, node, "project");
    exists.ref = string_attribute(at, node, "ref");
    if (given(node, "ref") != nullptr) check_required(at, node, {"project"});
  } else {
    at.shape("should be a string, an array of strings, or a hash", node.mark);
  }
  return exists;
}

std::optional<model::When> read_rule_when(const At& at, const Node& node, Scope scope) {
  constexpr std::string_view kJobWords[] = {"on_success", "on_failure", "always",
                                            "never",      "manual",     "delayed"};
  constexpr std::string_view kWorkflowWords[] = {"always", "never"};
  const std::span<const std::string_view> words =
      scope == Scope::rule ? std::span<const std::string_view>(kJobWords) : kWorkflowWords;
  const std::string text = node.to_s();
  if (!node.is_scalar() || std::ranges::find(words, text) == words.end()) {
    at.attribute("when", "unknown value: " + text, node.mark, did_you_mean(text, words));
    return std::nullopt;
  }
  return model::when_from_string(text);
}

RuleConfig read_rule(const At& at, const Node& node, Scope scope, Syntax& syntax) {
  RuleConfig rule;
  rule.mark = node.mark;
  if (node.entries.empty()) at.config("can't be blank", node.mark);
  check_keys(at, node, scope);
  if (const yaml::Entry* condition = given(node, "if")) {
    if (is_text(*condition->value) && syntax.is_expression(condition->value->text)) {
      rule.if_expression = condition->value->text;
    } else {
      at.attribute("if", "invalid expression syntax", condition->value->mark);
    }
  }
  if (const yaml::Entry* changes = given(node, "changes")) {
    rule.changes = read_changes(At(at, "changes"), *changes->value);
  }
  if (const yaml::Entry* exists = given(node, "exists")) {
    rule.exists = read_exists(At(at, "exists"), *exists->value);
  }
  if (const yaml::Entry* when = given(node, "when")) rule.when = read_rule_when(at, *when->value, scope);

  const yaml::Entry* start_in = node.find("start_in");
  if (rule.when == model::When::delayed) {
    if (start_in == nullptr || is_blank(*start_in->value)) {
      at.attribute("start_in", "can't be blank", node.mark);
    } else {
      rule.start_in = read_start_in(at, start_in->value.get(), node.mark);
    }
  } else if (start_in != nullptr) {
    at.config("contains disallowed keys: start_in", start_in->key->mark, "start_in needs when: delayed");
  }
  rule.allow_failure = boolean_attribute(at, node, "allow_failure");
  if (const yaml::Entry* variables = given(node, "variables")) {
    rule.variables = read_variables(At(at, "variables"), *variables->value, std::nullopt);
  }
  if (const yaml::Entry* needs = given(node, "needs")) {
    rule.needs = read_needs(At(at, "needs"), needs->value, NeedsOf::rule);
  }
  if (scope == Scope::rule) {
    rule.interruptible = boolean_attribute(at, node, "interruptible");
  } else if (const yaml::Entry* auto_cancel = given(node, "auto_cancel")) {
    AutoCancelConfig read = read_auto_cancel(At(at, "auto_cancel"), *auto_cancel->value);
    rule.auto_cancel_on_new_commit = std::move(read.on_new_commit);
    rule.auto_cancel_on_job_failure = std::move(read.on_job_failure);
  }
  return rule;
}

}  // namespace

std::optional<std::vector<RuleConfig>> read_rules(const At& at, const NodePtr& node, Scope scope,
                                                  Syntax& syntax) {
  // A job's own check of the shape names the job ("jobs:rspec rules should be
  // ..."), so it is made by the caller; here only workflow can be no list.
  if (!node->is_sequence()) {
    at.config("should be a array", node->mark);
    return std::nullopt;
  }
  if (node->items.empty()) {
    at.config("can't be blank", node->mark);
    return std::nullopt;
  }
  std::vector<NodePtr> flat;
  flatten(node, flat);
  const At each(at, "rule");
  std::vector<RuleConfig> rules;
  rules.reserve(flat.size());
  for (const NodePtr& item : flat) {
    if (!item->is_mapping()) {
      each.config("should be a hash", item->mark);
    } else {
      rules.push_back(read_rule(each, *item, scope, syntax));
    }
  }
  return rules;
}

}  // namespace fairlead::parser::entry
