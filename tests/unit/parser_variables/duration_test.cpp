// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/duration.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairlead::parser {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseDuration, ReadsUnitsInEverySpelling) {
  EXPECT_EQ(parse_duration("1h 30m"), minutes(90));
  EXPECT_EQ(parse_duration("2h20min"), minutes(140));
  EXPECT_EQ(parse_duration("3 hours"), hours(3));
  EXPECT_EQ(parse_duration("3 Mins 4 Sec"), seconds(184));
  EXPECT_EQ(parse_duration("1 week"), hours(168));
  EXPECT_EQ(parse_duration("6 mos 1 day"), hours(24) * 181);
  EXPECT_EQ(parse_duration("2 yrs"), seconds(2 * 31'557'600));
  EXPECT_EQ(parse_duration("1 dy"), hours(24));
}

TEST(ParseDuration, JoiningWordsAndCommasAreSkipped) {
  EXPECT_EQ(parse_duration("3 weeks and, 2 days"), hours(24 * 23));
  EXPECT_EQ(parse_duration("3 weeks, plus 2 days"), hours(24 * 23));
  EXPECT_EQ(parse_duration("3 weeks with 2 days"), hours(24 * 23));
}

TEST(ParseDuration, ABareNumberIsInSeconds) {
  EXPECT_EQ(parse_duration("90"), seconds(90));
  EXPECT_EQ(parse_duration(" 10 minutes 5 "), seconds(605));
}

TEST(ParseDuration, ALeadingUnitWithoutANumberCountsOnce) {
  EXPECT_EQ(parse_duration("day"), hours(24));
  EXPECT_EQ(parse_duration("minute 30s"), seconds(90));
}

TEST(ParseDuration, ClockFormsCountFromTheRight) {
  EXPECT_EQ(parse_duration("1:20"), seconds(80));
  EXPECT_EQ(parse_duration("1:30:00"), minutes(90));
  EXPECT_EQ(parse_duration("1 : 20.51"), seconds(80));
  EXPECT_EQ(parse_duration("1:00:00:00"), hours(24));
  EXPECT_EQ(parse_duration("1:2:3:4:5:6:7"), std::nullopt);
  EXPECT_EQ(parse_duration("1:20."), std::nullopt);
  EXPECT_EQ(parse_duration("1::20"), std::nullopt);
}

TEST(ParseDuration, FractionsCountAndNeverRoundDownToNothing) {
  EXPECT_EQ(parse_duration("2.5 hrs"), minutes(150));
  EXPECT_EQ(parse_duration(".5 minutes"), seconds(30));
  EXPECT_EQ(parse_duration("0.5s"), seconds(1));
}

TEST(ParseDuration, RefusesNonsenseAndNothing) {
  for (const char* text : {"", " ", "0", "0 s", "never", "gobblygoo", "23 gobblygoos", "-5 minutes", "1h;2m",
                           ",", "5.", "and", "one hour", "1 hour ago", "1e3", "half an hour"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(ParseDuration, IsBounded) {
  EXPECT_EQ(parse_duration(std::string(400, '9') + " years"), std::nullopt);
  EXPECT_EQ(parse_duration("1001 years"), seconds(31'557'600LL * 1001));
  EXPECT_EQ(parse_duration("1003 years"), std::nullopt);
  EXPECT_EQ(parse_duration(std::string(100'000, '1') + ":1"), std::nullopt);
}

}  // namespace
}  // namespace fairlead::parser
