// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;

// A coordinator that answers as told and remembers what it was told.
class ScriptedCoordinator final : public CoordinatorClient {
 public:
  struct Patch {
    std::uint64_t offset;
    std::string bytes;
  };
  std::string trace;  // what the server has
  std::vector<Patch> patches;
  std::vector<JobUpdate> updates;
  // Answers given instead of the usual ones, in order.
  std::deque<Result<TraceReply>> trace_replies;
  std::deque<Result<UpdateReply>> update_replies;
  std::optional<Duration> interval;
  JobWish wish = JobWish::go_on;

  Task<Result<TraceReply>> patch_trace(const JobKey&, std::uint64_t offset, std::string_view bytes,
                                       bool) override {
    patches.push_back({offset, std::string(bytes)});
    if (!trace_replies.empty()) {
      auto reply = std::move(trace_replies.front());
      trace_replies.pop_front();
      co_return reply;
    }
    if (offset > trace.size())
      co_return TraceReply{TraceReply::Verdict::range_mismatch, trace.size(), wish, interval};
    trace.resize(offset);
    trace += bytes;
    co_return TraceReply{TraceReply::Verdict::accepted, trace.size(), wish, interval};
  }
  Task<Result<UpdateReply>> update_job(const JobKey&, const JobUpdate& update) override {
    updates.push_back(update);
    if (!update_replies.empty()) {
      auto reply = std::move(update_replies.front());
      update_replies.pop_front();
      co_return reply;
    }
    co_return UpdateReply{UpdateReply::Verdict::accepted, wish, interval};
  }
  Task<Result<std::optional<proto::JobPayload>>> request_job(const JobRequest&, CancelToken) override {
    co_return std::optional<proto::JobPayload>();
  }
  Task<Result<ArtifactVerdict>> upload_artifact(const JobKey&, const ArtifactUpload&) override {
    co_return ArtifactVerdict::done;
  }
  Task<Result<ArtifactVerdict>> download_artifact(const proto::JobDependency&,
                                                  const std::filesystem::path&) override {
    co_return ArtifactVerdict::done;
  }
};

class TraceTest : public testing::Test {
 protected:
  void make(TraceOptions options = {}) {
    trace.emplace(server, JobKey{7, SecretString("t")}, clock, std::move(options));
  }
  // Runs everything that can run without time passing.
  void settle() {
    context.restart();
    context.poll();
  }
  void pass(Duration time) {
    settle();
    clock.advance(time);
    settle();
  }
  void start() {
    asio::co_spawn(context, trace->send_loop(), asio::detached);
    settle();
  }
  void output(std::string_view bytes) {
    const executors::LogFrame frame{next_offset, executors::LogStream::out, clock.wall_now(), bytes};
    next_offset += bytes.size();
    asio::co_spawn(
        context, [&, frame]() -> Task<void> { (void)co_await trace->deliver({&frame, 1}); }, asio::detached);
    settle();
  }
  void finish(JobUpdate outcome = {}, CancelToken cancel = {}) {
    asio::co_spawn(
        context,
        [this, outcome, cancel]() -> Task<void> { verdict = co_await trace->finish(outcome, cancel); },
        asio::detached);
    settle();
  }

  asio::io_context context;
  VirtualClock clock;
  ScriptedCoordinator server;
  std::optional<Trace> trace;
  std::uint64_t next_offset = 0;
  std::optional<FinishVerdict> verdict;
};

TEST_F(TraceTest, SendsAtTheServersInterval) {
  make();
  start();
  output("one\n");
  EXPECT_TRUE(server.patches.empty());
  server.interval = 10s;
  pass(3s);
  EXPECT_EQ(server.trace, "one\n");
  output("two\n");
  pass(9s);
  EXPECT_EQ(server.trace, "one\n");
  pass(1s);
  EXPECT_EQ(server.trace, "one\ntwo\n");
  finish();
  EXPECT_EQ(verdict, FinishVerdict::accepted);
}

TEST_F(TraceTest, WithoutIntervalLinesAreLive) {
  TraceOptions options;
  options.initial_interval = 0s;
  make(options);
  start();
  output("one\n");
  EXPECT_EQ(server.trace, "one\n");
  output("two\n");
  EXPECT_EQ(server.trace, "one\ntwo\n");
  finish();
  EXPECT_EQ(server.patches.size(), 2U);
}

