// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override {
    set_log_level(LogLevel::warning);
    set_log_format(LogFormat::text);
  }
  static std::string captured(const std::function<void()>& write) {
    ::testing::internal::CaptureStderr();
    write();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, ATextLineHasTimeLevelMessageAndFields) {
  const std::string line = captured(
      [] { log(LogLevel::warning, "job is slow", {{"job", 12}, {"stage", "build"}, {"ok", false}}); });
  EXPECT_THAT(line, MatchesRegex("[0-9-]+T[0-9:.]+Z warning job is slow job=12 stage=build ok=false\n"));
}

TEST_F(LogTest, AJsonLineIsOneObject) {
  set_log_format(LogFormat::json);
  const std::string line =
      captured([] { log(LogLevel::error, "say \"no\"", {{"path", "a b"}, {"size", 1.5}}); });
  EXPECT_THAT(line, MatchesRegex("\\{\"time\":\"[0-9-]+T[0-9:.]+Z\",\"level\":\"error\","
                                 "\"msg\":\"say \\\\\"no\\\\\"\",\"path\":\"a b\",\"size\":1.5\\}\n"));
}

TEST_F(LogTest, LevelsBelowTheMinimumAreNotWritten) {
  EXPECT_THAT(captured([] { log(LogLevel::info, "quiet"); }), IsEmpty());
  set_log_level(LogLevel::debug);
  EXPECT_THAT(captured([] { log(LogLevel::debug, "loud"); }), HasSubstr("loud"));
}

TEST_F(LogTest, ForeignTextCannotForgeALine) {
  const std::string line = captured([] { log(LogLevel::error, "a\nb", {{"v", "x\r\n\x1b[31m {}%v"}}); });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_THAT(line, HasSubstr("a\\nb"));
  EXPECT_THAT(line, HasSubstr("v=\"x\\r\\n\\u001b[31m {}%v\""));
}

TEST_F(LogTest, ALoggerCarriesItsFields) {
  const Logger logger = Logger().for_job(77).with("executor", "shell");
  EXPECT_THAT(captured([&] { logger.error("broken", {{"code", 3}}); }),
              EndsWith("error broken job=77 executor=shell code=3\n"));
}

TEST_F(LogTest, AnErrorIsWrittenWithItsContext) {
  Error error = make_error(ErrorCode::system, "disk full");
  error.context = {"while writing f"};
  EXPECT_THAT(captured([&] { log(LogLevel::error, "m", {{"error", error}}); }),
              HasSubstr("disk full (while writing f)"));
}

TEST_F(LogTest, NamesOfLevelsAndFormatsAreParsed) {
  EXPECT_EQ(parse_log_level("warn").value(), LogLevel::warning);
  EXPECT_EQ(parse_log_level("debug").value(), LogLevel::debug);
  EXPECT_EQ(parse_log_format("json").value(), LogFormat::json);
  EXPECT_THAT(parse_log_level("loud").error().message, AllOf(HasSubstr("loud"), HasSubstr("debug")));
  EXPECT_FALSE(parse_log_format("xml").ok());
}

}  // namespace
}  // namespace fairlead
