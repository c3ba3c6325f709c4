// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/duration.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace fairlead::parser {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kMonth = 30 * kDay;
constexpr std::int64_t kYear = 31'557'600;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 33> kUnits{{
    {"seconds", 1},       {"second", 1},       {"secs", 1},       {"sec", 1},       {"s", 1},
    {"minutes", kMinute}, {"minute", kMinute}, {"mins", kMinute}, {"min", kMinute}, {"m", kMinute},
    {"hours", kHour},     {"hour", kHour},     {"hrs", kHour},    {"hr", kHour},    {"h", kHour},
    {"days", kDay},       {"day", kDay},       {"dy", kDay},      {"d", kDay},      {"weeks", kWeek},
    {"week", kWeek},      {"wks", kWeek},      {"wk", kWeek},     {"w", kWeek},     {"months", kMonth},
    {"month", kMonth},    {"mos", kMonth},     {"mo", kMonth},    {"years", kYear}, {"year", kYear},
    {"yrs", kYear},       {"yr", kYear},       {"y", kYear},
}};
// The parts of 1:02:03, from the right.
constexpr std::array<std::int64_t, 6> kClock{1, kMinute, kHour, kDay, kMonth, kYear};
constexpr std::array<std::string_view, 3> kJoiners{"and", "with", "plus"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// A number or a unit, in the order written.
struct Part {
  bool is_number;
  double value;  // the number, or the unit in seconds
};

// Length of `[0-9]*\.?[0-9]+` at `at`, 0 when there is none.
std::size_t number_size(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  return end - at;
}

double number_of(std::string_view digits) {
  double value = 0;
  double scale = 0;  // of the next digit after the point
  for (char c : digits) {
    if (c == '.') {
      scale = 0.1;
    } else if (scale == 0) {
      value = value * 10 + (c - '0');
    } else {
      value += (c - '0') * scale;
      scale /= 10;
    }
  }
  return value;  // infinite for hundreds of digits; refused with the sum
}

std::optional<double> unit_of(std::string_view word) {
  if (word.starts_with(',')) word.remove_prefix(1);
  if (word.ends_with(',')) word.remove_suffix(1);
  for (const auto& [name, seconds] : kUnits)
    if (name == word) return static_cast<double>(seconds);
  if (std::find(kJoiners.begin(), kJoiners.end(), word) != kJoiners.end()) return 0;
  return std::nullopt;
}

// "1:02:03.5" with any spaces, already removed; nullopt when it is no clock form.
std::optional<double> clock_seconds(std::string_view text) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while (true) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == at) return std::nullopt;
    if (end < text.size() && text[end] == '.') end = at + number_size(text, at);
    fields.push_back(text.substr(at, end - at));
    at = end;
    if (at == text.size()) break;
    // A fraction ends the whole.
    if (text[at] != ':' || fields.back().find('.') != std::string_view::npos) return std::nullopt;
    ++at;
  }
  if (fields.size() < 2 || fields.size() > kClock.size()) return std::nullopt;
  double total = 0;
  for (std::size_t i = 0; i < fields.size(); ++i)
    total += number_of(fields[i]) * static_cast<double>(kClock[fields.size() - 1 - i]);
  return total;
}

std::optional<std::vector<Part>> parts_of(std::string_view text) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
    } else if (const std::size_t size = number_size(text, at); size > 0) {
      parts.push_back({true, number_of(text.substr(at, size))});
      at += size;
    } else {
      const std::size_t start = at;
      while (at < text.size() && !is_space(text[at]) && number_size(text, at) == 0) ++at;
      const std::optional<double> unit = unit_of(text.substr(start, at - start));
      if (!unit) return std::nullopt;
      if (*unit > 0) parts.push_back({false, *unit});
    }
  }
  return parts;
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::string lower;
  std::string unspaced;
  for (char c : text) {
    lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    if (c != ' ') unspaced.push_back(c);
  }
  double total = 0;
  if (const std::optional<double> clock = clock_seconds(unspaced)) {
    total = *clock;
  } else {
    std::optional<std::vector<Part>> parts = parts_of(lower);
    if (!parts) return std::nullopt;
    if (!parts->empty() && !parts->front().is_number) parts->insert(parts->begin(), {true, 1});
    for (std::size_t i = 0; i < parts->size(); ++i) {
      if (!(*parts)[i].is_number) continue;
      // A number followed by a number counts for nothing; the last one is seconds.
      const bool last = i + 1 == parts->size();
      if (last)
        total += (*parts)[i].value;
      else if (!(*parts)[i + 1].is_number)
        total += (*parts)[i].value * (*parts)[i + 1].value;
    }
  }
  if (!(total > 0) || total > static_cast<double>(kMaxDuration.count())) return std::nullopt;
  return std::chrono::seconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(total)));
}

}  // namespace fairlead::parser
