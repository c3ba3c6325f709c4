// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "parser/yaml/node.hpp"

namespace fairlead::parser::merge {

// Bounds what merging may make out of a small file: 20,000 jobs that each
// extend a template of 20,000 keys. One per load.
class Budget {
 public:
  explicit Budget(std::size_t entries = 4'000'000) : left_(entries) {}
  bool take(std::size_t entries) {
    if (entries > left_)
      left_ = 0;
    else
      left_ -= entries;
    return left_ > 0;
  }
  bool exhausted() const { return left_ == 0; }

 private:
  std::size_t left_;
};

// Ruby's deep_merge: maps merge key by key, anything else in `above` (null
// too) replaces what is below; keys of `below` come first. Both are maps.
//
// The steps say how each side came here; every entry taken over gets them in
// front of its own way. Values are shared, not copied. Once the budget is
// spent the result is `above` as it stands.
yaml::NodePtr deep_merge(const yaml::NodePtr& below, const yaml::ViaPtr& below_steps,
                         const yaml::NodePtr& above, const yaml::ViaPtr& above_steps, Budget& budget);

}  // namespace fairlead::parser::merge
