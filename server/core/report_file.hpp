// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairlead::server {

// Reads a report as it was uploaded, piece by piece: gzip (any number of
// members one after the other) or plain. Stops with limit_exceeded when more
// than `limit` bytes would come out. Damaged gzip is data_loss.
Result<void> read_report(const std::filesystem::path& file, std::size_t limit,
                         const std::function<void(std::string_view)>& take);
Result<std::string> read_report(const std::filesystem::path& file, std::size_t limit);

}  // namespace fairlead::server
