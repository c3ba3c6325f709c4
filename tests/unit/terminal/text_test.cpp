// SPDX-License-Identifier: Apache-2.0
#include "terminal/text.hpp"

#include <gtest/gtest.h>

namespace fairlead::terminal {
namespace {

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("héé"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);  // combining accent
  EXPECT_EQ(display_width("🚀"), 2U);
  EXPECT_EQ(display_width("\x1b[1;31mred\x1b[0m"), 3U);
  EXPECT_EQ(display_width("a\tb"), 9U);
}

TEST(Text, FitCutsWithAnEllipsisAndNeverPastTheWidth) {
  EXPECT_EQ(fit("abcdef", 6), "abcdef");
  EXPECT_EQ(fit("abcdefg", 6), "abcde…");
  EXPECT_EQ(fit("abcdefg", 6, false), "abcde~");
  EXPECT_EQ(fit("日本語", 5), "日本…");
  EXPECT_EQ(fit("日本語", 4), "日…");
  EXPECT_EQ(fit("abc", 0), "");
  for (std::size_t columns = 0; columns < 12; ++columns)
    EXPECT_LE(display_width(fit("a日b本c\td語", columns)), columns);
}

TEST(Text, FitClosesAnOpenColour) {
  EXPECT_EQ(fit("\x1b[31mabcdef", 3), "\x1b[31mab…\x1b[0m");
  EXPECT_EQ(fit("\x1b[31mab", 3), "\x1b[31mab\x1b[0m");
  EXPECT_EQ(fit("\x1b[31mab\x1b[0m", 3), "\x1b[31mab\x1b[0m");
}

TEST(Text, PadFillsUpToTheWidth) {
  EXPECT_EQ(pad("ab", 4), "ab  ");
  EXPECT_EQ(pad("日", 4), "日  ");
}

TEST(Text, PrintableRemovesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b]0;title\x07z"), "a?]0;title?z");
  EXPECT_EQ(printable("a\nb\rc"), "a?b?c");
  EXPECT_EQ(printable("\x9b"
                      "2J"),
            "\xEF\xBF\xBD"
            "2J");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "?2J");  // CSI as one C1 character
}

TEST(Text, CodePointsThatAreNotUtf8BecomeReplacementCharacters) {
  for (const std::string bytes : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
    std::string_view rest = bytes;
    EXPECT_EQ(take_code_point(rest), char32_t{0xFFFD});
    EXPECT_EQ(rest.size(), bytes.size() - 1);
  }
}

TEST(Text, DurationsGetCoarserAsTheyGrow) {
  EXPECT_EQ(format_seconds(0.04), "0.0s");
  EXPECT_EQ(format_seconds(9.9), "9.9s");
  EXPECT_EQ(format_seconds(12.4), "12s");
  EXPECT_EQ(format_seconds(185), "3m 05s");
  EXPECT_EQ(format_seconds(7625), "2h 07m");
  EXPECT_EQ(format_seconds(-1), "0.0s");
}

}  // namespace
}  // namespace fairlead::terminal
