// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

// id_tokens and secrets: maps of a variable's name to where its value is from.
namespace fairlead::parser::entry {

namespace {

struct Provider {
  std::string_view name;
  Scope scope;
  bool takes_text;          // a path or name alone
  std::string_view needed;  // a key that must be there; empty: none
};

constexpr Provider kProviders[] = {
    {"vault", Scope::vault, true, ""},
    {"azure_key_vault", Scope::azure_key_vault, false, "name"},
    {"gcp_secret_manager", Scope::gcp_secret_manager, false, "name"},
    {"akeyless", Scope::akeyless, false, ""},
    {"gitlab_secrets_manager", Scope::gitlab_secrets_manager, false, "name"},
    {"aws_secrets_manager", Scope::aws_secrets_manager, true, "secret_id"},
};

void check_vault(const At& at, const Node& node) {
  check_required(at, node, {"engine", "path", "field"});
  string_attribute(at, node, "path");
  string_attribute(at, node, "field");
  if (const yaml::Entry* engine = given(node, "engine")) {
    const At here(at, "engine");
    if (!check_hash(here, *engine->value)) return;
    check_keys(here, *engine->value, Scope::vault_engine);
    check_required(here, *engine->value, {"name", "path"});
    string_attribute(here, *engine->value, "name");
    string_attribute(here, *engine->value, "path");
  }
}

void check_provider(const At& at, const Provider& provider, const Node& node) {
  if (provider.takes_text && is_text(node)) return;
  if (!node.is_mapping()) {
    at.config(provider.takes_text ? "should be a hash or a string" : "should be a hash", node.mark);
    return;
  }
  check_keys(at, node, provider.scope);
  if (provider.scope == Scope::vault) check_vault(at, node);
  if (!provider.needed.empty()) required_string_attribute(at, node, provider.needed);
  for (const yaml::Entry& entry : node.entries) {
    if (!entry.value->is_scalar() && provider.scope != Scope::vault) {
      at.attribute(entry.key->to_s(), "should be a string", entry.value->mark);
    }
  }
}

void check_secret(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  check_keys(at, node, Scope::secret);
  int providers = 0;
  std::string names;
  for (const Provider& provider : kProviders) {
    if (!names.empty()) names.append(", ");
    names.append(provider.name);
    const yaml::Entry* entry = node.find(provider.name);
    if (entry == nullptr) continue;
    ++providers;
    if (!entry->value->is_null()) check_provider(At(at, provider.name), provider, *entry->value);
  }
  if (providers != 1) at.config("must use exactly one of these keys: " + names, node.mark);
  if (node.find("gcp_secret_manager") != nullptr) check_required(at, node, {"token"});
  boolean_attribute(at, node, "file");
  string_attribute(at, node, "token");
}

}  // namespace

void check_id_tokens(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  for (const yaml::Entry& entry : node.entries) {
    const std::string name = entry.key->to_s();
    const At here(at, name);
    if (entry.value->is_null()) {
      here.config("missing required keys: aud", entry.key->mark);
      continue;
    }
    if (!check_hash(here, *entry.value)) continue;
    check_keys(here, *entry.value, Scope::id_token);
    if (!check_required(here, *entry.value, {"aud"})) continue;
    const Node& audience = *entry.value->get("aud");
    if (!is_text(audience) && !is_text_list(audience)) {
      here.attribute("aud", "should be an array of strings or a string", audience.mark);
    }
  }
}

void check_secrets(const At& at, const Node& node) {
  if (!check_hash(at, node)) return;
  for (const yaml::Entry& entry : node.entries) {
    const std::string name = entry.key->to_s();
    check_secret(At(at, name), *entry.value);
  }
}

}  // namespace fairlead::parser::entry
