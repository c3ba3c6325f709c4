// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/answer_headers.hpp"

#include <gtest/gtest.h>

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;

HttpResponse with(std::string name, std::string value) {
  return {200, {{std::move(name), std::move(value)}}, ""};
}
const WallTime kNow = *parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");

TEST(AnswerHeaders, TheRangesSecondNumberIsTheSize) {
  EXPECT_EQ(trace_size(with("Range", "0-1234")), 1234u);
  EXPECT_EQ(trace_size(with("Range", "0-0")), 0u);
  for (const char* bad : {"", "0", "0-", "0--1", "0-1x", "bytes", "0-99999999999999999999"})
    EXPECT_EQ(trace_size(with("Range", bad)), std::nullopt) << bad;
  EXPECT_EQ(trace_size({}), std::nullopt);
}

TEST(AnswerHeaders, TheIntervalIsWholePositiveSeconds) {
  EXPECT_EQ(trace_interval(with("X-GitLab-Trace-Update-Interval", "60")), 60s);
  EXPECT_EQ(trace_interval(with("X-GitLab-Trace-Update-Interval", "999999999999")), 24h);
  for (const char* bad : {"", "0", "-3", "3.5", "soon"})
    EXPECT_EQ(trace_interval(with("X-GitLab-Trace-Update-Interval", bad)), std::nullopt) << bad;
}

TEST(AnswerHeaders, JobStatusIsTheCoordinatorsWish) {
  EXPECT_EQ(job_wish(with("Job-Status", "running")), JobWish::go_on);
  EXPECT_EQ(job_wish(with("Job-Status", "canceling")), JobWish::cancel_gracefully);
  EXPECT_EQ(job_wish(with("Job-Status", "canceled")), JobWish::abort);
  EXPECT_EQ(job_wish(with("Job-Status", "failed")), JobWish::abort);
  EXPECT_EQ(job_wish({}), JobWish::go_on);
}

TEST(AnswerHeaders, DatesAreThoseOfHttp) {
  EXPECT_EQ(kNow.time_since_epoch(), 784111777s);
  for (const char* bad :
       {"", "tomorrow", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMTx", "1994-11-06"})
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
}

TEST(AnswerHeaders, ExactlyTheseStatusesAreWorthRepeating) {
  for (int status : {408, 429, 500, 502, 503, 504, 512, 520, 599})
    EXPECT_TRUE(is_worth_repeating(status)) << status;
  for (int status : {200, 204, 302, 400, 401, 403, 404, 409, 412, 416, 422, 501, 505, 511})
    EXPECT_FALSE(is_worth_repeating(status)) << status;
}

TEST(AnswerHeaders, TheResetTimeComesBeforeRetryAfter) {
  HttpResponse answer = with("RateLimit-ResetTime", "Sun, 06 Nov 1994 08:50:07 GMT");
  answer.headers.push_back({"Retry-After", "5"});
  EXPECT_EQ(repeat_pause(answer, 1, kNow, 0.5), 30s);
  answer.headers[0].value = "nonsense";
  EXPECT_EQ(repeat_pause(answer, 1, kNow, 0.5), 5s);
  answer.headers[0].value = "Sun, 06 Nov 1994 08:00:00 GMT";  // over already
  EXPECT_EQ(repeat_pause(answer, 1, kNow, 0.5), 5s);
}

TEST(AnswerHeaders, ATimeIsMeasuredByTheServersOwnClock) {
  HttpResponse answer = with("RateLimit-ResetTime", "Sun, 06 Nov 1994 08:50:07 GMT");
  answer.headers.push_back({"Date", "Sun, 06 Nov 1994 08:50:00 GMT"});
  EXPECT_EQ(repeat_pause(answer, 1, kNow + 48h, 0), 7s);
  EXPECT_EQ(repeat_pause(answer, 1, kNow - 48h, 0), 7s);
}

TEST(AnswerHeaders, RetryAfterMayBeADate) {
  EXPECT_EQ(repeat_pause(with("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"), 1, kNow, 0), 10s);
}

TEST(AnswerHeaders, NoServerCanMakeUsWaitForever) {
  EXPECT_EQ(repeat_pause(with("Retry-After", "999999999999"), 1, kNow, 0), 1h);
  EXPECT_EQ(repeat_pause(with("RateLimit-ResetTime", "Sun, 06 Nov 2094 08:49:37 GMT"), 1, kNow, 0), 1h);
}

TEST(AnswerHeaders, WithoutAWordThePauseDoublesWithJitter) {
  EXPECT_EQ(repeat_pause({}, 1, kNow, 0), 100ms);
  EXPECT_EQ(repeat_pause({}, 1, kNow, 1), 50ms);
  EXPECT_EQ(repeat_pause({}, 4, kNow, 0), 800ms);
  EXPECT_EQ(repeat_pause({}, 40, kNow, 0), 60s);
  EXPECT_EQ(repeat_pause({}, 40, kNow, 1), 30s);
}

}  // namespace
}  // namespace fairlead::runner
