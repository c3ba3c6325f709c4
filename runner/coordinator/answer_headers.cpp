// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/answer_headers.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace fairlead::runner {
namespace {

constexpr Duration kLongestPause = std::chrono::hours(1);
constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLastPause = std::chrono::seconds(60);
constexpr std::uint64_t kDaySeconds = 24 * 3600;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_header(const HttpResponse& answer, std::string_view name) {
  const auto text = answer.header(name);
  return text ? number(*text) : std::nullopt;
}

std::optional<WallTime> date_header(const HttpResponse& answer, std::string_view name) {
  const auto text = answer.header(name);
  return text ? parse_http_date(*text) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> trace_size(const HttpResponse& answer) {
  const auto range = answer.header("Range");
  if (!range) return std::nullopt;
  const std::size_t dash = range->find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  return number(range->substr(dash + 1));
}

std::optional<Duration> trace_interval(const HttpResponse& answer) {
  const auto seconds = number_header(answer, "X-GitLab-Trace-Update-Interval");
  if (!seconds || *seconds == 0) return std::nullopt;
  return std::chrono::seconds(std::min(*seconds, kDaySeconds));
}

JobWish job_wish(const HttpResponse& answer) {
  const auto status = answer.header("Job-Status");
  if (status == "canceling") return JobWish::cancel_gracefully;
  if (status == "canceled" || status == "failed") return JobWish::abort;
  return JobWish::go_on;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S", &parts);
  if (end == nullptr || (std::string_view(end) != " GMT" && std::string_view(end) != " UTC"))
    return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

bool is_worth_repeating(int status) {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504) || status >= 512;
}

Duration repeat_pause(const HttpResponse& answer, int tries, WallTime now, double jitter) {
  const WallTime server_now = date_header(answer, "Date").value_or(now);
  std::optional<Duration> said;
  if (const auto reset = date_header(answer, "RateLimit-ResetTime"); reset && *reset > server_now) {
    said = *reset - server_now;
  } else if (const auto seconds = number_header(answer, "Retry-After")) {
    said = std::chrono::seconds(std::min(*seconds, kDaySeconds));
  } else if (const auto date = date_header(answer, "Retry-After"); date && *date > server_now) {
    said = *date - server_now;
  }
  if (said) return std::clamp(*said, Duration::zero(), kLongestPause);
  const Duration full = std::min<Duration>(kFirstPause * (1 << std::clamp(tries - 1, 0, 20)), kLastPause);
  const Duration off = std::chrono::duration_cast<Duration>(full / 2 * std::clamp(jitter, 0.0, 1.0));
  return full - off;
}

}  // namespace fairlead::runner
