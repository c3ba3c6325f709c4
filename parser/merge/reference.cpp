// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/reference.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace fairlead::parser::merge {

namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;
using yaml::NodePtr;
using yaml::Via;
using yaml::ViaPtr;

// Levels of lists, maps and references on one way down. A file has at most
// 100; chains of references add theirs.
constexpr int kDeepest = 400;

class Resolver {
 public:
  Resolver(const NodePtr& root, Diagnostics& diagnostics) : root_(root), diagnostics_(diagnostics) {}

  NodePtr run() { return resolve(root_); }

 private:
  NodePtr resolve(const NodePtr& node) {
    if (!node->holds_reference) return node;
    // A node held once is met once; only shared ones are worth remembering.
    const bool shared = node.use_count() > 1 || node->kind == Kind::reference;
    if (shared) {
      if (const auto found = done_.find(node.get()); found != done_.end()) return found->second;
    }
    if (depth_ >= kDeepest) {
      diagnostics_.error("The parsed YAML is too big", node->mark,
                         fmt::format("!reference leads more than {} levels down", kDeepest));
      return failed(*node);
    }
    ++depth_;
    NodePtr result = node->kind == Kind::reference  ? resolve_reference(node)
                     : node->kind == Kind::sequence ? resolve_sequence(node)
                                                    : resolve_mapping(node);
    --depth_;
    if (shared) done_.emplace(node.get(), result);
    return result;
  }

  NodePtr resolve_sequence(const NodePtr& node) {
    std::vector<NodePtr> items;
    bool changed = false;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      NodePtr item = resolve(node->items[i]);
      if (item == node->items[i]) continue;
      if (!std::exchange(changed, true)) items = node->items;
      items[i] = std::move(item);
    }
    return changed ? yaml::make_sequence(std::move(items), node->mark) : node;
  }

  NodePtr resolve_mapping(const NodePtr& node) {
    std::vector<Entry> entries;
    bool changed = false;
    for (std::size_t i = 0; i < node->entries.size(); ++i) {
      const Entry& entry = node->entries[i];
      NodePtr value = resolve(entry.value);
      if (value == entry.value) continue;
      if (!std::exchange(changed, true)) entries = node->entries;
      entries[i].value = std::move(value);
      if (entry.value->kind == Kind::reference) entries[i].via = way_of(*entry.value, entry.via);
    }
    return changed ? yaml::make_mapping(std::move(entries), node->mark) : node;
  }

  NodePtr resolve_reference(const NodePtr& node) {
    const bool valid = !node->items.empty() &&
                       std::all_of(node->items.begin(), node->items.end(),
                                   [](const NodePtr& item) { return item->is_string() && !item->is_symbol; });
    if (!valid) {
      return fail(*node, "is not valid", "write `!reference [job, keyword]`");
    }
    if (!open_.insert(node.get()).second) return fail(*node, "is part of a circular chain", {});
    const Entry* target = find(*node);
    NodePtr value = target == nullptr ? nullptr : resolve(target->value);
    open_.erase(node.get());
    const bool missing = !value || value->is_null() || (value->kind == Kind::boolean && !value->boolean);
    if (!missing) return value;
    // What is missing because a reference further down failed was reported there.
    if (value && failed_.contains(value.get())) return value;
    return fail(*node, "could not be found", missing_hint(*node));
  }

  const Entry* find(const Node& reference) const {
    const Entry* at = nullptr;
    for (const NodePtr& part : reference.items) {
      const Node& within = at == nullptr ? *root_ : *at->value;
      at = within.is_mapping() ? within.find(part->text) : nullptr;
      if (at == nullptr) return nullptr;
    }
    return at;
  }

  // Says which part of the path is not there.
  std::string missing_hint(const Node& reference) const {
    const Node* within = root_.get();
    std::string walked;
    for (const NodePtr& part : reference.items) {
      if (within->kind == Kind::reference)
        return fmt::format("a path cannot lead through another !reference, as {} is", walked);
      if (!within->is_mapping()) return fmt::format("{} is no map", walked);
      const Entry* next = within->find(part->text);
      if (next == nullptr) {
        std::vector<std::string> keys;
        for (const Entry& entry : within->entries) {
          if (entry.key->is_string()) keys.push_back(entry.key->text);
        }
        const std::string_view near = nearest(part->text, keys);
        return fmt::format("there is no \"{}\"{}{}", part->text, walked.empty() ? "" : " in " + walked,
                           near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
      }
      walked += (walked.empty() ? "" : ":") + part->text;
      within = next->value.get();
    }
    return walked + " is null or false";
  }

  NodePtr fail(const Node& node, std::string_view what, std::string hint) {
    std::string shown;
    if (node.text.find_first_not_of(" \t\r\n") != std::string::npos) {
      shown = yaml::make_string(node.text, node.mark)->inspect();
    } else if (!node.entries.empty()) {
      shown = yaml::make_mapping(node.entries, node.mark)->inspect();
    } else {
      shown = yaml::make_sequence(node.items, node.mark)->inspect();
    }
    diagnostics_.error(fmt::format("!reference {} {}", shown, what), node.mark, std::move(hint));
    return failed(node);
  }

  NodePtr failed(const Node& node) {
    NodePtr null = yaml::make_null(node.mark);
    failed_.insert(null.get());
    kept_.push_back(null);
    return null;
  }

  ViaPtr way_of(const Node& reference, const ViaPtr& own) const {
    std::string path;
    for (const NodePtr& part : reference.items) path += (path.empty() ? "" : ":") + part->text;
    const Entry* target = find(reference);
    const auto step = std::make_shared<const Via>(
        Via{Via::Step::reference, std::move(path), target == nullptr ? nullptr : target->via});
    // How the reference itself came here is the newer part of the way.
    return yaml::concat(own, step);
  }

  const NodePtr& root_;
  Diagnostics& diagnostics_;
  std::unordered_map<const Node*, NodePtr> done_;
  std::unordered_set<const Node*> open_;
  std::unordered_set<const Node*> failed_;  // the nulls that stand for failed references
  std::vector<NodePtr> kept_;               // so that no other node takes their address
  int depth_ = 0;
};

}  // namespace

NodePtr resolve_references(const NodePtr& root, Diagnostics& diagnostics) {
  return Resolver(root, diagnostics).run();
}

bool check_expanded_size(const NodePtr& root, std::size_t limit, Diagnostics& diagnostics) {
  if (root->weight <= limit) return true;
  diagnostics.error(
      "The parsed YAML is too big", root->mark,
      fmt::format("with `extends` and !reference applied it has more than {} MiB", limit >> 20));
  return false;
}

}  // namespace fairlead::parser::merge
