// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kWhen[] = {"on_success", "on_failure", "always"};
constexpr std::string_view kPolicies[] = {"pull-push", "push", "pull"};
constexpr std::size_t kMaxCaches = 4;
constexpr std::size_t kMaxKeyFiles = 2;
constexpr std::size_t kMaxFallbackKeys = 5;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A key becomes part of a path, so it must not climb or descend, not even
// percent-encoded.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

void check_key_text(const At& at, const Node& node) {
  if (!is_text(node)) {
    at.config("should be a string or symbol", node.mark);
    return;
  }
  const std::string path = unescape(node.text);
  if (path.find('/') != std::string::npos) {
    at.config("cannot contain the \"/\" character", node.mark);
  } else if (path == "." || path == "..") {
    at.config("cannot be \".\" or \"..\"", node.mark);
  }
}

std::vector<std::string> read_key_files(const At& at, const Node& node) {
  if (!is_text_list(node)) {
    at.config("should be an array of strings", node.mark);
    return {};
  }
  if (node.items.empty()) at.config("requires at least 1 item", node.mark);
  if (node.items.size() > kMaxKeyFiles) at.config("has too many items (maximum is 2)", node.mark);
  std::vector<std::string> files = text_list(node);
  for (std::string& file : files) file.erase(0, std::min(file.find_first_not_of('/'), file.size()));
  return files;
}

std::optional<std::variant<std::string, CacheKeyFiles>> read_key(const At& at, const Node& node) {
  if (is_text(node)) {
    check_key_text(at, node);
    return node.text;
  }
  if (!node.is_mapping()) {
    at.shape("should be a hash, a string or a symbol", node.mark);
    return std::nullopt;
  }
  CacheKeyFiles key;
  check_keys(at, node, Scope::cache_key);
  check_exclusive(at, node, {"files", "files_commits"});
  key.by_commit = given(node, "files_commits") != nullptr;
  const std::string_view list = key.by_commit ? "files_commits" : "files";
  if (const yaml::Entry* files = given(node, list)) {
    key.files = read_key_files(At(at, list), *files->value);
  } else {
    at.config("missing required keys: files", node.mark);
  }
  if (const yaml::Entry* prefix = given(node, "prefix")) {
    check_key_text(At(at, "prefix"), *prefix->value);
    key.prefix = prefix->value->to_s();
  }
  return key;
}

bool boolean_entry(const At& at, const Node& node, std::string_view name) {
  const yaml::Entry* entry = given(node, name);
  if (entry == nullptr) return false;
  if (entry->value->kind == yaml::Kind::boolean) return entry->value->boolean;
  At(at, name).config("should be a boolean value", entry->value->mark);
  return false;
}

std::vector<std::string> list_entry(const At& at, const Node& node, std::string_view name) {
  const yaml::Entry* entry = given(node, name);
  if (entry == nullptr) return {};
  if (is_text_list(*entry->value)) return text_list(*entry->value);
  At(at, name).config("should be an array of strings", entry->value->mark);
  return {};
}

CacheConfig read_cache(const At& at, const Node& node) {
  CacheConfig cache;
  cache.mark = node.mark;
  if (!check_hash(at, node)) return cache;
  check_keys(at, node, Scope::cache);
  if (const yaml::Entry* key = given(node, "key")) cache.key = read_key(At(at, "key"), *key->value);
  cache.paths = list_entry(at, node, "paths");
  cache.untracked = boolean_entry(at, node, "untracked");
  cache.unprotect = boolean_entry(at, node, "unprotect");
  if (const yaml::Entry* policy = given(node, "policy")) {
    const Node& value = *policy->value;
    const bool known = is_text(value) && (std::ranges::find(kPolicies, value.text) != std::end(kPolicies) ||
                                          mentions_variable(value.text));
    if (known) {
      cache.policy = value.text;
    } else if (!is_blank(value)) {
      at.attribute("policy", "should be a variable or one of: pull-push, push, pull", value.mark,
                   is_text(value) ? did_you_mean(value.text, kPolicies) : std::string());
    }
  }
  if (auto when = word_attribute(at, node, "when", kWhen, "should be one of: ")) {
    cache.when = model::when_from_string(*when).value_or(model::When::on_success);
  }
  cache.fallback_keys = list_entry(at, node, "fallback_keys");
  if (cache.fallback_keys.size() > kMaxFallbackKeys) {
    at.attribute("fallback_keys", "has to many entries (maximum 5)",
                 given(node, "fallback_keys")->value->mark);
  }
  return cache;
}

}  // namespace

std::vector<CacheConfig> read_caches(const At& parent, const Node& node) {
  const At each(parent, "cache");
  std::vector<CacheConfig> caches;
  if (node.is_mapping()) {
    caches.push_back(read_cache(each, node));
  } else if (node.is_sequence()) {
    if (node.items.size() > kMaxCaches) {
      At(parent, "caches").config("no more than 4 caches can be created", node.mark);
    }
    for (const NodePtr& item : node.items) {
      if (!item->is_null()) caches.push_back(read_cache(each, *item));
    }
  } else {
    At(parent, "caches").config("can only be a hash or an array", node.mark);
  }
  return caches;
}

}  // namespace fairlead::parser::entry
