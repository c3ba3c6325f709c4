// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// trigger: a project's path, a map for another project, or a map with
// `include` for a child pipeline.
namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kStrategies[] = {"depend", "mirror"};
constexpr std::size_t kMaxIncludes = 3;

// "group/project", or anything with a variable in it. GitLab's editor schema
// refuses the rest; its server would only find out when the job starts.
bool is_project_path(std::string_view path) {
  if (path.find('$') != std::string_view::npos) return true;
  const auto slash = path.find('/');
  return slash != std::string_view::npos && slash > 0 && path.back() != '/' &&
         path.find_first_of(" #") == std::string_view::npos;
}

void check_project_path(const At& at, std::string_view path, Mark mark) {
  if (path.empty() || is_project_path(path)) return;
  at.attribute("project", "should be the full path of a project", mark, "write group/project");
}

void check_forward(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::trigger_forward);
  boolean_attribute(at, node, "yaml_variables");
  boolean_attribute(at, node, "pipeline_variables");
}

void check_include_item(const At& at, const Node& node) {
  if (is_text(node)) return;
  if (!node.is_mapping()) {
    at.config("should be a hash or a string", node.mark);
    return;
  }
  check_keys(at, node, Scope::trigger_include_item);
  const auto blank = [&](std::string_view key) {
    const yaml::Entry* entry = given(node, key);
    return entry == nullptr || is_blank(*entry->value);
  };
  if (given(node, "artifact") != nullptr && blank("job")) {
    at.config("must specify the job where to fetch the artifact from", node.mark);
  }
  if (const yaml::Entry* project = given(node, "project")) {
    if (blank("file")) at.config("must specify the file where to fetch the config from", node.mark);
    if (is_blank(*project->value)) {
      at.attribute("project", "can't be blank", project->value->mark);
    } else if (is_text(*project->value)) {
      check_project_path(at, project->value->text, project->value->mark);
    }
  } else if (given(node, "file") != nullptr) {
    at.config("must specify the project where to fetch the config from", node.mark, "file needs project");
  }
  if (given(node, "integrity") != nullptr && blank("remote")) {
    at.config("integrity can only be specified for remote includes", node.mark);
  }
}

void check_includes(const At& at, const Node& node) {
  const At each(at, "include");
  if (!node.is_sequence()) {
    check_include_item(each, node);
    return;
  }
  if (node.items.size() > kMaxIncludes) at.config("is too long (maximum is 3)", node.mark);
  for (const NodePtr& item : node.items) check_include_item(each, *item);
}

}  // namespace

TriggerConfig read_trigger(const At& at, const Node& node) {
  TriggerConfig trigger;
  trigger.mark = node.mark;
  if (is_text(node)) {
    if (is_blank(node)) at.config("can't be blank", node.mark);
    trigger.project = node.text;
    check_project_path(at, node.text, node.mark);
    return trigger;
  }
  if (!node.is_mapping()) {
    at.shape("has to be either a string or a hash", node.mark);
    return trigger;
  }
  const yaml::Entry* include = node.find("include");
  if (node.entries.empty()) at.config("can't be blank", node.mark);
  check_keys(at, node, include != nullptr ? Scope::trigger_include : Scope::trigger_project);
  if (include != nullptr) {
    trigger.include = include->value;
    if (!include->value->is_null()) check_includes(At(at, "include"), *include->value);
  } else {
    trigger.project = required_string_attribute(at, node, "project");
    if (trigger.project) check_project_path(at, *trigger.project, given(node, "project")->value->mark);
    trigger.branch = string_attribute(at, node, "branch");
  }
  trigger.strategy = word_attribute(at, node, "strategy", kStrategies, "should be one of: ");
  if (const yaml::Entry* forward = given(node, "forward")) {
    check_forward(At(at, "forward"), *forward->value);
    trigger.forward = forward->value;
  }
  if (const yaml::Entry* inputs = given(node, "inputs")) {
    check_hash(At(at, "inputs"), *inputs->value);
    trigger.inputs = inputs->value;
  }
  return trigger;
}

}  // namespace fairlead::parser::entry
