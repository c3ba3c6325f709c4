// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parser/yaml/node.hpp"

namespace fairlead::parser::yaml {

// The tree as one line of JSON, keys in order. Every key becomes text, a symbol
// its text without the colon; infinity and NaN become strings.
std::string to_json(const Node& node);

}  // namespace fairlead::parser::yaml
