// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parser/diagnostic.hpp"
#include "parser/merge/deep_merge.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::merge {

// Applies `extends` to every entry of the root: bases left to right, each
// extended itself first, the entry's own keys last. Entries that have nothing
// to extend are shared with `root`.
//
// Every problem is reported in GitLab's words, one per cause; the result is
// then only good for looking at. Null when the budget is spent, which is
// reported too.
yaml::NodePtr apply_extends(const yaml::NodePtr& root, Budget& budget, Diagnostics& diagnostics);

}  // namespace fairlead::parser::merge
