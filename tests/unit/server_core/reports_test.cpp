// SPDX-License-Identifier: Apache-2.0
// What is read from a job's output and reports: dotenv, JUnit, coverage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/temp_dir.hpp"
#include "server/core/coverage.hpp"
#include "server/core/dotenv.hpp"
#include "server/core/job_folder.hpp"
#include "server/core/junit_count.hpp"
#include "server/core/report_file.hpp"

namespace fairlead::server {
namespace {

TEST(Dotenv, LinesAreTrimmedAndTheLastOfAKeyWins) {
  const auto variables = parse_dotenv(
      "\xEF\xBB\xBF"
      " A = one two \r\nB=\"quoted\"\nC=\nA=last=1");
  ASSERT_TRUE(variables.ok()) << variables.error().message;
  ASSERT_EQ(variables->size(), 3u);
  EXPECT_EQ((*variables)[0].value, "last=1");
  EXPECT_EQ((*variables)[1].value, "\"quoted\"") << "quotes have no meaning";
  EXPECT_EQ((*variables)[2].value, "");
  EXPECT_TRUE(parse_dotenv("")->empty());
}

TEST(Dotenv, BadFilesAreRefusedInGitLabsWords) {
  EXPECT_EQ(parse_dotenv("A=1\n\nB=2").error().message, "Invalid Format") << "empty lines are not allowed";
  EXPECT_EQ(parse_dotenv("# comment").error().message, "Invalid Format");
  EXPECT_EQ(parse_dotenv("MY-KEY=1").error().message,
            "Validation failed: Key can contain only letters, digits and '_'.");
  EXPECT_EQ(parse_dotenv("=1").error().message, "Validation failed: Key can't be blank");
  EXPECT_EQ(parse_dotenv("A=" + std::string(6000, 'x')).error().message,
            "Dotenv Artifact Too Big. Maximum Allowable Size: 5120");
  std::string many;
  for (int i = 0; i < 21; ++i) many += "K" + std::to_string(i) + "=1\n";
  EXPECT_EQ(parse_dotenv(many).error().message, "Dotenv files cannot have more than 20 variables");
}

TestSummary count(std::string_view text, std::size_t piece) {
  JunitCounter counter;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) counter.feed(text.substr(0, piece));
  return counter.summary();
}

TEST(Junit, CasesAreCountedWhereverTheBytesAreCut) {
  constexpr std::string_view xml =
      "<?xml version=\"1.0\"?><!-- <testcase/> --><testsuites><testsuite name='a>b' tests='9'>"
      "<testcase name=\"one\"/><testcase name='two'><failure>x</failure><failure/></testcase>"
      "<testcase name=\"a/>b\" ><error message='<'>boom</error></testcase >"
      "<testcase><skipped/></testcase><system-out><![CDATA[<testcase/><failure/>]]></system-out>"
      "</testsuite><failure/></testsuites>";
  for (std::size_t piece : {1u, 2u, 7u, 1000u}) {
    const auto summary = count(xml, piece);
    EXPECT_EQ(summary.tests, 4u);
    EXPECT_EQ(summary.failures, 1u);
    EXPECT_EQ(summary.errors, 1u);
    EXPECT_EQ(summary.skipped, 1u);
  }
}

TEST(Junit, WhatIsNoXmlCountsNothing) {
  EXPECT_EQ(count("no tags here", 3).tests, 0u);
  EXPECT_EQ(count("<testcases/><testcase", 3).tests, 0u);
  EXPECT_EQ(count(std::string(100'000, '<'), 1000).tests, 0u);
}

TEST(Coverage, TheLastMatchingLineCounts) {
  EXPECT_EQ(extract_coverage("total 10.5%\ntotal 99%\nend", R"(total \d+(?:\.\d+)?%)"), 99.0);
  EXPECT_EQ(extract_coverage("total 10.5%", R"(total \d+(\.\d+)?%)"), 5.0)
      << "a group counts, as with GitLab";
  EXPECT_EQ(extract_coverage("Coverage: 50%\r\n", R"(Coverage: (\d+)%)"), 50.0);
  EXPECT_EQ(extract_coverage("a 1% b 2%", R"(\d+%)"), 2.0);
  EXPECT_EQ(extract_coverage("85 of 100 lines (85.25%)", R"(\(\d+\.\d+%\))"), 85.25);
}

TEST(Coverage, NothingOrNonsenseIsNone) {
  EXPECT_EQ(extract_coverage("nothing", R"(\d+%)"), std::nullopt);
  EXPECT_EQ(extract_coverage("", ".*"), std::nullopt);
  EXPECT_EQ(extract_coverage("5%", "(unclosed"), std::nullopt);
  EXPECT_EQ(extract_coverage("10%\nwords only", "(\\d+%|words)"), 10.0)
      << "a match without a number is passed over";
  EXPECT_EQ(extract_coverage("\n\n\n", "x*"), std::nullopt);
}

TEST(ReportFile, ConcatenatedGzipMembersAreOneText) {
  const auto folder = *TempDir::create();
  const auto path = folder.path() / "report.gz";
  for (const char* part : {"one ", "two"}) {
    gzFile out = gzopen(path.c_str(), "ab");
    gzputs(out, part);
    gzclose(out);
  }
  EXPECT_EQ(*read_report(path, 100), "one two");
  EXPECT_EQ(read_report(path, 3).error().code, ErrorCode::limit_exceeded);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 10);
  EXPECT_EQ(read_report(path, 100).error().code, ErrorCode::data_loss);
  EXPECT_EQ(read_report(folder.path() / "missing", 100).error().code, ErrorCode::not_found);
}

TEST(JobFolder, AFullDiskLosesNothingThatWasTaken) {
  // /dev/full answers every write with ENOSPC.
  const auto folder = *TempDir::create();
  std::filesystem::create_symlink("/dev/full", folder.path() / "trace");
  JobFolder job(folder.path());
  const auto written = job.append_trace("bytes");
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.error().to_string(), testing::HasSubstr("No space left on device"));
  EXPECT_EQ(job.trace_size(), 0u);
  EXPECT_EQ(job.trace_crc(), 0u);
}

TEST(JobFolder, TheChecksumGrowsWithTheTrace) {
  const auto folder = *TempDir::create();
  JobFolder job(folder.path() / "new" / "folder");
  ASSERT_TRUE(job.append_trace("123").ok());
  ASSERT_TRUE(job.append_trace("456789").ok());
  EXPECT_EQ(job.trace_crc(), 0xcbf43926u);
  job.close_trace();
  EXPECT_EQ(*job.read_trace(3, 100), "456789");
  EXPECT_EQ(*job.read_trace(100, 100), "");
}

}  // namespace
}  // namespace fairlead::server
