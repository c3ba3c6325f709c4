// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace fairlead::runner {

// Go's notation of durations, in which RUNNER_SCRIPT_TIMEOUT and its like are
// written: "1h15m30.5s", "300ms", "0"; units h, m, s, ms, us, ns; a sign is
// allowed. Nothing for anything else or what does not fit.
std::optional<Duration> parse_go_duration(std::string_view text);

// As Go prints them: "1h0m0s", "1m30s", "2.5s", "300ms", "0s".
std::string format_go_duration(Duration duration);

}  // namespace fairlead::runner
