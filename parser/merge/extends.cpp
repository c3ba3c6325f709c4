// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/extends.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

// GitLab walks from each job down its bases anew and allows ten ancestors. Here
// each entry is extended once and remembers how long its longest way down is,
// which gives the same answers in time linear in the edges.
namespace fairlead::parser::merge {

namespace {

using yaml::Entry;
using yaml::NodePtr;
using yaml::Via;

constexpr int kMostAncestors = 10;

struct Extended {
  enum class State { untouched, open, done, failed } state = State::untouched;
  NodePtr value;
  // Entries with `extends` on the longest way down, this one included.
  int height = 0;
};

class Extender {
 public:
  Extender(const NodePtr& root, Budget& budget, Diagnostics& diagnostics)
      : root_(root), budget_(budget), diagnostics_(diagnostics), extended_(root->entries.size()) {}

  NodePtr run() {
    std::vector<Entry> entries = root_->entries;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (extend(i) && extended_[i].value) entries[i].value = extended_[i].value;
    }
    return yaml::make_mapping(std::move(entries), root_->mark);
  }

 private:
  const Entry& entry(std::size_t i) const { return root_->entries[i]; }
  std::string name(std::size_t i) const { return entry(i).key->to_s(); }
  const Entry* extends_of(std::size_t i) const {
    const NodePtr& value = entry(i).value;
    return value->is_mapping() ? value->find("extends") : nullptr;
  }

  static std::vector<NodePtr> named(const NodePtr& extends) {
    if (extends->is_null()) return {};
    if (extends->is_sequence()) return extends->items;
    return {extends};
  }

  bool extend(std::size_t i) {
    Extended& own = extended_[i];
    if (own.state == Extended::State::done) return true;
    if (own.state == Extended::State::failed) return false;
    const Entry* extends = extends_of(i);
    if (extends == nullptr) {
      own.value = entry(i).value;
      own.state = Extended::State::done;
      return true;
    }
    const bool again = own.state == Extended::State::open;
    if (!again) own.state = Extended::State::open;
    path_.push_back(i);
    const bool good = extend_from(i, extends->value, again);
    path_.pop_back();
    // An entry that was open already is failed by the call that opened it.
    if (!again) own.state = good ? Extended::State::done : Extended::State::failed;
    return good;
  }

  bool extend_from(std::size_t i, const NodePtr& extends, bool again) {
    std::vector<std::size_t> bases;
    if (!find_bases(i, extends, bases)) return false;
    if (path_.size() > kMostAncestors + 1) return too_deep(i);
    if (again) {
      diagnostics_.error(name(i) + ": circular dependency detected in `extends`", extends->mark, way_to(i));
      return false;
    }
    NodePtr merged;
    int below = 0;
    for (const std::size_t base : bases) {
      if (!extend(base)) return false;
      below = std::max(below, extended_[base].height);
      // What a base gives came by the base's own way too.
      const auto step = std::make_shared<const Via>(Via{Via::Step::extends, name(base), entry(base).via});
      if (!merged) merged = yaml::make_mapping({}, entry(i).value->mark);
      merged = deep_merge(merged, nullptr, extended_[base].value, step, budget_);
    }
    extended_[i].height = below + 1;
    if (extended_[i].height > kMostAncestors + 1) return too_deep(deepest_allowed(i));
    extended_[i].value =
        merged ? deep_merge(merged, nullptr, entry(i).value, nullptr, budget_) : entry(i).value;
    return true;
  }

  // Looks the bases up and reports those that are unknown or no maps.
  bool find_bases(std::size_t i, const NodePtr& extends, std::vector<std::size_t>& bases) {
    std::vector<std::string> unknown;
    std::vector<std::string> invalid;
    NodePtr first_unknown;
    NodePtr first_invalid;
    for (const NodePtr& wanted : named(extends)) {
      const std::string base = wanted->to_s();
      const Entry* found = root_->find(base);
      if (found == nullptr) {
        unknown.push_back(base);
        if (!first_unknown) first_unknown = wanted;
      } else if (!found->value->is_mapping()) {
        invalid.push_back(base);
        if (!first_invalid) first_invalid = wanted;
      } else {
        bases.push_back(static_cast<std::size_t>(found - root_->entries.data()));
      }
    }
    if (first_unknown) {
      const std::string_view near = nearest(unknown.front(), keys());
      diagnostics_.error(fmt::format("{}: unknown keys in `extends` ({})", name(i), fmt::join(unknown, ", ")),
                         first_unknown->mark, near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
      return false;
    }
    if (first_invalid) {
      diagnostics_.error(
          fmt::format("{}: invalid base hashes in `extends` ({})", name(i), fmt::join(invalid, ", ")),
          first_invalid->mark, "only a map can be extended");
      return false;
    }
    return true;
  }

  bool too_deep(std::size_t i) {
    diagnostics_.error(name(i) + ": nesting too deep in `extends`", extends_of(i)->value->mark,
                       fmt::format("at most {} ancestors are allowed", kMostAncestors));
    return false;
  }

  // From `top`, the first entry that has one ancestor too many.
  std::size_t deepest_allowed(std::size_t top) const {
    std::size_t at = top;
    for (int step = 0; step <= kMostAncestors; ++step) {
      std::size_t next = at;
      for (const NodePtr& wanted : named(extends_of(at)->value)) {
        const auto base = static_cast<std::size_t>(root_->find(wanted->to_s()) - root_->entries.data());
        if (extended_[base].height > kMostAncestors - step) {
          next = base;
          break;
        }
      }
      at = next;
    }
    return at;
  }

  // ".a extends .b extends .a"
  std::string way_to(std::size_t i) const {
    const auto first = std::find(path_.begin(), path_.end(), i);
    std::vector<std::string> names;
    for (auto it = first; it != path_.end(); ++it) names.push_back(name(*it));
    return fmt::format("the circle is {}", fmt::join(names, " extends "));
  }

  const std::vector<std::string>& keys() {
    if (keys_.empty()) {
      for (const Entry& each : root_->entries) {
        if (each.key->is_string() && each.value->is_mapping()) keys_.push_back(each.key->text);
      }
    }
    return keys_;
  }

  const NodePtr& root_;
  Budget& budget_;
  Diagnostics& diagnostics_;
  std::vector<Extended> extended_;
  std::vector<std::size_t> path_;  // from the entry of run() down
  std::vector<std::string> keys_;  // for suggestions, made when needed
};

}  // namespace

NodePtr apply_extends(const NodePtr& root, Budget& budget, Diagnostics& diagnostics) {
  NodePtr extended = Extender(root, budget, diagnostics).run();
  if (!budget.exhausted()) return extended;
  diagnostics.error("The parsed YAML is too big", root->mark, "with `extends` applied it has too many keys");
  return nullptr;
}

}  // namespace fairlead::parser::merge
