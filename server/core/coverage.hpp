// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace fairlead::server {

// A job's coverage from its trace: of the last line that `regex` (RE2, without
// slashes) matches, the last match, and in it the first number. nullopt when
// there is none, or the pattern is not valid.
std::optional<double> extract_coverage(std::string_view trace, std::string_view regex);

}  // namespace fairlead::server
