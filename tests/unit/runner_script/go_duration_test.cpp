// SPDX-License-Identifier: Apache-2.0
#include "runner/script/go_duration.hpp"

#include <gtest/gtest.h>

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;

TEST(GoDuration, ReadsWhatGoReads) {
  EXPECT_EQ(parse_go_duration("5m"), 5min);
  EXPECT_EQ(parse_go_duration("1h15m30.5s"), 1h + 15min + 30500ms);
  EXPECT_EQ(parse_go_duration("300ms"), 300ms);
  EXPECT_EQ(parse_go_duration("1.5h"), 90min);
  EXPECT_EQ(parse_go_duration(".5s"), 500ms);
  EXPECT_EQ(parse_go_duration("1.s"), 1s);
  EXPECT_EQ(parse_go_duration("-10s"), -10s);
  EXPECT_EQ(parse_go_duration("+10s"), 10s);
  EXPECT_EQ(parse_go_duration("0"), 0s);
  EXPECT_EQ(parse_go_duration("7ns"), 7ns);
  EXPECT_EQ(parse_go_duration("7us"), 7us);
  EXPECT_EQ(parse_go_duration("7\u00b5s"), 7us);
}

TEST(GoDuration, RefusesWhatGoRefuses) {
  for (auto text :
       {"", "5", "m", "5 m", "5minutes", "1d", "-", ".s", "5m ", "1h-5m", "9999999999999h", "1e3s"})
    EXPECT_EQ(parse_go_duration(text), std::nullopt) << text;
}

TEST(GoDuration, PrintsWhatGoPrints) {
  EXPECT_EQ(format_go_duration(1h), "1h0m0s");
  EXPECT_EQ(format_go_duration(90s), "1m30s");
  EXPECT_EQ(format_go_duration(2500ms), "2.5s");
  EXPECT_EQ(format_go_duration(300ms), "300ms");
  EXPECT_EQ(format_go_duration(1500us), "1.5ms");
  EXPECT_EQ(format_go_duration(0s), "0s");
  EXPECT_EQ(format_go_duration(-5s), "-5s");
  EXPECT_EQ(format_go_duration(7ns), "7ns");
  EXPECT_EQ(format_go_duration(25h + 1min), "25h1m0s");
}

}  // namespace
}  // namespace fairlead::runner
