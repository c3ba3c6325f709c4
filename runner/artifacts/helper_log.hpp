// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace fairlead::runner {

// Lines as gitlab-runner's helper commands and shells print them into a job's
// log, each with its newline.
enum class HelperLevel { info, warning, error, fatal };
std::string helper_line(HelperLevel level, std::string_view message,
                        std::initializer_list<std::pair<std::string_view, std::string>> fields = {});
std::string notice_line(std::string_view message);   // green: "Uploading artifacts..."
std::string warning_line(std::string_view message);  // yellow: "Failed to extract cache"

}  // namespace fairlead::runner
