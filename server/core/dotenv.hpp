// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "model/words.hpp"

namespace fairlead::server {

inline constexpr std::size_t kMaxDotenvBytes = 5 * 1024;
inline constexpr std::size_t kMaxDotenvVariables = 20;

// The text of a dotenv report: KEY=value lines, both sides trimmed; no quotes,
// comments, empty lines or values over several lines. The last of a key wins.
// Errors in GitLab's words.
Result<model::Variables> parse_dotenv(std::string_view text);

}  // namespace fairlead::server
