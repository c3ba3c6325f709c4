// SPDX-License-Identifier: Apache-2.0
#include "terminal/log_assembler.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fairlead::terminal {
namespace {

struct Seen {
  std::vector<std::string> lines;  // "<name" and ">name" stand for sections
  LogAssembler assembler{
      LogAssembler::Sink{.line = [this](const std::string& line) { lines.push_back(line); },
                         .section =
                             [this](const LogAssembler::Section& section) {
                               lines.push_back((section.start ? "<" : ">") + section.name +
                                               (section.collapsed ? "[collapsed]" : ""));
                             }}};
};

using Lines = std::vector<std::string>;

// Feeds whole, and byte by byte: the result must be the same.
Lines lines_of(const std::string& bytes) {
  Seen whole;
  whole.assembler.feed(bytes);
  whole.assembler.finish();
  Seen pieces;
  for (const char c : bytes) pieces.assembler.feed(std::string_view(&c, 1));
  pieces.assembler.finish();
  EXPECT_EQ(whole.lines, pieces.lines);
  return whole.lines;
}

TEST(LogAssembler, SplitsLinesAndKeepsTheLastWithoutNewline) {
  EXPECT_EQ(lines_of("a\n\nb\r\nc"), (Lines{"a", "", "b", "c"}));
}

TEST(LogAssembler, CarriageReturnStartsTheLineAnew) {
  EXPECT_EQ(lines_of("10%\r50%\r100%\ndone\n"), (Lines{"100%", "done"}));
}

TEST(LogAssembler, KeepsColoursAndMakesEachLineStandAlone) {
  EXPECT_EQ(lines_of("\x1b[31mred\nstill\x1b[0m plain\n"),
            (Lines{"\x1b[31mred\x1b[0m", "\x1b[31mstill\x1b[0m plain"}));
}

TEST(LogAssembler, DropsEverythingElseThatATerminalWouldObey) {
  EXPECT_EQ(lines_of("a\x1b[2Jb\x1b[10;20Hc\x1b[?25ld\n"), (Lines{"abcd"}));
  EXPECT_EQ(lines_of("a\x1b]0;title\x07z\n"), (Lines{"az"}));
  EXPECT_EQ(lines_of("a\x1b]52;c;cGF5bG9hZA==\x1b\\z\n"), (Lines{"az"}));
  EXPECT_EQ(lines_of("a\x1bPq#0\x1b\\z\x1b"
                     "cq\x1b(0w\n"),
            (Lines{"azqw"}));
  EXPECT_EQ(lines_of("bell\x07 back\x08 shift\x0e del\x7f\n"), (Lines{"bell back shift del"}));
  EXPECT_EQ(lines_of("c1 \xC2\x9B"
                     "31m\n"),
            (Lines{"c1 31m"}));
}

TEST(LogAssembler, ATitleThatNeverEndsDoesNotSwallowTheLog) {
  EXPECT_EQ(lines_of("a\x1b]0;never ends\nnext\n"), (Lines{"a", "next"}));
}

TEST(LogAssembler, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(lines_of("a\xff\xfe"
                     "b\n"),
            (Lines{"a\uFFFD\uFFFD"
                   "b"}));
  EXPECT_EQ(lines_of("cut \xe2\x82"), (Lines{"cut \uFFFD"}));
  EXPECT_EQ(lines_of("ok \xe2\x82\xac\n"), (Lines{"ok €"}));
  EXPECT_EQ(lines_of(std::string("nul \0 in it\n", 12)), (Lines{"nul  in it"}));
}

TEST(LogAssembler, SectionMarkersAreTakenOutAndReported) {
  EXPECT_EQ(lines_of("section_start:1560896352:build[collapsed=true]\r\x1b[0KHeading\ninside\nsection_end:"
                     "1560896353:build\r\x1b[0Kafter\n"),
            (Lines{"<build[collapsed]", "Heading", "inside", ">build", "after"}));
  EXPECT_EQ(lines_of("section_end:1:a\r\x1b[0Ksection_start:1:b\r\x1b[0K\x1b[36;1mtext\x1b[0;m\n"),
            (Lines{">a", "<b", "\x1b[36;1mtext\x1b[0;m"}));
}

TEST(LogAssembler, WhatOnlyLooksLikeASectionMarkerStays) {
  EXPECT_EQ(lines_of("section_start:abc:x\rz\n"), (Lines{"z"}));
  EXPECT_EQ(lines_of("section_start:12:x\n"), (Lines{"section_start:12:x"}));
}

TEST(LogAssembler, AnEndlessLineComesInPieces) {
  const std::string endless(3 * LogAssembler::kMaxLine, 'x');
  const Lines lines = lines_of(endless);
  std::string together;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), LogAssembler::kMaxLine + 8);
    together += line;
  }
  EXPECT_EQ(together, endless);
}

TEST(LogAssembler, ColoursWithoutTextDoNotPileUp) {
  Seen seen;
  for (int i = 0; i < 100'000; ++i) seen.assembler.feed("\x1b[1m");
  EXPECT_LT(seen.assembler.partial().size(), 1000U);
}

}  // namespace
}  // namespace fairlead::terminal
