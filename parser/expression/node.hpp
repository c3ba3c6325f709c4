// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "parser/expression/regex.hpp"
#include "parser/expression/token.hpp"

namespace fairlead::parser::expression {

// The tree between parsing and evaluation; of no use outside this folder.
struct Node {
  TokenKind kind;
  std::string text;  // name, string content, pattern, or "true"/"false"
  RegexPtr regex;    // of a pattern
  std::shared_ptr<const Node> left;
  std::shared_ptr<const Node> right;  // null for `!` and for values
};
using NodePtr = std::shared_ptr<const Node>;

}  // namespace fairlead::parser::expression
