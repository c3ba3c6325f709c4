// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parser/yaml/node.hpp"

namespace fairlead::parser::yaml {

// The tree as YAML for people (`--preview`): block style, two blanks of indent,
// texts of several lines as literal blocks, quotes only where YAML 1.1 would
// otherwise read another value. Shared nodes are written out each time, so the
// caller bounds the size. Reading the result gives the same values, but for
// symbols, which come back as the text that GitLab makes of them.
std::string to_yaml(const Node& node);

}  // namespace fairlead::parser::yaml
