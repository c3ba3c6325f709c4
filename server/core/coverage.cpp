// SPDX-License-Identifier: Apache-2.0
#include "server/core/coverage.hpp"

#include <re2/re2.h>

#include <charconv>
#include <string>
#include <vector>

namespace fairlead::server {
namespace {

std::optional<double> first_number(std::string_view text) {
  static const RE2 kNumber(R"((\d+(?:\.\d+)?))");
  std::string number;
  if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kNumber, &number)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

// The last group of the last match (the match itself without groups).
std::optional<std::string_view> last_match(const RE2& pattern, std::string_view line) {
  const int groups = pattern.NumberOfCapturingGroups();
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups) + 1);
  const re2::StringPiece text(line.data(), line.size());
  std::optional<std::string_view> last;
  std::size_t from = 0;
  while (from <= line.size() &&
         pattern.Match(text, from, line.size(), RE2::UNANCHORED, found.data(), groups + 1)) {
    const auto& piece = found.back();
    last = piece.data() ? std::string_view(piece.data(), piece.size()) : std::string_view();
    const auto end = static_cast<std::size_t>(found[0].data() - line.data()) + found[0].size();
    from = found[0].empty() ? end + 1 : end;
  }
  return last;
}

}  // namespace

std::optional<double> extract_coverage(std::string_view trace, std::string_view regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(regex.data(), regex.size()), options);
  if (!pattern.ok()) return std::nullopt;
  while (!trace.empty()) {
    if (trace.back() == '\n') trace.remove_suffix(1);
    const auto newline = trace.rfind('\n');
    std::string_view line = trace.substr(newline == std::string_view::npos ? 0 : newline + 1);
    trace = trace.substr(0, newline == std::string_view::npos ? 0 : newline + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (const auto match = last_match(pattern, line))
      if (const auto number = first_number(*match)) return number;
  }
  return std::nullopt;
}

}  // namespace fairlead::server
