// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/entry/at.hpp"
#include "parser/entry/keywords.hpp"
#include "parser/yaml/node.hpp"

// The checks that most keywords share, each with GitLab's message. A check on
// an attribute names the attribute; one on the entry itself prints `config`.
// Those that return a value return it only when it is right; all of them take
// an entry that may be absent or null, which means "not given".
namespace fairlead::parser::entry {

using yaml::Node;
using yaml::NodePtr;

// GitLab writes one limit into many messages.
inline constexpr int kMaxNesting = 10;

// The entry under `key` unless it is missing or null.
const yaml::Entry* given(const Node& mapping, std::string_view key);

inline bool is_text(const Node& node) { return node.is_string(); }  // a Ruby String or Symbol
bool is_text_list(const Node& node);
bool is_integer(const Node& node);
// A value that GitLab takes where it wants a scalar (not null).
bool is_plain_scalar(const Node& node);
// Ruby's blank?: null, false, "", spaces, [], {}.
bool is_blank(const Node& node);
std::vector<std::string> text_list(const Node& node);  // of a list that is_text_list, or one text
// An integer that fits an int; others are clamped, so that range checks hold.
int to_int(const Node& node);

// The entry itself.
bool check_hash(const At& at, const Node& node);
// "config contains unknown keys: a, b", with the nearest allowed key as hint.
bool check_keys(const At& at, const Node& mapping, Scope scope);
bool check_exclusive(const At& at, const Node& mapping, std::initializer_list<std::string_view> keys);
bool check_required(const At& at, const Node& mapping, std::initializer_list<std::string_view> keys);

// Attributes of a mapping.
std::optional<std::string> string_attribute(const At& at, const Node& mapping, std::string_view name);
// As above, and not blank: "tag name can't be blank" when it is missing too.
std::optional<std::string> required_string_attribute(const At& at, const Node& mapping,
                                                     std::string_view name);
std::optional<bool> boolean_attribute(const At& at, const Node& mapping, std::string_view name);
std::optional<std::vector<std::string>> list_attribute(const At& at, const Node& mapping,
                                                       std::string_view name);
std::optional<std::vector<std::string>> list_or_string_attribute(const At& at, const Node& mapping,
                                                                 std::string_view name);
std::optional<std::vector<int>> integers_attribute(const At& at, const Node& mapping, std::string_view name);
// "when should be one of: a, b": a text that ends in a space is followed by
// the words. A near miss is hinted.
std::optional<std::string> word_attribute(const At& at, const Node& mapping, std::string_view name,
                                          std::span<const std::string_view> words, std::string_view text);
void check_attribute_length(const At& at, std::string_view name, std::string_view value, std::size_t maximum,
                            Mark mark);

// `did you mean "x"?` or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);
std::string join(std::span<const std::string_view> words, std::string_view separator);
std::string join(const std::vector<std::string>& words, std::string_view separator);

// The items of a list whose inner lists are spliced in, up to kMaxNesting
// lists deep. False when it is deeper.
bool flatten(const NodePtr& list, std::vector<NodePtr>& out);

}  // namespace fairlead::parser::entry
