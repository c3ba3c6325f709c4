// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fairlead::parser::include {

// Whether `path` fits the wildcard of an `include:local`: `*` is any run of
// characters within one folder, `**` any run at all. Nothing else has a
// meaning, and `a/**/b` needs a folder between, unlike the globs of
// rules:changes. Takes time in the product of both lengths at most.
bool wildcard_match(std::string_view pattern, std::string_view path);

}  // namespace fairlead::parser::include
