// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runner/config/toml_tree.hpp"

// Changes of a TOML text in place: what is not touched stays byte for byte,
// comments, order and layout too. Each function checks its work: the result is
// parsed again and must be the old tree with just that change, else the answer
// is an error and nothing was written.
namespace fairlead::runner {

// Adds one `[[list]]` element at the end.
Result<std::string> append_element(std::string_view text, std::string_view list, const TomlTable& element);

// Removes the element `index` of `[[list]]` with its sub-tables and the
// comment lines directly above it.
Result<std::string> remove_element(std::string_view text, std::string_view list, std::size_t index);

// Sets a plain key of that element: replaces its value, keeping a comment
// behind it, or adds a line below the element's other plain keys.
Result<std::string> set_in_element(std::string_view text, std::string_view list, std::size_t index,
                                   std::string_view key, const TomlValue& value);

}  // namespace fairlead::runner
