// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace fairlead::parser {

// A duration as GitLab's ChronicDuration reads it: "1h 30m", "3 hours",
// "1 week and 2 days", "2 yrs", "1.5 days", "1:30:00". A bare number is in
// seconds, a leading unit without a number counts once ("day"). A year has
// 365.25 days, a month 30.
//
// Fractions of a second are cut off, though never down to nothing. nullopt for
// any word that is not known, for nothing at all ("", "0", "0 s"), and for
// more than kMaxDuration. The word "never" is the caller's.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

inline constexpr std::chrono::seconds kMaxDuration = std::chrono::hours(24 * 366 * 1000LL);

}  // namespace fairlead::parser
