// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parser/diagnostic.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::merge {

// Replaces every `!reference [a, b, ...]` by the value at that path of the
// merged tree, which is resolved itself first. A list that stands in a list
// stays a list of its own. Parts without references are shared with `root`;
// an entry whose value was one has the step `reference` in its way.
//
// Problems are reported in GitLab's words; a reference that failed becomes
// null.
yaml::NodePtr resolve_references(const yaml::NodePtr& root, Diagnostics& diagnostics);

// Whether the tree, with shared parts written out, has at most `limit` bytes
// of text. Reported as "The parsed YAML is too big" when not.
bool check_expanded_size(const yaml::NodePtr& root, std::size_t limit, Diagnostics& diagnostics);

}  // namespace fairlead::parser::merge
