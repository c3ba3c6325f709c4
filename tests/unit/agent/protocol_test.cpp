// SPDX-License-Identifier: Apache-2.0
#include "agent/session/protocol.hpp"

#include <gtest/gtest.h>

#include "agent/session/spool.hpp"

namespace fairlead::agent {
namespace {

std::string encoded(const Message& message) {
  std::string bytes;
  encode(message, bytes);
  return bytes;
}

template <class T>
T round_trip(const T& message) {
  static std::string bytes;
  bytes = encoded(message);
  std::string_view rest = bytes;
  auto decoded = decode(rest);
  EXPECT_TRUE(decoded.ok() && decoded->has_value() && std::holds_alternative<T>(**decoded));
  EXPECT_TRUE(rest.empty());
  return decoded.ok() && decoded->has_value() ? std::get<T>(**decoded) : T{};
}

TEST(Protocol, EveryMessageWithFieldsComesBackAsItWent) {
  const auto start = round_trip(
      StartStage{.program = "/bin/bash", .argv = {"bash", "-l"}, .cwd = "/b", .separate_streams = true});
  EXPECT_EQ(start.program, "/bin/bash");
  EXPECT_EQ(start.argv, (std::vector<std::string>{"bash", "-l"}));
  EXPECT_EQ(start.cwd, "/b");
  EXPECT_TRUE(start.separate_streams);
  EXPECT_EQ(round_trip(ScriptPart{.bytes = std::string_view("a\0b", 3)}).bytes, std::string_view("a\0b", 3));
  EXPECT_EQ(round_trip(Acknowledge{.offset = 1ULL << 40}).offset, 1ULL << 40);
  EXPECT_EQ(round_trip(StopStage{.grace_ms = 600'000}).grace_ms, 600'000U);
  EXPECT_EQ(round_trip(Hello{}).version, kProtocolVersion);
  const auto output = round_trip(Output{.offset = 9, .stream = Stream::err, .wall_ns = -5, .bytes = "xyz"});
  EXPECT_EQ(output.offset, 9U);
  EXPECT_EQ(output.stream, Stream::err);
  EXPECT_EQ(output.wall_ns, -5);
  EXPECT_EQ(output.bytes, "xyz");
  const auto ended = round_trip(StageEnded{.code = 3, .signal = 9, .size = 12, .stopped = true, .killed = 2});
  EXPECT_EQ(ended.code, 3U);
  EXPECT_EQ(ended.signal, 9U);
  EXPECT_EQ(ended.size, 12U);
  EXPECT_TRUE(ended.stopped);
  EXPECT_EQ(ended.killed, 2U);
  EXPECT_EQ(round_trip(StageFailed{.error = 1, .message = "m"}).message, "m");
  EXPECT_EQ(round_trip(Finished{.survivors = {1, 2}}).survivors, (std::vector<std::uint32_t>{1, 2}));
  round_trip(RunStage{});
  round_trip(Finish{});
}

TEST(Protocol, AFrameInPiecesIsNotYetAMessage) {
  const std::string bytes = encoded(StageFailed{.error = 5, .message = "text"});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view part(bytes.data(), size);
    const auto decoded = decode(part);
    ASSERT_TRUE(decoded.ok());
    EXPECT_FALSE(decoded->has_value());
    EXPECT_EQ(part.size(), size) << "nothing is consumed";
  }
}

TEST(Protocol, FramesFollowEachOther) {
  std::string bytes = encoded(RunStage{}) + encoded(Finish{});
  std::string_view rest = bytes;
  EXPECT_TRUE(std::holds_alternative<RunStage>(**decode(rest)));
  EXPECT_TRUE(std::holds_alternative<Finish>(**decode(rest)));
  EXPECT_TRUE(rest.empty());
}

TEST(Protocol, AFrameBeyondTheLimitIsAnErrorBeforeItHasArrived) {
  std::string bytes = {'\xff', '\xff', '\xff', '\x7f'};
  std::string_view rest = bytes;
  const auto decoded = decode(rest);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::data_loss);
}

TEST(Protocol, UnknownTypesAndEmptyFramesAreErrors) {
  for (const std::string& bytes : {std::string("\1\0\0\0\x63", 5), std::string("\0\0\0\0", 4)}) {
    std::string_view rest = bytes;
    EXPECT_FALSE(decode(rest).ok());
  }
}

TEST(Protocol, ATruncatedOrOverlongBodyIsAnErrorForEveryCut) {
  const std::string whole = encoded(StartStage{.program = "/bin/sh", .argv = {"sh"}, .cwd = "/"});
  const std::string body = whole.substr(4);
  for (std::size_t size = 1; size <= body.size() + 1; ++size) {
    if (size == body.size()) continue;
    std::string bytes = {static_cast<char>(size), '\0', '\0', '\0'};
    bytes += (body + "x").substr(0, size);
    std::string_view rest = bytes;
    EXPECT_FALSE(decode(rest).ok()) << size;
  }
}

TEST(Protocol, AListThatClaimsMoreThanItsFrameHoldsTakesNoMemory) {
  std::string bytes = encoded(Finished{});
  bytes.replace(5, 4, "\xff\xff\xff\xff");
  std::string_view rest = bytes;
  EXPECT_FALSE(decode(rest).ok());
}

TEST(Spool, GivesEachChunkOnceWithItsOffset) {
  Spool spool;
  spool.append(Stream::out, 1, "abc");
  spool.append(Stream::err, 2, "de");
  EXPECT_EQ(spool.take_unsent().offset, 0U);
  const Output second = spool.take_unsent();
  EXPECT_EQ(second.offset, 3U);
  EXPECT_EQ(second.stream, Stream::err);
  EXPECT_EQ(second.bytes, "de");
  EXPECT_FALSE(spool.has_unsent());
  EXPECT_EQ(spool.size(), 5U);
}

TEST(Spool, IsFullUntilOutputIsAcknowledged) {
  Spool spool;
  while (!spool.full()) spool.append(Stream::out, 0, std::string(kMaxPart, 'x'));
  EXPECT_EQ(spool.size(), kSpoolBytes);
  while (spool.has_unsent()) spool.take_unsent();
  EXPECT_TRUE(spool.full()) << "sent is not yet safe";
  EXPECT_TRUE(spool.acknowledge(kMaxPart));
  EXPECT_FALSE(spool.full());
}

TEST(Spool, ManyTinyChunksFillItToo) {
  Spool spool;
  std::size_t count = 0;
  while (!spool.full() && count < 1'000'000) {
    spool.append(Stream::out, 0, "x");
    ++count;
  }
  EXPECT_LT(count, 100'000U);
}

TEST(Spool, RefusesAnAcknowledgementOfWhatWasNotSent) {
  Spool spool;
  spool.append(Stream::out, 0, "abc");
  EXPECT_FALSE(spool.acknowledge(3));
  spool.take_unsent();
  EXPECT_TRUE(spool.acknowledge(3));
  EXPECT_TRUE(spool.acknowledge(1)) << "an older one changes nothing";
}

}  // namespace
}  // namespace fairlead::agent
