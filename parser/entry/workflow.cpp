// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kOnNewCommit[] = {"conservative", "none", "interruptible"};
constexpr std::string_view kOnJobFailure[] = {"none", "all"};
constexpr std::size_t kMaxName = 255;

}  // namespace

AutoCancelConfig read_auto_cancel(const At& at, const Node& node) {
  AutoCancelConfig out;
  if (!check_hash(at, node)) return out;
  check_keys(at, node, Scope::auto_cancel);
  out.on_new_commit = word_attribute(at, node, "on_new_commit", kOnNewCommit, "must be one of: ");
  out.on_job_failure = word_attribute(at, node, "on_job_failure", kOnJobFailure, "must be one of: ");
  return out;
}

WorkflowConfig read_workflow(const At& at, const Node& node, Syntax& syntax) {
  WorkflowConfig workflow;
  workflow.mark = node.mark;
  if (!check_hash(at, node)) return workflow;
  check_keys(at, node, Scope::workflow);
  if (const yaml::Entry* rules = given(node, "rules")) {
    workflow.rules = read_rules(At(at, "rules"), rules->value, Scope::workflow_rule, syntax);
  }
  if (const yaml::Entry* name = given(node, "name")) {
    if (is_plain_scalar(*name->value)) {
      workflow.name = name->value->to_s();
      check_attribute_length(at, "name", *workflow.name, kMaxName, name->value->mark);
    } else {
      at.attribute("name", "should be a string", name->value->mark);
    }
  }
  if (const yaml::Entry* auto_cancel = given(node, "auto_cancel")) {
    AutoCancelConfig read = read_auto_cancel(At(at, "auto_cancel"), *auto_cancel->value);
    workflow.auto_cancel_on_new_commit = std::move(read.on_new_commit);
    workflow.auto_cancel_on_job_failure = std::move(read.on_job_failure);
  }
  return workflow;
}

}  // namespace fairlead::parser::entry
