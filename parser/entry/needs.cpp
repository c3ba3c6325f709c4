// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// needs: job names, maps of four kinds, told apart by their keys.
namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxCrossPipeline = 5;

enum class Kind { job, cross_dependency, bridge, unknown };

bool has(const Node& node, std::string_view key) { return node.find(key) != nullptr; }

Scope scope_of(const Node& node) {
  const bool job = has(node, "job");
  if (job && has(node, "project")) return Scope::project_need;
  if (job && has(node, "pipeline")) return Scope::cross_need;
  if (job && !has(node, "ref")) return Scope::need;
  if (!job && has(node, "pipeline")) return Scope::bridge_need;
  return Scope::count_;
}

Kind read_map(const At& at, const Node& node, NeedConfig& need) {
  const Scope scope = scope_of(node);
  if (scope == Scope::count_) {
    at.shape("has an unsupported type", node.mark);
    return Kind::unknown;
  }
  check_keys(at, node, scope);
  if (scope == Scope::bridge_need) {
    need.pipeline = required_string_attribute(at, node, "pipeline");
    return Kind::bridge;
  }
  need.job = required_string_attribute(at, node, "job").value_or("");
  need.artifacts = boolean_attribute(at, node, "artifacts").value_or(true);
  if (scope == Scope::need || scope == Scope::cross_need) {
    need.optional = boolean_attribute(at, node, "optional").value_or(false);
  }
  if (scope == Scope::cross_need) need.pipeline = required_string_attribute(at, node, "pipeline");
  if (scope == Scope::project_need) {
    need.project = required_string_attribute(at, node, "project");
    need.ref = required_string_attribute(at, node, "ref");
  }
  if (scope == Scope::need) {
    if (const yaml::Entry* parallel = given(node, "parallel")) {
      need.matrix = read_parallel(At(at, "parallel"), *parallel->value, false).matrix;
    }
  }
  return scope == Scope::need ? Kind::job : Kind::cross_dependency;
}

Kind read_need(const At& at, const Node& node, NeedConfig& need) {
  need.mark = node.mark;
  if (node.is_mapping()) return read_map(at, node, need);
  if (!is_text(node)) {
    at.shape("has an unsupported type", node.mark);
    return Kind::unknown;
  }
  if (is_blank(node)) at.config("can't be blank", node.mark);
  need.job = node.text;
  return Kind::job;
}

// Inner lists are spliced, however deep the parser let them be.
void flatten_needs(const NodePtr& node, std::vector<NodePtr>& out) {
  if (!node->is_sequence()) {
    if (!node->is_null()) out.push_back(node);
    return;
  }
  for (const NodePtr& item : node->items) flatten_needs(item, out);
}

}  // namespace

std::vector<NeedConfig> read_needs(const At& at, const NodePtr& node, NeedsOf whose) {
  if (!node->is_mapping() && !node->is_sequence()) {
    at.config("can only be a hash or an array", node->mark,
              is_text(*node) ? "write [" + node->text + "]" : std::string());
    return {};
  }
  if (node->is_mapping() && node->entries.empty()) {
    at.config("can not be an empty hash", node->mark);
    return {};
  }
  std::vector<NodePtr> items;
  flatten_needs(node, items);
  const At each(at, "need");
  std::vector<NeedConfig> needs;
  needs.reserve(items.size());
  std::vector<std::string> invalid;
  std::size_t cross_pipeline = 0;
  for (const NodePtr& item : items) {
    NeedConfig need;
    const Kind kind = read_need(each, *item, need);
    if (kind == Kind::unknown) continue;
    if (kind == Kind::cross_dependency && need.pipeline) ++cross_pipeline;
    const std::string name = kind == Kind::bridge ? "bridge" : "cross_dependency";
    const bool allowed = kind == Kind::job || (kind == Kind::bridge && whose == NeedsOf::bridge) ||
                         (kind == Kind::cross_dependency && whose == NeedsOf::job);
    if (!allowed && std::ranges::find(invalid, name) == invalid.end()) invalid.push_back(name);
    needs.push_back(std::move(need));
  }
  if (!invalid.empty()) at.config("uses invalid types: " + join(invalid, ", "), node->mark);
  if (cross_pipeline > kMaxCrossPipeline) {
    at.config("must be less than or equal to " + std::to_string(kMaxCrossPipeline), node->mark);
  }
  return needs;
}

}  // namespace fairlead::parser::entry
