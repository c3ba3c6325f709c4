// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kActions[] = {"start", "stop", "prepare", "verify", "access"};
constexpr std::string_view kTiers[] = {"production", "staging", "testing", "development", "other"};
constexpr std::string_view kNameMessage =
    "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or "
    "end "
    "with '/'";
constexpr std::size_t kMaxUrl = 255;

bool is_environment_name(std::string_view name) {
  constexpr std::string_view kSigns = "-_/${}. ";
  const bool letters = std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
  return letters && !name.empty() && name.front() != '/' && name.back() != '/';
}

void check_name(const At& at, const Node* name, Mark mark) {
  if (name == nullptr || is_blank(*name)) {
    at.attribute("name", "can't be blank", mark);
  } else if (!is_text(*name) || !is_environment_name(name->text)) {
    at.attribute("name", kNameMessage, name->mark);
  }
}

void check_kubernetes(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  if (node.entries.empty()) at.config("can't be blank", node.mark);
  check_keys(at, node, Scope::environment_kubernetes);
  for (std::string_view name : {"agent", "namespace", "flux_resource_path"}) string_attribute(at, node, name);
  const auto present = [&](std::string_view name) {
    const yaml::Entry* entry = given(node, name);
    return entry != nullptr && !is_blank(*entry->value);
  };
  const bool flux = present("flux_resource_path");
  if (flux && !present("namespace")) at.attribute("namespace", "can't be blank", node.mark);
  if ((flux || present("dashboard")) && !present("agent")) at.attribute("agent", "can't be blank", node.mark);
}

}  // namespace

EnvironmentConfig read_environment(const At& at, const Node& node) {
  EnvironmentConfig environment;
  environment.mark = node.mark;
  if (is_text(node)) {
    environment.name = node.text;
    check_name(at, &node, node.mark);
    return environment;
  }
  if (!node.is_mapping()) {
    at.config("should be a hash or a string", node.mark);
    return environment;
  }
  check_keys(at, node, Scope::environment);
  const yaml::Entry* name = node.find("name");
  check_name(at, name != nullptr ? name->value.get() : nullptr,
             name != nullptr ? name->value->mark : node.mark);
  if (name != nullptr) environment.name = name->value->to_s();
  environment.url = string_attribute(at, node, "url");
  if (environment.url)
    check_attribute_length(at, "url", *environment.url, kMaxUrl, given(node, "url")->value->mark);
  if (auto action =
          word_attribute(at, node, "action", kActions, "should be start, stop, prepare, verify, or access")) {
    environment.action = std::move(*action);
  }
  environment.on_stop = string_attribute(at, node, "on_stop");
  environment.deployment_tier = word_attribute(at, node, "deployment_tier", kTiers, "must be one of ");
  if (const yaml::Entry* stop = given(node, "auto_stop_in")) {
    const Node& value = *stop->value;
    if (is_text(value) && (mentions_variable(value.text) || is_expiry(value.text))) {
      environment.auto_stop_in = value.text;
    } else {
      at.attribute("auto_stop_in", "should be a duration", value.mark);
    }
  }
  if (const yaml::Entry* kubernetes = given(node, "kubernetes")) {
    check_kubernetes(At(at, "kubernetes"), *kubernetes->value);
    environment.kubernetes = kubernetes->value;
  }
  return environment;
}

}  // namespace fairlead::parser::entry
