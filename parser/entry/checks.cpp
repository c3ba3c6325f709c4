// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/checks.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace fairlead::parser::entry {

using yaml::Kind;

const yaml::Entry* given(const Node& mapping, std::string_view key) {
  const yaml::Entry* entry = mapping.find(key);
  return entry != nullptr && !entry->value->is_null() ? entry : nullptr;
}

bool is_text_list(const Node& node) {
  return node.is_sequence() &&
         std::ranges::all_of(node.items, [](const NodePtr& item) { return is_text(*item); });
}

bool is_integer(const Node& node) { return node.kind == Kind::integer; }

bool is_plain_scalar(const Node& node) { return node.is_scalar() && !node.is_null(); }

bool is_blank(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !node.boolean;
    case Kind::string:
      return node.text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
    case Kind::sequence:
      return node.items.empty();
    case Kind::mapping:
      return node.entries.empty();
    default:
      return false;
  }
}

std::vector<std::string> text_list(const Node& node) {
  if (!node.is_sequence()) return {node.to_s()};
  std::vector<std::string> out;
  out.reserve(node.items.size());
  for (const NodePtr& item : node.items) out.push_back(item->to_s());
  return out;
}

int to_int(const Node& node) {
  return static_cast<int>(std::clamp<std::int64_t>(node.integer, std::numeric_limits<int>::min(),
                                                   std::numeric_limits<int>::max()));
}

bool check_hash(const At& at, const Node& node) {
  if (node.is_mapping()) return true;
  at.config("should be a hash", node.mark);
  return false;
}

bool check_keys(const At& at, const Node& mapping, Scope scope) {
  std::string unknown;
  std::string hint;
  Mark mark;
  for (const yaml::Entry& entry : mapping.entries) {
    if (entry.key->is_string() && is_keyword(scope, entry.key->text)) continue;
    const std::string name = entry.key->to_s();
    if (unknown.empty()) {
      mark = entry.key->mark;
      hint = did_you_mean(name, keyword_names(scope));
    } else {
      unknown.append(", ");
      if (hint.empty()) hint = did_you_mean(name, keyword_names(scope));
    }
    unknown.append(name);
  }
  if (unknown.empty()) return true;
  at.config("contains unknown keys: " + unknown, mark, std::move(hint));
  return false;
}

bool check_exclusive(const At& at, const Node& mapping, std::initializer_list<std::string_view> keys) {
  std::string present;
  int count = 0;
  Mark mark;
  // GitLab lists them in the order of the file.
  for (const yaml::Entry& entry : mapping.entries) {
    if (!entry.key->is_string() || std::ranges::find(keys, entry.key->text) == keys.end()) continue;
    if (count++ > 0) present.append(", ");
    present.append(entry.key->text);
    mark = entry.key->mark;
  }
  if (count < 2) return true;
  at.config("these keys cannot be used together: " + present, mark);
  return false;
}

bool check_required(const At& at, const Node& mapping, std::initializer_list<std::string_view> keys) {
  std::string missing;
  for (std::string_view key : keys) {
    if (mapping.find(key) != nullptr) continue;
    if (!missing.empty()) missing.append(", ");
    missing.append(key);
  }
  if (missing.empty()) return true;
  at.config("missing required keys: " + missing, mapping.mark);
  return false;
}

std::optional<std::string> string_attribute(const At& at, const Node& mapping, std::string_view name) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  if (is_text(*entry->value)) return entry->value->text;
  at.attribute(name, "should be a string", entry->value->mark);
  return std::nullopt;
}

std::optional<std::string> required_string_attribute(const At& at, const Node& mapping,
                                                     std::string_view name) {
  const yaml::Entry* entry = mapping.find(name);
  if (entry == nullptr || is_blank(*entry->value)) {
    at.attribute(name, "can't be blank", entry != nullptr ? entry->value->mark : mapping.mark);
    return std::nullopt;
  }
  return string_attribute(at, mapping, name);
}

std::optional<bool> boolean_attribute(const At& at, const Node& mapping, std::string_view name) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  if (entry->value->kind == Kind::boolean) return entry->value->boolean;
  at.attribute(name, "should be a boolean value", entry->value->mark);
  return std::nullopt;
}

std::optional<std::vector<std::string>> list_attribute(const At& at, const Node& mapping,
                                                       std::string_view name) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  if (is_text_list(*entry->value)) return text_list(*entry->value);
  at.attribute(name, "should be an array of strings", entry->value->mark);
  return std::nullopt;
}

std::optional<std::vector<std::string>> list_or_string_attribute(const At& at, const Node& mapping,
                                                                 std::string_view name) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  if (is_text(*entry->value) || is_text_list(*entry->value)) return text_list(*entry->value);
  at.attribute(name, "should be an array of strings or a string", entry->value->mark);
  return std::nullopt;
}

std::optional<std::vector<int>> integers_attribute(const At& at, const Node& mapping, std::string_view name) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  const Node& node = *entry->value;
  if (is_integer(node)) return std::vector<int>{to_int(node)};
  if (node.is_sequence() &&
      std::ranges::all_of(node.items, [](const NodePtr& item) { return is_integer(*item); })) {
    std::vector<int> out;
    out.reserve(node.items.size());
    for (const NodePtr& item : node.items) out.push_back(to_int(*item));
    return out;
  }
  at.attribute(name, "should be an array of integers or an integer", node.mark);
  return std::nullopt;
}

std::optional<std::string> word_attribute(const At& at, const Node& mapping, std::string_view name,
                                          std::span<const std::string_view> words, std::string_view text) {
  const yaml::Entry* entry = given(mapping, name);
  if (entry == nullptr) return std::nullopt;
  const Node& node = *entry->value;
  if (is_text(node) && std::ranges::find(words, node.text) != words.end()) return node.text;
  at.attribute(name, text.ends_with(' ') ? std::string(text).append(join(words, ", ")) : std::string(text),
               node.mark, is_text(node) ? did_you_mean(node.text, words) : std::string());
  return std::nullopt;
}

void check_attribute_length(const At& at, std::string_view name, std::string_view value, std::size_t maximum,
                            Mark mark) {
  // Characters, not bytes: continuation bytes of UTF-8 do not count.
  const auto length = static_cast<std::size_t>(
      std::ranges::count_if(value, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  if (length <= maximum) return;
  at.attribute(name, "is too long (maximum is " + std::to_string(maximum) + " characters)", mark);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string_view found = nearest(word, candidates);
  if (found.empty()) return {};
  return std::string("did you mean \"").append(found).append("\"?");
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  return did_you_mean(word, std::vector<std::string>(candidates.begin(), candidates.end()));
}

std::string join(std::span<const std::string_view> words, std::string_view separator) {
  std::string out;
  for (std::string_view word : words) {
    if (!out.empty()) out.append(separator);
    out.append(word);
  }
  return out;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out.append(separator);
    out.append(word);
  }
  return out;
}

namespace {

bool flatten_level(const NodePtr& node, int level, std::vector<NodePtr>& out) {
  if (!node->is_sequence()) {
    out.push_back(node);
    return true;
  }
  if (level <= 0) return false;
  for (const NodePtr& item : node->items) {
    if (!flatten_level(item, level - 1, out)) return false;
  }
  return true;
}

}  // namespace

bool flatten(const NodePtr& list, std::vector<NodePtr>& out) { return flatten_level(list, kMaxNesting, out); }

}  // namespace fairlead::parser::entry