TEST_F(TraceTest, FinishSendsTheRestAndTellsChecksumAndSize) {
  TraceOptions options;
  options.filters.masked_values = {"hunter22"};
  make(options);
  start();
  trace->write("Running\n");
  trace->begin_stage();
  output("my hunt");
  output("er22 and hunt");
  JobUpdate outcome;
  outcome.success = true;
  finish(outcome);
  EXPECT_EQ(verdict, FinishVerdict::accepted);
  EXPECT_EQ(server.trace, "Running\nmy [MASKED] and hunt");
  ASSERT_EQ(server.updates.size(), 1U);
  EXPECT_TRUE(server.updates[0].final);
  EXPECT_TRUE(server.updates[0].success);
  EXPECT_EQ(server.updates[0].bytesize, server.trace.size());
  EXPECT_EQ(server.updates[0].checksum, crc32(0, reinterpret_cast<const Bytef*>(server.trace.data()),
                                              static_cast<uInt>(server.trace.size())));
}

TEST_F(TraceTest, ChunksAreBounded) {
  TraceOptions options;
  options.chunk_size = 1000;
  make(options);
  output(std::string(2500, 'x'));
  finish();
  ASSERT_EQ(server.patches.size(), 3U);
  EXPECT_EQ(server.patches[2].offset, 2000U);
  EXPECT_EQ(server.trace, std::string(2500, 'x'));
}

TEST_F(TraceTest, RepeatedFramesAreTakenOnce) {
  make();
  output("abcdef");
  next_offset = 3;
  output("defghi");
  trace->end_stage();
  trace->begin_stage();
  next_offset = 0;
  output("next");
  finish();
  EXPECT_EQ(server.trace, "abcdefghinext");
}

TEST_F(TraceTest, ARangeMismatchContinuesWhereTheServerStands) {
  make();
  output("0123456789");
  server.trace = "0123";
  server.trace_replies.push_back(TraceReply{TraceReply::Verdict::range_mismatch, 4, JobWish::go_on, {}});
  finish();
  EXPECT_EQ(server.trace, "0123456789");
  ASSERT_EQ(server.patches.size(), 2U);
  EXPECT_EQ(server.patches[1].offset, 4U);
}

TEST_F(TraceTest, NotFoundAndNetworkErrorsAreSurvived) {
  make();
  start();
  server.trace_replies.push_back(TraceReply{TraceReply::Verdict::not_found, 0, JobWish::go_on, {}});
  server.trace_replies.push_back(make_error(ErrorCode::unavailable, "no route"));
  output("text\n");
  pass(3s);
  pass(3s);
  EXPECT_EQ(server.patches.size(), 2U);
  EXPECT_EQ(trace->wish(), JobWish::go_on);
  pass(3s);
  EXPECT_EQ(server.trace, "text\n");
  finish();
}

TEST_F(TraceTest, ForbiddenAborts) {
  make();
  std::vector<JobWish> heard;
  trace->on_wish([&](JobWish wish) { heard.push_back(wish); });
  start();
  server.trace_replies.push_back(TraceReply{TraceReply::Verdict::abort, 0, JobWish::go_on, {}});
  output("text\n");
  pass(3s);
  EXPECT_EQ(heard, std::vector{JobWish::abort});
  server.update_replies.push_back(UpdateReply{UpdateReply::Verdict::abort, JobWish::abort, {}});
  finish();
  EXPECT_EQ(verdict, FinishVerdict::aborted);
  EXPECT_EQ(server.patches.size(), 1U);
}

TEST_F(TraceTest, TheCoordinatorsWishIsToldAsItRises) {
  make();
  std::vector<JobWish> heard;
  trace->on_wish([&](JobWish wish) { heard.push_back(wish); });
  start();
  server.wish = JobWish::cancel_gracefully;
  output("a");
  pass(3s);
  output("b");
  pass(3s);
  server.wish = JobWish::abort;
  output("c");
  pass(3s);
  EXPECT_EQ(heard, (std::vector{JobWish::cancel_gracefully, JobWish::abort}));
  EXPECT_EQ(server.trace, "abc") << "the log still goes out";
  finish();
}

TEST_F(TraceTest, SilenceIsBrokenByAKeepAlive) {
  make();
  start();
  output("text");
  pass(3s);
  pass(29s);
  EXPECT_TRUE(server.updates.empty());
  server.wish = JobWish::abort;
  pass(1s);
  ASSERT_EQ(server.updates.size(), 1U);
  EXPECT_FALSE(server.updates[0].final);
  EXPECT_EQ(server.updates[0].bytesize, 4U);
  EXPECT_EQ(trace->wish(), JobWish::abort);
  pass(30s);
  EXPECT_EQ(server.updates.size(), 2U);
  finish();
}

