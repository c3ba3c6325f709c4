// SPDX-License-Identifier: Apache-2.0
#include "parser/diagnostic.hpp"

#include <gtest/gtest.h>

namespace fairlead::parser {
namespace {

TEST(SourceFiles, LinesEndAtEveryYamlLineBreak) {
  SourceFiles files;
  const FileId file = files.add("a.yml",
                                "one\r\ntwo\rthree\nfour\xE2\x80\xA8"
                                "five");
  const char* expected[] = {"one", "two", "three", "four", "five"};
  for (std::uint32_t line = 1; line <= 5; ++line) EXPECT_EQ(files.line({file, line, 1}), expected[line - 1]);
  EXPECT_EQ(files.line({file, 6, 1}), "");
  EXPECT_EQ(files.line({file, 0, 0}), "");
  EXPECT_EQ(files.line({7, 1, 1}), "");
}

TEST(SourceFiles, ColumnsCountCharactersNotBytes) {
  SourceFiles files;
  const FileId file = files.add("a.yml", "a: 1\n\xC3\xA4\xE2\x82\xAC: x\n");
  EXPECT_EQ(files.mark_at(file, 5), (Mark{file, 2, 1}));
  EXPECT_EQ(files.mark_at(file, 10), (Mark{file, 2, 3}));
}

TEST(SourceFiles, TheByteOrderMarkTakesNoColumn) {
  SourceFiles files;
  const FileId file = files.add("a.yml",
                                "\xEF\xBB\xBF"
                                "ab: 1\n");
  EXPECT_EQ(files.mark_at(file, 3), (Mark{file, 1, 1}));
  EXPECT_EQ(files.mark_at(file, 4), (Mark{file, 1, 2}));
  EXPECT_EQ(files.line({file, 1, 1}), "ab: 1");
}

TEST(SourceFiles, DescribeLeavesOutAPlaceThatIsNotKnown) {
  SourceFiles files;
  const FileId file = files.add("ci/build.yml", "x");
  EXPECT_EQ(files.describe({file, 14, 11}), "ci/build.yml:14:11");
  EXPECT_EQ(files.describe({file, 0, 0}), "ci/build.yml");
}

TEST(Diagnostics, AnExactRepeatIsKeptOnce) {
  Diagnostics diagnostics;
  diagnostics.error("x", {0, 1, 1});
  diagnostics.error("x", {0, 1, 1});
  diagnostics.error("x", {0, 1, 2});
  diagnostics.warning("code", "x", {0, 1, 1});
  EXPECT_EQ(diagnostics.all().size(), 3U);
  EXPECT_EQ(diagnostics.error_count(), 2U);
}

TEST(Diagnostics, ManyAreKeptInOrderWithoutComparingEachWithAll) {
  Diagnostics diagnostics;
  for (std::uint32_t i = 0; i < 200'000; ++i) diagnostics.error("same text", {0, i / 2 + 1, 1});
  ASSERT_EQ(diagnostics.all().size(), 100'000U);
  EXPECT_EQ(diagnostics.all().back().mark.line, 100'000U);
}

TEST(FormatDiagnostic, ShowsPlaceMessageHintAndCaret) {
  SourceFiles files;
  const FileId file = files.add(".gitlab-ci.yml", "a:\n\t\xC3\xA4 needs: [biuld]\n");
  const Diagnostic diagnostic{
      Severity::error, "job \"a\" needs \"biuld\"", {file, 2, 12}, "did you mean \"build\"?", {}};
  EXPECT_EQ(format_diagnostic(files, diagnostic, false),
            ".gitlab-ci.yml:2:12: error: job \"a\" needs \"biuld\"; did you mean \"build\"?");
  EXPECT_EQ(format_diagnostic(files, diagnostic, true),
            ".gitlab-ci.yml:2:12: error: job \"a\" needs \"biuld\"; did you mean \"build\"?\n"
            "    \t\xC3\xA4 needs: [biuld]\n"
            "    \t          ^");
}

TEST(FormatDiagnostic, AVeryLongLineIsCutAroundTheCaret) {
  SourceFiles files;
  const FileId file = files.add("a.yml", std::string(100'000, 'x'));
  const std::string shown =
      format_diagnostic(files, {Severity::warning, "m", {file, 1, 50'000}, {}, "c"}, true);
  EXPECT_LT(shown.size(), 500U);
  EXPECT_TRUE(shown.starts_with("a.yml:1:50000: warning: m\n    ...xxx")) << shown;
  EXPECT_TRUE(shown.ends_with("^")) << shown;
}

TEST(FormatDiagnostic, ControlBytesOfTheFileNeverReachTheTerminal) {
  SourceFiles files;
  const FileId file = files.add("a.yml", "a: \x1B[31m");
  const std::string shown = format_diagnostic(files, {Severity::error, "m", {file, 1, 4}, {}, {}}, true);
  EXPECT_EQ(shown.find('\x1B'), std::string::npos);
}

TEST(Nearest, FindsTheCandidateThatIsOneSlipAway) {
  const std::vector<std::string> words{"build", "test", "deploy", "before_script", "after_script"};
  EXPECT_EQ(nearest("biuld", words), "build");
  EXPECT_EQ(nearest("tst", words), "test");
  EXPECT_EQ(nearest("before_scirpt", words), "before_script");
  EXPECT_EQ(nearest("depoly", words), "deploy");
}

TEST(Nearest, GuessesNothingWhenNothingIsNear) {
  const std::vector<std::string> words{"build", "test"};
  EXPECT_EQ(nearest("production", words), "");
  EXPECT_EQ(nearest("x", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest("build", {"build"}), "") << "the word itself is no suggestion";
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), {std::string(1'000'000, 'b')}), "");
}

}  // namespace
}  // namespace fairlead::parser
