// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/net/http_message.hpp"
#include "runner/coordinator/coordinator_client.hpp"

// What GitLab says in headers, as pure functions. A header that is missing or
// makes no sense reads as nothing.
namespace fairlead::runner {

// Range: "0-<N>" where N is the total size of the trace, not its last byte.
std::optional<std::uint64_t> trace_size(const HttpResponse& answer);

// X-GitLab-Trace-Update-Interval in seconds; at most a day.
std::optional<Duration> trace_interval(const HttpResponse& answer);

// Job-Status.
JobWish job_wish(const HttpResponse& answer);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<WallTime> parse_http_date(std::string_view text);

// Statuses after which the same request is sent again: 408, 429, 500, 502 to
// 504, and from 512 on.
bool is_worth_repeating(int status);

// How long until then: RateLimit-ResetTime, else Retry-After, else 0.1 s
// doubled with each of `tries` (counted from 1) up to 60 s, of which a random
// share of up to half is taken off (`jitter` from 0 to 1). What the server says is
// measured by its own clock (the Date header) where it gives one, and
// honoured up to an hour.
Duration repeat_pause(const HttpResponse& answer, int tries, WallTime now, double jitter);

}  // namespace fairlead::runner
