// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// image and the entries of services: a string is the name alone.
namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kPullPolicies[] = {"always", "never", "if-not-present"};

std::vector<std::string> read_pull_policy(const At& at, const Node& node) {
  if (is_text(node)) {
    if (std::ranges::find(kPullPolicies, node.text) == std::end(kPullPolicies)) {
      at.config("is not included in the list", node.mark, did_you_mean(node.text, kPullPolicies));
    }
    return {node.text};
  }
  if (!is_text_list(node)) {
    at.config("should be an array of strings or a string", node.mark);
    return {};
  }
  if (node.items.empty()) at.config("can't be blank", node.mark);
  std::vector<std::string> unknown;
  for (const NodePtr& item : node.items) {
    if (std::ranges::find(kPullPolicies, item->text) == std::end(kPullPolicies))
      unknown.push_back(item->text);
  }
  if (!unknown.empty()) {
    at.config("contains unknown values: " + join(unknown, ", "), node.mark,
              did_you_mean(unknown.front(), kPullPolicies));
  }
  return text_list(node);
}

// The options of one executor. GitLab checks them by a JSON schema, whose
// messages name the value by a pointer.
std::optional<std::string> read_executor_option(const At& at, const std::string& pointer, const Node& node,
                                                bool allow_number) {
  if (allow_number && is_integer(node)) return node.to_s();
  if (!is_text(node)) {
    at.attribute("executor_opts", "value at `" + pointer + "` is not a string", node.mark);
    return std::nullopt;
  }
  if (node.text.empty())
    at.attribute("executor_opts", "string length at `" + pointer + "` is less than: 1", node.mark);
  if (node.text.size() > 255) {
    at.attribute("executor_opts", "string length at `" + pointer + "` is greater than: 255", node.mark);
  }
  return node.text;
}

void read_executor_options(const At& at, const Node& image, ImageConfig& out) {
  for (const auto& [executor, scope] :
       {std::pair{"docker", Scope::image_docker}, std::pair{"kubernetes", Scope::image_kubernetes}}) {
    const yaml::Entry* options = given(image, executor);
    if (options == nullptr) continue;
    const std::string pointer = std::string("/") + executor;
    if (!options->value->is_mapping()) {
      at.attribute("executor_opts", "value at `" + pointer + "` is not an object", options->value->mark);
      continue;
    }
    for (const yaml::Entry& option : options->value->entries) {
      const std::string name = option.key->to_s();
      if (!is_keyword(scope, name)) {
        at.attribute("executor_opts",
                     "object property at `" + pointer + "/" + name + "` is a disallowed additional property",
                     option.key->mark, did_you_mean(name, keyword_names(scope)));
        continue;
      }
      const bool kubernetes = scope == Scope::image_kubernetes;
      auto value = read_executor_option(at, pointer + "/" + name, *option.value, kubernetes);
      (kubernetes       ? out.kubernetes_user
       : name == "user" ? out.docker_user
                        : out.docker_platform) = std::move(value);
    }
  }
}

// False when it is neither a string nor a map.
bool read_image_into(const At& at, const Node& node, Scope scope, ImageConfig& out) {
  out.mark = node.mark;
  if (is_text(node)) {
    out.name = node.text;
    if (is_blank(node)) at.attribute("name", "can't be blank", node.mark);
    return true;
  }
  if (!node.is_mapping()) {
    at.config("should be a hash or a string", node.mark);
    return false;
  }
  check_keys(at, node, scope);
  out.name = required_string_attribute(at, node, "name").value_or("");
  if (auto entrypoint = list_attribute(at, node, "entrypoint")) {
    out.entrypoint = std::move(*entrypoint);
    out.has_entrypoint = true;
  }
  if (const yaml::Entry* policy = given(node, "pull_policy")) {
    out.pull_policy = read_pull_policy(At(at, "pull_policy"), *policy->value);
  }
  read_executor_options(at, node, out);
  return true;
}

}  // namespace

ImageConfig read_image(const At& at, const Node& node) {
  ImageConfig image;
  read_image_into(at, node, Scope::image, image);
  return image;
}

std::vector<ServiceConfig> read_services(const At& at, const Node& node) {
  if (!node.is_sequence()) {
    at.config("should be a array", node.mark);
    return {};
  }
  const At each(at, "service");
  std::vector<ServiceConfig> services;
  services.reserve(node.items.size());
  for (const NodePtr& item : node.items) {
    ServiceConfig& service = services.emplace_back();
    if (!read_image_into(each, *item, Scope::service, service) || !item->is_mapping()) continue;
    service.alias = string_attribute(each, *item, "alias");
    if (auto command = list_attribute(each, *item, "command")) {
      service.command = std::move(*command);
      service.has_command = true;
    }
    if (const yaml::Entry* variables = given(*item, "variables")) {
      service.variables = read_variables(At(each, "variables"), *variables->value, std::nullopt);
    }
  }
  return services;
}

}  // namespace fairlead::parser::entry
