// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/node.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>
#include <utility>

#include "parser/yaml/scalar.hpp"

namespace fairlead::parser::yaml {

namespace {

// Below this a walk over the entries is faster than a hash.
constexpr std::size_t kIndexAbove = 16;
// Messages that quote a value stay readable, however large it is.
constexpr std::size_t kLongestInspect = 4000;

// Entries by key. Keys that are no strings stand under their text behind a
// prefix that no YAML text can hold.
struct Index {
  std::unordered_map<std::string_view, std::size_t> by_key;
  std::deque<std::string> made;  // the text of those prefixed keys
};

std::string prefixed(const Node& key) {
  return std::string("\xFF") + static_cast<char>('0' + static_cast<int>(key.kind)) + key.to_s();
}

// Saturates: sharing can make any number.
std::size_t add_weight(std::size_t a, std::size_t b) {
  return a > std::numeric_limits<std::size_t>::max() - b ? std::numeric_limits<std::size_t>::max() : a + b;
}

// What `node` takes over from a value it holds.
void carry(const Node& value, Node& node) {
  node.weight = add_weight(node.weight, value.weight);
  node.holds_reference = node.holds_reference || value.holds_reference;
}

void inspect_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char byte : text) {
    switch (byte) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\x1B':
        out += "\\e";
        break;
      default:
        out += byte;
    }
    if (out.size() > kLongestInspect) break;
  }
  out += '"';
}

void inspect_into(const Node& node, std::string& out) {
  if (out.size() > kLongestInspect) return;
  switch (node.kind) {
    case Kind::null:
      out += "nil";
      return;
    case Kind::string:
      if (node.is_symbol) {
        out += ':' + node.text;
      } else {
        inspect_string(node.text, out);
      }
      return;
    case Kind::sequence: {
      out += '[';
      bool first = true;
      for (const NodePtr& item : node.items) {
        if (!std::exchange(first, false)) out += ", ";
        inspect_into(*item, out);
        if (out.size() > kLongestInspect) break;
      }
      out += ']';
      return;
    }
    case Kind::mapping: {
      out += '{';
      bool first = true;
      for (const Entry& entry : node.entries) {
        if (!std::exchange(first, false)) out += ", ";
        inspect_into(*entry.key, out);
        out += "=>";
        inspect_into(*entry.value, out);
        if (out.size() > kLongestInspect) break;
      }
      out += '}';
      return;
    }
    case Kind::reference:
      out += "!reference";
      return;
    default:
      out += node.to_s();
  }
}

}  // namespace

const void* Node::index() const {
  if (!index_) {
    auto index = std::make_shared<Index>();
    index->by_key.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Node& key = *entries[i].key;
      if (key.kind == Kind::string) {
        index->by_key.emplace(key.text, i);
      } else if (key.is_scalar()) {
        index->by_key.emplace(index->made.emplace_back(prefixed(key)), i);
      }
    }
    index_ = std::move(index);
  }
  return index_.get();
}

const Entry* Node::find(std::string_view key) const {
  if (entries.size() <= kIndexAbove) {
    for (const Entry& entry : entries) {
      if (entry.key->kind == Kind::string && entry.key->text == key) return &entry;
    }
    return nullptr;
  }
  const auto& by_key = static_cast<const Index*>(index())->by_key;
  const auto it = by_key.find(key);
  return it == by_key.end() ? nullptr : &entries[it->second];
}

const Entry* Node::find_same(const Node& key) const {
  if (key.kind == Kind::string) return find(key.text);
  if (!key.is_scalar()) return nullptr;
  if (entries.size() > kIndexAbove) return find(prefixed(key));
  for (const Entry& entry : entries) {
    if (same_key(*entry.key, key)) return &entry;
  }
  return nullptr;
}

NodePtr Node::get(std::string_view key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? nullptr : entry->value;
}

std::string Node::to_s() const {
  switch (kind) {
    case Kind::null:
      return {};
    case Kind::boolean:
      return boolean ? "true" : "false";
    case Kind::integer:
      return integer_to_s(integer, text);
    case Kind::real:
      return real_to_s(real);
    case Kind::string:
      return text;
    default:
      return inspect();
  }
}

std::string Node::inspect() const {
  std::string out;
  inspect_into(*this, out);
  if (out.size() > kLongestInspect) out += "...";
  return out;
}

bool same_key(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean == b.boolean;
    case Kind::integer:
      return a.integer == b.integer;
    case Kind::real:
      return a.real == b.real;
    case Kind::string:
      return a.text == b.text;
    default:
      return false;
  }
}

ViaPtr concat(const ViaPtr& steps, const ViaPtr& own) {
  if (!own) return steps;
  if (!steps) return own;
  return std::make_shared<const Via>(Via{steps->step, steps->what, concat(steps->next, own)});
}

NodePtr make_null(Mark mark) {
  auto node = std::make_shared<Node>();
  node->mark = mark;
  return node;
}

NodePtr make_string(std::string text, Mark mark) {
  auto node = std::make_shared<Node>();
  node->kind = Kind::string;
  node->mark = mark;
  node->text = std::move(text);
  node->weight = std::max<std::size_t>(1, node->text.size());
  return node;
}

NodePtr make_boolean(bool value, Mark mark) {
  auto node = std::make_shared<Node>();
  node->kind = Kind::boolean;
  node->mark = mark;
  node->boolean = value;
  node->text = value ? "true" : "false";
  return node;
}

NodePtr make_integer(std::int64_t value, Mark mark) {
  auto node = std::make_shared<Node>();
  node->kind = Kind::integer;
  node->mark = mark;
  node->integer = value;
  node->text = std::to_string(value);
  return node;
}

NodePtr make_sequence(std::vector<NodePtr> items, Mark mark) {
  auto node = std::make_shared<Node>();
  node->kind = Kind::sequence;
  node->mark = mark;
  node->items = std::move(items);
  for (const NodePtr& item : node->items) carry(*item, *node);
  return node;
}

NodePtr make_mapping(std::vector<Entry> entries, Mark mark) {
  auto node = std::make_shared<Node>();
  node->kind = Kind::mapping;
  node->mark = mark;
  node->entries = std::move(entries);
  for (const Entry& entry : node->entries) {
    node->weight = add_weight(node->weight, entry.key->weight);
    carry(*entry.value, *node);
  }
  return node;
}

}  // namespace fairlead::parser::yaml
