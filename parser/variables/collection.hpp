// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/words.hpp"

// A job's variables as a whole: which depend on which, and their values once
// every reference is followed. `$$`, `%%` and `${}` are left for the runner.
namespace fairlead::parser {

// The strongly connected components in the order in which a variable comes
// after those it refers to; positions in `variables`. A component of more than
// one is a cycle; a variable that refers to itself is not.
std::vector<std::vector<std::size_t>> dependency_components(const model::Variables& variables);

// Names in dependency order; those of one name keep their relative order.
// Meaningless when there is a cycle.
std::vector<std::size_t> dependency_order(const model::Variables& variables);

// `circular variable reference detected: ["A", "B"]`, or nullopt.
std::optional<std::string> cycle_error(const model::Variables& variables);

struct CollectionOptions {
  bool keep_undefined = false;  // references to nothing stay as written
  bool expand_file_refs = true;
  bool expand_raw_refs = true;  // false: left to the runner, which will not expand them again
};

struct ExpandedVariables {
  model::Variables variables;              // in dependency order
  std::optional<std::string> cycle_error;  // then nothing was expanded or moved
};
// Values that would together grow past kMaxExpandedBytes stay as written.
ExpandedVariables sort_and_expand_all(const model::Variables& variables, CollectionOptions options = {});

}  // namespace fairlead::parser