TEST_F(TraceTest, NotYetIsAskedAgainWithoutEndAtTheServersPace) {
  make();
  for (int i = 0; i < 50; ++i)
    server.update_replies.push_back(UpdateReply{UpdateReply::Verdict::not_yet, JobWish::go_on, 64s});
  finish();
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(verdict);
    pass(64s);
  }
  EXPECT_EQ(verdict, FinishVerdict::accepted);
}

TEST_F(TraceTest, ARefusedChecksumResendsFromTheStart) {
  make();
  output("all of it");
  server.update_replies.push_back(UpdateReply{UpdateReply::Verdict::resend_trace, JobWish::go_on, {}});
  finish();
  EXPECT_EQ(verdict, FinishVerdict::accepted);
  ASSERT_EQ(server.patches.size(), 2U);
  EXPECT_EQ(server.patches[1].offset, 0U);
  EXPECT_EQ(server.patches[1].bytes, "all of it");
}

TEST_F(TraceTest, AfterTenFailuresItGivesUp) {
  make();
  for (int i = 0; i < 20; ++i) server.update_replies.push_back(make_error(ErrorCode::unavailable, "down"));
  finish();
  Duration waited = 0s;
  for (Duration step = 1s; !verdict && waited < 24h; step *= 2) {
    pass(std::min<Duration>(step, 1h));
    waited += std::min<Duration>(step, 1h);
  }
  EXPECT_EQ(verdict, FinishVerdict::gave_up);
  EXPECT_EQ(server.updates.size(), 10U);
  EXPECT_EQ(waited, 511s);
}

TEST_F(TraceTest, AHardCancelEndsTheWaiting) {
  make();
  for (int i = 0; i < 20; ++i) server.update_replies.push_back(make_error(ErrorCode::unavailable, "down"));
  CancelSource cancel;
  finish({}, cancel.token());
  EXPECT_FALSE(verdict);
  cancel.cancel(CancelLevel::hard);
  settle();
  EXPECT_EQ(verdict, FinishVerdict::gave_up);
}

class FullDisk final : public SpoolFile {
 public:
  explicit FullDisk(std::size_t room) : room_(room) {}
  Result<void> append(std::string_view bytes) override {
    if (bytes_.size() + bytes.size() > room_) return system_error("writing the log spool", ENOSPC);
    bytes_ += bytes;
    return {};
  }
  Result<void> read(std::uint64_t offset, std::size_t size, std::string& out) const override {
    out.append(bytes_, offset, size);
    return {};
  }

 private:
  std::size_t room_;
  std::string bytes_;
};

TEST_F(TraceTest, AFullDiskIsSaidOnceAndLosesNothing) {
  TraceOptions options;
  options.memory_limit = 100;
  options.open_spool = [] { return Result<std::unique_ptr<SpoolFile>>(std::make_unique<FullDisk>(350)); };
  make(options);
  std::string all;
  for (int i = 0; i < 100; ++i) {
    output("0123456789\n");
    all += "0123456789\n";
  }
  finish();
  EXPECT_EQ(verdict, FinishVerdict::accepted);
  const std::string begin = "\n\033[33;1mWARNING: the job's log cannot be written to disk";
  const std::size_t at = server.trace.find(begin);
  ASSERT_NE(at, std::string::npos);
  EXPECT_NE(server.trace.find("No space left on device", at), std::string::npos);
  const std::size_t end = server.trace.find("\033[0;m\n", at) + 6;
  std::string rest = server.trace;
  rest.erase(at, end - at);
  EXPECT_EQ(rest, all);
  EXPECT_EQ(server.updates.back().bytesize, server.trace.size());
}

TEST_F(TraceTest, AboveTheMemoryCeilingOutputIsDroppedWithANotice) {
  TraceOptions options;
  options.memory_limit = 100;
  options.memory_ceiling = 500;
  make(options);
  for (int i = 0; i < 100; ++i) output("0123456789\n");
  finish();
  EXPECT_EQ(verdict, FinishVerdict::accepted);
  EXPECT_LT(server.trace.size(), 1000U);
  EXPECT_NE(server.trace.find("no more output will be collected"), std::string::npos);
  EXPECT_EQ(server.updates.back().bytesize, server.trace.size());
}

}  // namespace
}  // namespace fairlead::runner
