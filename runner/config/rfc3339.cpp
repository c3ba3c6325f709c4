// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "runner/config/load_config.hpp"

namespace fairlead::runner {
namespace {

// Exactly `digits` digits at `at`; moves behind them.
std::optional<int> number(std::string_view text, std::size_t& at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += digits;
  return value;
}

bool skip(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  const auto y = number(text, at, 4);
  if (!y || !skip(text, at, "-")) return std::nullopt;
  const auto mo = number(text, at, 2);
  if (!mo || !skip(text, at, "-")) return std::nullopt;
  const auto d = number(text, at, 2);
  if (!d || !skip(text, at, "Tt ")) return std::nullopt;
  const auto h = number(text, at, 2);
  if (!h || *h > 23 || !skip(text, at, ":")) return std::nullopt;
  const auto mi = number(text, at, 2);
  if (!mi || *mi > 59 || !skip(text, at, ":")) return std::nullopt;
  const auto s = number(text, at, 2);
  if (!s || *s > 60) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  nanoseconds fraction{0};
  if (skip(text, at, ".")) {
    std::int64_t scale = 100'000'000;
    const std::size_t begin = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      fraction += nanoseconds((text[at] - '0') * scale);
    if (at == begin) return std::nullopt;
  }
  minutes offset{0};
  if (!skip(text, at, "Zz")) {
    const bool west = at < text.size() && text[at] == '-';
    if (!skip(text, at, "+-")) return std::nullopt;
    const auto oh = number(text, at, 2);
    if (!oh || !skip(text, at, ":")) return std::nullopt;
    const auto om = number(text, at, 2);
    if (!om || *oh > 23 || *om > 59) return std::nullopt;
    offset = hours(*oh) + minutes(*om);
    if (west) offset = -offset;
  }
  if (at != text.size()) return std::nullopt;
  // Nanoseconds reach from 1678 to 2261. Before, as Go's zero time: never.
  if (*y < 1678) return WallTime{};
  if (*y > 2261) return WallTime::max();
  return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) - offset +
         duration_cast<WallTime::duration>(fraction);
}

std::string format_rfc3339(WallTime time) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(time);
  const auto midnight = floor<days>(whole);
  const year_month_day date{midnight};
  const hh_mm_ss clock{whole - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace fairlead::runner
