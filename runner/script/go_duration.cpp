// SPDX-License-Identifier: Apache-2.0
#include "runner/script/go_duration.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace fairlead::runner {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "1.5" of `unit` without trailing zeros: value in nanoseconds.
std::string with_fraction(std::int64_t value, std::int64_t unit, std::string_view name) {
  std::string out = std::to_string(value / unit);
  std::int64_t rest = value % unit;
  if (rest != 0) {
    std::string digits = std::to_string(unit + rest).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    out += '.' + digits;
  }
  out += name;
  return out;
}

}  // namespace

std::optional<Duration> parse_go_duration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return Duration(0);
  if (text.empty()) return std::nullopt;
  constexpr long double kMost = 9.2e18L;  // just below what 64 bits of nanoseconds hold
  long double total = 0;
  while (!text.empty()) {
    long double value = 0;
    long double place = 1;
    std::size_t digits = 0;
    std::size_t at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at, ++digits) value = value * 10 + (text[at] - '0');
    if (at < text.size() && text[at] == '.')
      for (++at; at < text.size() && is_digit(text[at]); ++at, ++digits)
        value += (text[at] - '0') * (place /= 10);
    if (digits == 0) return std::nullopt;
    std::size_t end = at;
    while (end < text.size() && text[end] != '.' && !is_digit(text[end])) ++end;
    std::int64_t scale = 0;
    for (const auto& [name, size] : kUnits)
      if (text.substr(at, end - at) == name) scale = size;
    if (scale == 0) return std::nullopt;
    total += value * static_cast<long double>(scale);
    if (!(total < kMost)) return std::nullopt;
    text.remove_prefix(end);
  }
  auto nanoseconds = static_cast<std::int64_t>(std::llround(total));
  return Duration(negative ? -nanoseconds : nanoseconds);
}

std::string format_go_duration(Duration duration) {
  std::int64_t value = duration.count();
  if (value == 0) return "0s";
  if (value == std::numeric_limits<std::int64_t>::min()) ++value;  // no positive twin
  std::string sign = value < 0 ? "-" : "";
  if (value < 0) value = -value;
  if (value < 1'000) return sign + std::to_string(value) + "ns";
  if (value < 1'000'000) return sign + with_fraction(value, 1'000, "\u00b5s");
  if (value < 1'000'000'000) return sign + with_fraction(value, 1'000'000, "ms");
  std::int64_t minutes = value / 60'000'000'000;
  std::string seconds = with_fraction(value % 60'000'000'000, 1'000'000'000, "s");
  if (minutes == 0) return sign + seconds;
  if (minutes < 60) return sign + std::to_string(minutes) + "m" + seconds;
  return sign + std::to_string(minutes / 60) + "h" + std::to_string(minutes % 60) + "m" + seconds;
}

}  // namespace fairlead::runner
