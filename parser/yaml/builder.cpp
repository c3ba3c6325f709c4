// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/builder.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "parser/yaml/scalar.hpp"

namespace fairlead::parser::yaml {

namespace {

constexpr std::string_view kTooBig = "The parsed YAML is too big";
// Above this many keys a map under construction is searched by hash.
constexpr std::size_t kHashAbove = 16;

bool is_string_tag(std::string_view tag) {
  return tag == "tag:yaml.org,2002:str" || tag == "!str" || tag == "!ruby/string" || tag.starts_with("!str:");
}

// The Ruby class that a tag asks for and that safe loading refuses.
std::string refused_class(std::string_view tag, std::string_view text) {
  constexpr std::string_view kPrefix = "!ruby/";
  if (tag == "!set" || tag == "tag:yaml.org,2002:set") return "Psych::Set";
  if (!tag.starts_with(kPrefix)) return {};
  tag.remove_prefix(kPrefix.size());
  if (tag.starts_with("sym") || tag == "string" || tag == "encoding") return {};
  if (tag == "regexp") return "Regexp";
  if (tag == "range") return "Range";
  if (tag == "class" || tag == "module") return std::string(text);
  if (const std::size_t colon = tag.find(':'); colon != std::string_view::npos)
    return std::string(tag.substr(colon + 1));
  if (tag == "object") return "Object";
  return {};
}

std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (c >= '0' && c <= '9') value = c - '0' + 52;
    if (c == '+') value = 62;
    if (c == '/') value = 63;
    if (c == '=') break;
    if (value < 0) continue;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 0xFF);
    }
  }
  return out;
}

// Equal for same_key() keys; empty for keys that equal no other.
std::string canonical_key(const Node& key) {
  if (!key.is_scalar()) return {};
  return static_cast<char>('0' + static_cast<int>(key.kind)) + key.to_s();
}

// Whether losing `a` for `b` changes nothing that can be seen.
bool same_scalar(const Node& a, const Node& b) {
  return &a == &b || (a.is_scalar() && a.kind == b.kind && a.text == b.text);
}

std::string shown(const Node& key) {
  constexpr std::size_t kLongest = 80;
  std::string text = key.to_s();
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

}  // namespace

bool Builder::refuse(std::string message, Mark mark, std::string hint) {
  if (!failure_) failure_ = Diagnostic{Severity::error, std::move(message), mark, std::move(hint), {}};
  return false;
}

bool Builder::refuse_size(Mark mark, std::string hint) {
  return refuse(std::string(kTooBig), mark, std::move(hint));
}

bool Builder::scalar(const Scalar& scalar, std::string_view anchor, Mark mark) {
  auto node = std::make_shared<Node>();
  node->mark = mark;
  node->quoted = scalar.quoted;
  node->weight = std::max<std::size_t>(1, scalar.text.size());
  Value value{.node = node};
  if (scalar.tag == "!reference") {
    node->kind = Kind::reference;
    node->holds_reference = true;
    node->text = std::string(scalar.text);
  } else if (scalar.quoted || is_string_tag(scalar.tag)) {
    node->kind = Kind::string;
    node->text = std::string(scalar.text);
    value.is_string_tag = is_string_tag(scalar.tag);
  } else if (scalar.tag == "!binary" || scalar.tag == "tag:yaml.org,2002:binary") {
    node->kind = Kind::string;
    node->text = decode_base64(scalar.text);
  } else {
    std::string refused = refused_class(scalar.tag, scalar.text);
    std::string hint;
    if (refused.empty()) {
      refused = resolve_plain(scalar.text, *node);
      if (!refused.empty()) hint = fmt::format("put {} in quotes", scalar.text);
    }
    if (!refused.empty()) return refuse("Tried to load unspecified class: " + refused, mark, std::move(hint));
    const bool wants_float = scalar.tag == "!float" || scalar.tag == "tag:yaml.org,2002:float";
    if (wants_float && node->kind == Kind::integer) {
      node->kind = Kind::real;
      node->real = static_cast<double>(node->integer);
    }
    if (scalar.tag.starts_with("!ruby/sym")) node->is_symbol = true;
  }
  if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), value);
  return deliver(std::move(value));
}

