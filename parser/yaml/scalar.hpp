// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/yaml/node.hpp"

// Plain scalars as Ruby's Psych reads them: YAML 1.1 with Psych's own corners
// (`y` and `n` are strings, `1:30` is 5400, `1,2` is 12, `08` is a string).
namespace fairlead::parser::yaml {

// Sets kind and value of `node` from the plain scalar `text`. Returns the name
// of the Ruby class that safe loading refuses ("Date", "Time"), else empty.
std::string_view resolve_plain(std::string_view text, Node& node);

// Decimal digits of an integer node. `text` serves numbers beyond 64 bits,
// for which `value` is saturated.
std::string integer_to_s(std::int64_t value, std::string_view text);

// "1.0", "0.0001", "1.0e+20", "Infinity".
std::string real_to_s(double value);

}  // namespace fairlead::parser::yaml
