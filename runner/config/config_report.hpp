// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runner/config/load_config.hpp"

namespace fairlead::runner {

// What `fairlead config check` shows: each effective value with its origin,
// then the problems. Secrets are never in it.
//
// Text: "concurrent = 4            config.toml:2". JSON: one object with
// `file`, `valid`, `values` (path, value, origin, line, column, environment)
// and `problems` (severity, message, line, column).
std::string report_text(const std::string& file, const LoadedConfig& loaded);
std::string report_json(const std::string& file, const LoadedConfig& loaded);

}  // namespace fairlead::runner