bool Builder::alias(std::string_view anchor, Mark mark) {
  const std::string name(anchor);
  if (open_anchors_.contains(name)) {
    return refuse_size(
        mark, fmt::format("alias *{0} stands within the node &{0} it names, so it would never end", name));
  }
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    std::vector<std::string> known;
    for (const auto& [key, unused] : anchors_) known.push_back(key);
    std::sort(known.begin(), known.end());
    const std::string_view near = nearest(name, known);
    return refuse(
        "An alias referenced an unknown anchor: " + name, mark,
        near.empty() ? "anchors work within one file only" : fmt::format("did you mean *{}?", near));
  }
  if (frames_.size() + found->second.depth > limits_.depth) {
    return refuse_size(mark, fmt::format("nested more than {} levels deep", limits_.depth));
  }
  return deliver(found->second, anchor);
}

bool Builder::open_sequence(std::string_view tag, std::string_view anchor, Mark mark) {
  return push(tag, anchor, mark, Kind::sequence);
}

bool Builder::open_mapping(std::string_view tag, std::string_view anchor, Mark mark) {
  return push(tag, anchor, mark, Kind::mapping);
}

bool Builder::push(std::string_view tag, std::string_view anchor, Mark mark, Kind kind) {
  if (const std::string refused = refused_class(tag, {}); !refused.empty()) {
    return refuse("Tried to load unspecified class: " + refused, mark);
  }
  if (frames_.size() >= limits_.depth) {
    return refuse_size(mark, fmt::format("nested more than {} levels deep", limits_.depth));
  }
  Frame& frame = frames_.emplace_back();
  frame.node = std::make_shared<Node>();
  frame.node->mark = mark;
  frame.node->kind = kind;
  frame.first = kind == Kind::sequence ? items_.size() : entries_.size();
  frame.is_reference = tag == "!reference";
  // Psych does not register a tagged list, so that nothing can alias it.
  if (!anchor.empty() && !(frame.is_reference && kind == Kind::sequence)) {
    frame.anchor = std::string(anchor);
    open_anchors_.insert(frame.anchor);
    anchors_.erase(frame.anchor);
  }
  return true;
}

bool Builder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  Node& node = *frame.node;
  const auto first = static_cast<std::ptrdiff_t>(frame.first);
  if (node.kind == Kind::sequence) {
    node.items.assign(std::move_iterator(items_.begin() + first), std::move_iterator(items_.end()));
    items_.resize(frame.first);
  } else {
    node.entries.assign(std::move_iterator(entries_.begin() + first), std::move_iterator(entries_.end()));
    entries_.resize(frame.first);
  }
  if (frame.is_reference) {
    node.kind = Kind::reference;
    node.holds_reference = true;
  }
  const Value value{.node = frame.node, .depth = frame.depth};
  if (!frame.anchor.empty()) {
    open_anchors_.erase(frame.anchor);
    anchors_.insert_or_assign(frame.anchor, value);
  }
  return deliver(value);
}

bool Builder::deliver(Value value, std::string_view alias) {
  if (frames_.empty()) {
    root_ = std::move(value.node);
    return true;
  }
  Frame& frame = frames_.back();
  frame.node->weight += value.node->weight;
  frame.node->holds_reference = frame.node->holds_reference || value.node->holds_reference;
  frame.depth = std::max(frame.depth, value.depth + 1);
  if (frame.node->weight > limits_.tree_bytes) {
    return refuse_size(value.node->mark, fmt::format("with all aliases written out it has more than {} KiB",
                                                     limits_.tree_bytes / 1024));
  }
  if (frame.node->kind == Kind::sequence) {
    items_.push_back(std::move(value.node));
    return true;
  }
  if (!frame.key) {
    frame.key = std::move(value);
    return true;
  }
  return add_to_mapping(frame, std::move(value), alias);
}

