// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::include {

// `include:rules`: `if`, `changes`, `exists` and `when: always | never`. These
// are read while files are still being gathered, before any other entry.
// nullopt when something was wrong, which is reported.
std::optional<std::vector<RuleConfig>> read_include_rules(const yaml::NodePtr& node,
                                                          Diagnostics& diagnostics);

}  // namespace fairlead::parser::include
