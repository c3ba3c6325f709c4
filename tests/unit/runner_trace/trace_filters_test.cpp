// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace_filters.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "runner/trace/sections.hpp"
#include "runner/trace/text_filters.hpp"

namespace fairlead::runner {
namespace {

const WallTime kTime{std::chrono::seconds(1'716'381'826) + std::chrono::microseconds(962'646)};

std::string repair(std::initializer_list<std::string_view> pieces) {
  Utf8Repair filter;
  std::string out;
  for (const std::string_view piece : pieces) filter.push(piece, out);
  filter.flush(out);
  return out;
}

TEST(Utf8Repair, ValidTextPassesInAnyCut) {
  EXPECT_EQ(repair({"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"}), "grüß € 😀");
  EXPECT_EQ(repair({"\xF0", "\x9F", "\x98", "\x80", "a"}), "😀a");
  EXPECT_EQ(repair({"\xE2\x82", "\xAC long enough text behind it"}), "€ long enough text behind it");
}

TEST(Utf8Repair, EachInvalidByteBecomesOneReplacement) {
  EXPECT_EQ(repair({"a\xFF", "b\x80"}), "a\uFFFDb\uFFFD");
  EXPECT_EQ(repair({"\xE2\x82x"}), "\uFFFD\uFFFDx");
  EXPECT_EQ(repair({"\xE2", "\x82", "x and more"}), "\uFFFD\uFFFDx and more");
  EXPECT_EQ(repair({"\xED\xA0\x80"}), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(repair({"\xC0\xAF"}), "\uFFFD\uFFFD") << "an overlong form";
  EXPECT_EQ(repair({"end \xF0\x9F"}), "end \uFFFD\uFFFD") << "cut off at the end";
}

TEST(Timestamper, StampsLines) {
  Timestamper stamper(1, 'E');
  std::string out;
  stamper.push(kTime, "one\ntw", out);
  stamper.push(kTime + std::chrono::seconds(1), "o\nthree", out);
  stamper.flush(out);
  EXPECT_EQ(out,
            "2024-05-22T12:43:46.962646Z 01E one\n"
            "2024-05-22T12:43:46.962646Z 01E two\n"
            "2024-05-22T12:43:47.962646Z 01E three\n");
}

TEST(Timestamper, ASectionMarkerIsALineOfItsOwnAndTheHeadingContinuesIt) {
  Timestamper stamper(0, 'O');
  std::string out;
  stamper.push(kTime, section_start("prepare_executor", kTime), out);
  stamper.push(kTime, "Preparing\n", out);
  EXPECT_EQ(out,
            "2024-05-22T12:43:46.962646Z 00O section_start:1716381826:prepare_executor\r\033[0K\n"
            "2024-05-22T12:43:46.962646Z 00O+Preparing\n");
}

TEST(Timestamper, ALongLineIsContinued) {
  Timestamper stamper(1, 'O');
  std::string out;
  for (int i = 0; i < 2000; ++i) stamper.push(kTime, "0123456789", out);
  stamper.push(kTime, "\n", out);
  std::size_t text = 0, lines = 0;
  for (std::size_t at = 0; at < out.size(); ++lines) {
    const std::size_t end = out.find('\n', at);
    EXPECT_EQ(out[at + 31], lines == 0 ? ' ' : '+');
    text += end - at - 32;
    at = end + 1;
  }
  EXPECT_EQ(text, 20'000U);
  EXPECT_EQ(lines, 3U);
}

TEST(Timestamper, ALongLineIsBrokenAtTheSamePlacesInAnyCut) {
  for (const std::size_t length : {8158U, 8159U, 8160U, 8161U, 16'319U, 16'320U, 20'000U}) {
    const std::string line = std::string(length, 'x') + "\nnext\n";
    std::string whole;
    Timestamper(1, 'O').push(kTime, line, whole);
    for (const std::size_t cut : {1U, 7U, 4096U, 8160U}) {
      Timestamper stamper(1, 'O');
      std::string pieces;
      for (std::size_t at = 0; at < line.size(); at += cut)
        stamper.push(kTime, std::string_view(line).substr(at, cut), pieces);
      ASSERT_EQ(pieces, whole) << length << " cut at " << cut;
    }
  }
}

TEST(Timestamper, EachTimeIsWrittenAsItIs) {
  Timestamper stamper(15, 'O');
  std::string out;
  for (const int micros : {0, 1, 999'999, 1'000'000, 60'000'000})
    stamper.push(WallTime(std::chrono::microseconds(micros)), "x\n", out);
  EXPECT_EQ(out,
            "1970-01-01T00:00:00.000000Z 0fO x\n1970-01-01T00:00:00.000001Z 0fO x\n"
            "1970-01-01T00:00:00.999999Z 0fO x\n1970-01-01T00:00:01.000000Z 0fO x\n"
            "1970-01-01T00:01:00.000000Z 0fO x\n");
}

TEST(OutputLimit, CutsWithTheRunnersNotice) {
  OutputLimit limit(10);
  std::string out;
  limit.push("This is", out);
  limit.push(" the long message", out);
  limit.push("more", out);
  EXPECT_EQ(out,
            "This is th\n\033[33;1mJob's log exceeded limit of 10 bytes.\n"
            "Job execution will continue but no more output will be collected.\033[0;m\n");
}

TEST(OutputLimit, NeverCutsACharacter) {
  OutputLimit limit(4);
  std::string out;
  limit.push("abc\xE2\x82\xAC", out);
  EXPECT_EQ(out.substr(0, 4), "abc\n");
}

TEST(Sections, MarkersHaveNoNewline) {
  EXPECT_EQ(section_start("step_script", kTime), "section_start:1716381826:step_script\r\033[0K");
  EXPECT_EQ(section_start("x", kTime, {{"collapsed", "true"}, {"a", "b"}}),
            "section_start:1716381826:x[collapsed=true,a=b]\r\033[0K");
  EXPECT_EQ(section_end("x", kTime), "section_end:1716381826:x\r\033[0K");
}

TEST(TraceFilters, MasksValuesThenParametersThenTokens) {
  TraceFilterOptions options;
  options.masked_values = {"hunter22"};
  TraceFilters filters(options);
  std::string out;
  filters.write(TraceSource::job_out, kTime, "hunter22 ?private_token=hunter22x glpat-hunter22abc\n", out);
  filters.flush(TraceSource::job_out, kTime, out);
  EXPECT_EQ(out, "[MASKED] ?private_token=[MASKED] glpat-[MASKED][MASKED]\n");
}

TEST(TraceFilters, ASecretIsFoundThoughTheOtherStreamWritesInBetween) {
  TraceFilterOptions options;
  options.masked_values = {"hunter22"};
  TraceFilters filters(options);
  std::string out;
  filters.write(TraceSource::job_out, kTime, "a hunt", out);
  filters.write(TraceSource::job_err, kTime, "warning\n", out);
  filters.write(TraceSource::job_out, kTime, "er22\n", out);
  filters.flush(TraceSource::job_out, kTime, out);
  filters.flush(TraceSource::job_err, kTime, out);
  EXPECT_EQ(out, "a warning\n[MASKED]\n");
}

TEST(TraceFilters, ChecksumAndSizeAreOfTheFinalBytes) {
  TraceFilterOptions options;
  options.masked_values = {"hunter22"};
  options.output_limit = 20;
  TraceFilters filters(options);
  std::string out;
  filters.write(TraceSource::job_out, kTime, "hunter22 \xFF and a lot more than the limit", out);
  filters.flush(TraceSource::job_out, kTime, out);
  EXPECT_TRUE(filters.limit_reached());
  EXPECT_EQ(filters.bytesize(), out.size());
  EXPECT_EQ(filters.checksum(),
            crc32(0, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(out.size())));
}

TEST(TraceFilters, DamagedStateIsRefusedAndChangesNothing) {
  TraceFilters filters({});
  std::string out;
  filters.write(TraceSource::job_out, kTime, "text", out);
  const std::string good = filters.save();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto result = filters.restore(std::string_view(good).substr(0, size));
    ASSERT_FALSE(result.ok()) << size;
  }
  EXPECT_EQ(filters.save(), good);
  EXPECT_TRUE(filters.restore(good).ok());
}

struct Write {
  TraceSource source;
  std::string bytes;
};

// A log that has everything in it that a filter reacts to, cut in two ways.
class AnyCut : public testing::TestWithParam<bool> {};

TEST_P(AnyCut, GivesTheSameBytesWithAndWithoutRestore) {
  const bool stamps = GetParam();
  std::mt19937 random(stamps ? 11 : 5);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::vector<std::string> words = {
      "hunter22",     "hunt",     "hunter22-long", "glpat-", "glpat-abc.d", " ",
      "\n",           "\xC3\xBC", "\xE2\x82\xAC",  "\xFF",   "\xE2\x82",    "?private_token=",
      "&rss_token=q", "[MASKED]", "section",       "a",      "=",           "\xF0\x9F\x98\x80",
      "plain words",  "gl",       "\n\n",          "?"};
  for (int round = 0; round < 300; ++round) {
    TraceFilterOptions options;
    options.masked_values = {"hunter22", "hunter22-long", "ord \xC3", "22hunt"};
    options.timestamps = stamps;
    options.output_limit = below(3) == 0 ? 40 + below(200) : 0;

    // One stream at a time, so that only the cuts differ.
    std::vector<Write> writes;
    for (std::size_t i = 0, n = 1 + below(4); i < n; ++i) {
      std::string text;
      for (std::size_t k = 0, m = below(30); k < m; ++k) text += words[below(words.size())];
      writes.push_back({static_cast<TraceSource>(below(3)), text});
    }

    std::string whole;
    TraceFilters first(options);
    for (const Write& write : writes) {
      first.write(write.source, kTime, write.bytes, whole);
      first.flush(write.source, kTime, whole);
    }

    std::string pieces;
    TraceFilters second(options);
    for (const Write& write : writes) {
      std::string_view rest = write.bytes;
      while (!rest.empty()) {
        const std::size_t take = std::min(rest.size(), 1 + below(9));
        second.write(write.source, kTime, rest.substr(0, take), pieces);
        rest.remove_prefix(take);
        if (below(2) == 0) {
          TraceFilters third(options);
          ASSERT_TRUE(third.restore(second.save()).ok());
          second = std::move(third);
        }
      }
      second.flush(write.source, kTime, pieces);
    }
    ASSERT_EQ(pieces, whole) << "round " << round;
    ASSERT_EQ(first.checksum(), second.checksum());
    ASSERT_EQ(first.bytesize(), whole.size());
    ASSERT_EQ(whole.find("hunter22"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(TraceFilters, AnyCut, testing::Bool(),
                         [](const auto& info) { return info.param ? "Stamped" : "Plain"; });

}  // namespace
}  // namespace fairlead::runner