bool Builder::add_to_mapping(Frame& frame, Value value, std::string_view alias) {
  const Value key = *std::exchange(frame.key, std::nullopt);
  const bool is_merge = key.node->kind == Kind::string && key.node->text == "<<" && !key.is_string_tag;
  if (is_merge && merge(frame, value, alias)) return true;
  if (const Entry* first = find(frame, *key.node); first != nullptr && !first->via) {
    diagnostics_.warning("duplicate-key",
                         fmt::format("key \"{}\" was already given at {}: this one replaces it",
                                     shown(*key.node), files_.describe(first->key->mark)),
                         key.node->mark);
  }
  put(frame, Entry{key.node, std::move(value.node), nullptr});
  return true;
}

// Applies `<<`. False when the value is of a kind that Psych leaves as an
// ordinary key named "<<". Entries that came this way have a `via`, those that
// were written have none.
bool Builder::merge(Frame& frame, const Value& value, std::string_view alias) {
  const auto step = std::make_shared<const Via>(
      Via{Via::Step::merge_key, alias.empty() ? "<<" : std::string(alias), nullptr});
  if (value.node->is_mapping()) {
    merge_entries(frame, value.node->entries, step);
    return true;
  }
  // A list counts only when it is written here: an alias to a list does not.
  if (!value.node->is_sequence() || !alias.empty()) return false;
  for (const NodePtr& item : value.node->items) {
    if (!item->is_mapping()) return false;
  }
  // The first of the list wins, so it is laid over the others.
  Frame joined;
  joined.first = entries_.size();
  for (auto item = value.node->items.rbegin(); item != value.node->items.rend(); ++item) {
    merge_entries(joined, (*item)->entries, step);
  }
  const std::vector<Entry> entries(entries_.begin() + static_cast<std::ptrdiff_t>(joined.first),
                                   entries_.end());
  entries_.resize(joined.first);
  merge_entries(frame, entries, nullptr);
  return true;
}

void Builder::merge_entries(Frame& frame, const std::vector<Entry>& source, const ViaPtr& via) {
  for (const Entry& entry : source) {
    const Entry* there = find(frame, *entry.key);
    if (there != nullptr && !there->via && !same_scalar(*there->value, *entry.value)) {
      diagnostics_.warning("merge-replaces-key",
                           fmt::format("`<<` replaces the key \"{}\" given before it", shown(*entry.key)),
                           there->key->mark, "write `<<` first and the key after it");
    }
    put(frame, Entry{entry.key, entry.value, concat(via, entry.via)});
  }
}

// The entry of the innermost open map that has this key, or nullptr.
Entry* Builder::find(Frame& frame, const Node& key) {
  const std::size_t count = entries_.size() - frame.first;
  if (count <= kHashAbove) {
    for (std::size_t i = frame.first; i < entries_.size(); ++i) {
      if (same_key(*entries_[i].key, key)) return &entries_[i];
    }
    return nullptr;
  }
  if (!frame.index) {
    frame.index = std::make_unique<std::unordered_map<std::string, std::size_t>>();
    for (std::size_t i = frame.first; i < entries_.size(); ++i) {
      if (entries_[i].key->is_scalar()) frame.index->emplace(canonical_key(*entries_[i].key), i);
    }
  }
  if (!key.is_scalar()) return nullptr;
  const auto found = frame.index->find(canonical_key(key));
  return found == frame.index->end() ? nullptr : &entries_[found->second];
}

// A key that is there keeps its place and takes the new key's mark.
void Builder::put(Frame& frame, Entry entry) {
  if (Entry* there = find(frame, *entry.key)) {
    *there = std::move(entry);
    return;
  }
  if (frame.index && entry.key->is_scalar()) frame.index->emplace(canonical_key(*entry.key), entries_.size());
  entries_.push_back(std::move(entry));
}

}  // namespace fairlead::parser::yaml
