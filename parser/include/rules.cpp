// SPDX-License-Identifier: Apache-2.0
#include "parser/include/rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "parser/expression/expression.hpp"

namespace fairlead::parser::include {

namespace {

using yaml::Entry;
using yaml::NodePtr;

class Reader {
 public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  bool good() const { return good_; }

  RuleConfig rule(const NodePtr& node) {
    RuleConfig rule;
    rule.mark = node->mark;
    if (!node->is_mapping()) {
      fail("rule config should be a hash", node->mark);
      return rule;
    }
    if (node->entries.empty()) fail("rule config can't be blank", node->mark);
    check_keys(node, {"if", "exists", "when", "changes"}, "rule");
    for (const Entry& entry : node->entries) {
      const NodePtr& value = entry.value;
      if (value->is_null() || !entry.key->is_string()) continue;
      if (entry.key->text == "if") {
        rule.if_expression = value->text;
        if (!value->is_string() || !expression::is_valid(value->text))
          fail("rule if invalid expression syntax", value->mark);
      } else if (entry.key->text == "when") {
        rule.when = value->to_s() == "never" ? model::When::never : model::When::always;
        if (value->to_s() != "never" && value->to_s() != "always") {
          fail("rule when unknown value: " + value->to_s(), value->mark,
               "only always and never are possible here");
        }
      } else if (entry.key->text == "changes") {
        rule.changes = changes(value);
      } else if (entry.key->text == "exists") {
        rule.exists = exists(value);
      }
    }
    return rule;
  }

  void fail(std::string_view what, Mark mark, std::string hint = {}) {
    diagnostics_.error(fmt::format("include:rules{}{}", what.starts_with("config") ? " " : ":", what), mark,
                       std::move(hint));
    good_ = false;
  }

 private:
  ChangesConfig changes(const NodePtr& node) {
    ChangesConfig changes;
    if (node->is_mapping()) {
      check_keys(node, {"paths", "compare_to"}, "rule:changes");
      const NodePtr paths = node->get("paths");
      if (!paths) fail("rule:changes config missing required keys: paths", node->mark);
      if (paths && !strings(paths, changes.paths))
        fail("rule:changes paths should be an array of strings", paths->mark);
      changes.compare_to = text(node, "compare_to", "rule:changes");
    } else if (!strings(node, changes.paths)) {
      fail("rule:changes config should be an array of strings", node->mark);
    }
    return changes;
  }

  ExistsConfig exists(const NodePtr& node) {
    ExistsConfig exists;
    if (node->is_string()) {
      exists.paths.push_back(node->text);
    } else if (node->is_mapping()) {
      check_keys(node, {"paths", "project", "ref"}, "rule:exists");
      const NodePtr paths = node->get("paths");
      if (!paths) fail("rule:exists config missing required keys: paths", node->mark);
      if (paths && !strings(paths, exists.paths))
        fail("rule:exists paths should be an array of strings", paths->mark);
      exists.project = text(node, "project", "rule:exists");
      exists.ref = text(node, "ref", "rule:exists");
    } else if (!strings(node, exists.paths)) {
      fail("rule:exists config should be an array of strings", node->mark);
    }
    return exists;
  }

  std::optional<std::string> text(const NodePtr& node, std::string_view key, std::string_view where) {
    const NodePtr value = node->get(key);
    if (!value || value->is_null()) return std::nullopt;
    if (!value->is_string()) fail(fmt::format("{} {} should be a string", where, key), value->mark);
    return value->text;
  }

  static bool strings(const NodePtr& node, std::vector<std::string>& out) {
    if (!node->is_sequence()) return false;
    for (const NodePtr& item : node->items) {
      if (!item->is_string()) return false;
      out.push_back(item->text);
    }
    return true;
  }

  void check_keys(const NodePtr& node, const std::vector<std::string>& allowed, std::string_view where) {
    std::vector<std::string> unknown;
    const Entry* first = nullptr;
    for (const Entry& entry : node->entries) {
      if (std::find(allowed.begin(), allowed.end(), entry.key->to_s()) != allowed.end()) continue;
      if (first == nullptr) first = &entry;
      unknown.push_back(entry.key->to_s());
    }
    if (first == nullptr) return;
    const std::string_view near = nearest(unknown.front(), allowed);
    fail(fmt::format("{} config contains unknown keys: {}", where, fmt::join(unknown, ", ")),
         first->key->mark, near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
  }

  Diagnostics& diagnostics_;
  bool good_ = true;
};

}  // namespace

std::optional<std::vector<RuleConfig>> read_include_rules(const NodePtr& node, Diagnostics& diagnostics) {
  Reader reader(diagnostics);
  std::vector<RuleConfig> rules;
  if (!node->is_sequence()) {
    reader.fail("config should be a array", node->mark);
  } else if (node->items.empty()) {
    reader.fail("config can't be blank", node->mark);
  } else {
    for (const NodePtr& item : node->items) rules.push_back(reader.rule(item));
  }
  if (!reader.good()) return std::nullopt;
  return rules;
}

}  // namespace fairlead::parser::include
