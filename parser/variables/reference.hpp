// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace fairlead::parser {

// One `$NAME`, `${NAME}` or `%NAME%`, or an escape. Of no use outside this
// folder.
struct Reference {
  std::size_t start = std::string_view::npos;  // npos: no more
  std::size_t size = 0;
  std::string_view name;  // empty for `$$`, `%%` and `${}`
};

// `escapes`: `$$`, `%%` and `${}` are found too, as references without a name.
Reference next_reference(std::string_view text, std::size_t from, bool escapes);

}  // namespace fairlead::parser
