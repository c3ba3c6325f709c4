// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/deep_merge.hpp"

#include <utility>
#include <vector>

namespace fairlead::parser::merge {

namespace {

using yaml::Entry;
using yaml::NodePtr;
using yaml::ViaPtr;

// concat() with the last answer kept: neighbours mostly came the same way.
class Stamp {
 public:
  explicit Stamp(const ViaPtr& steps) : steps_(steps) {}
  const ViaPtr& on(const ViaPtr& own) {
    if (!own) return steps_;
    if (own != last_own_) {
      last_own_ = own;
      last_ = yaml::concat(steps_, own);
    }
    return last_;
  }

 private:
  const ViaPtr& steps_;
  ViaPtr last_own_;
  ViaPtr last_;
};

}  // namespace

NodePtr deep_merge(const NodePtr& below, const ViaPtr& below_steps, const NodePtr& above,
                   const ViaPtr& above_steps, Budget& budget) {
  if (below->entries.empty() && !above_steps) return above;
  if (!budget.take(below->entries.size() + above->entries.size())) return above;
  Stamp below_stamp(below_steps);
  Stamp above_stamp(above_steps);
  std::vector<Entry> merged;
  merged.reserve(below->entries.size() + above->entries.size());
  for (const Entry& entry : below->entries)
    merged.push_back(Entry{entry.key, entry.value, below_stamp.on(entry.via)});
  for (const Entry& entry : above->entries) {
    ViaPtr via = above_stamp.on(entry.via);
    const Entry* other = below->find_same(*entry.key);
    if (other == nullptr) {
      merged.push_back(Entry{entry.key, entry.value, std::move(via)});
      continue;
    }
    Entry& place = merged[static_cast<std::size_t>(other - below->entries.data())];
    NodePtr value = entry.value;
    if (value != place.value && value->is_mapping() && place.value->is_mapping()) {
      value = deep_merge(place.value, place.via, value, via, budget);
    }
    place = Entry{entry.key, std::move(value), std::move(via)};
  }
  return yaml::make_mapping(std::move(merged), above->mark);
}

}  // namespace fairlead::parser::merge
