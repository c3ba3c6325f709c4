// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace fairlead::runner {

using SectionOptions = std::vector<std::pair<std::string, std::string>>;

// "section_start:<unix>:<name>[collapsed=true,..]\r\033[0K", without newline:
// the heading follows on the same line.
std::string section_start(std::string_view name, WallTime time, const SectionOptions& options = {});
// "section_end:<unix>:<name>\r\033[0K".
std::string section_end(std::string_view name, WallTime time);

}  // namespace fairlead::runner
