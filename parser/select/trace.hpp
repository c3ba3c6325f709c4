// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/diagnostic.hpp"

// What was asked and answered while a job was selected: the data of `explain`.
namespace fairlead::parser {

struct ConditionTrace {
  std::string text;  // `if: $CI_COMMIT_BRANCH == "main"`
  bool result = false;
  std::vector<std::pair<std::string, std::optional<std::string>>> variables;  // values it saw
  std::string detail;  // "no changed path matches", "matched src/a.c"
  Mark mark;
};

struct RuleTrace {
  int index = 0;  // from 0
  Mark mark;
  std::vector<ConditionTrace> conditions;  // those that were asked: the first false one ends a rule
  bool matched = false;
};

}  // namespace fairlead::parser
