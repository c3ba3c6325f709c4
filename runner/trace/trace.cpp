// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/log.hpp"
#include "base/wake_up.hpp"
#include "runner/trace/sections.hpp"

namespace fairlead::runner {

namespace {

constexpr Duration kLongestInterval = std::chrono::minutes(15);
constexpr Duration kFinalInterval = std::chrono::seconds(3);

OpenSpoolFile spool_opener(const TraceOptions& options) {
  if (options.open_spool) return options.open_spool;
  if (options.spool_dir.empty()) return nullptr;
  return [folder = options.spool_dir] { return open_spool_file(folder); };
}

}  // namespace

struct Trace::Impl {
  enum class Sent { all, failed, aborted };

  Impl(CoordinatorClient& coordinator_in, JobKey job_in, Clock& clock_in, TraceOptions options_in)
      : coordinator(coordinator_in),
        job(std::move(job_in)),
        clock(clock_in),
        options(std::move(options_in)),
        filters(options.filters),
        spool(options.memory_limit, options.memory_ceiling, spool_opener(options)),
        interval(options.initial_interval),
        last_contact(clock.steady_now()),
        logger(Logger().for_job(job.id)) {}

  // --- in ---

  void take(TraceSource source, WallTime time, std::string_view bytes) {
    if (spool.full()) return drop();
    fresh.clear();
    filters.write(source, time, bytes, fresh);
    keep();
  }

  void flush(TraceSource source) {
    if (dropped) return;
    fresh.clear();
    filters.flush(source, clock.wall_now(), fresh);
    keep();
  }

  // `fresh` is counted in the checksum already, so it must be kept.
  void keep() {
    if (fresh.empty()) return;
    const bool idle = !unsent();
    auto kept = spool.append(fresh);
    if (!kept.ok()) {
      logger.warning("the job's log goes on in memory", {{"error", kept.error()}});
      notice(
          fmt::format("WARNING: the job's log cannot be written to disk ({}). The job goes on; its log is "
                      "kept in memory, up to {} bytes.",
                      kept.error().message, options.memory_ceiling));
    }
    if (idle && wake) wake->set();
  }

  void drop() {
    if (dropped) return;
    dropped = true;
    logger.error("the job's log is longer than what can be kept; the rest is lost", {});
    notice(fmt::format(
        "ERROR: the job's log is longer than the {} bytes that can be kept in memory. Job execution "
        "will continue but no more output will be collected.",
        options.memory_ceiling));
  }

  void notice(const std::string& line) {
    fresh.clear();
    filters.write(TraceSource::runner, clock.wall_now(), "\n\033[33;1m" + line + "\033[0;m\n", fresh);
    filters.flush(TraceSource::runner, clock.wall_now(), fresh);
    (void)spool.append(fresh);  // the file has failed for good by now: this is memory
    if (wake) wake->set();
  }

  // --- out ---

  bool unsent() const { return sent < spool.size(); }

  void hear(JobWish said, const std::optional<Duration>& new_interval) {
    if (new_interval) interval = std::clamp(*new_interval, Duration::zero(), kLongestInterval);
    if (static_cast<int>(said) <= static_cast<int>(wish)) return;
    wish = said;
    if (on_wish) on_wish(wish);
  }

  // PATCHes until everything is sent, or until one try fails.
  Task<Sent> send_all() {
    int moved_back = 0;
    while (unsent()) {
      auto bytes = spool.read(sent, options.chunk_size);
      if (!bytes.ok()) {
        logger.error("cannot read the log spool", {{"error", bytes.error()}});
        co_return Sent::failed;
      }
      auto reply = co_await coordinator.patch_trace(job, sent, *bytes, options.debug_trace);
      last_contact = clock.steady_now();
      if (!reply.ok()) {
        logger.warning("sending the job's log failed", {{"error", reply.error()}});
        co_return Sent::failed;
      }
      using Verdict = TraceReply::Verdict;
      switch (reply->verdict) {
        case Verdict::accepted:
          sent += bytes->size();
          hear(reply->wish, reply->interval);
          break;
        case Verdict::range_mismatch:
          hear(reply->wish, reply->interval);
          // Continue where the server stands. One that keeps saying the same
          // is not asked again before the next interval.
          if (++moved_back > 2) co_return Sent::failed;
          sent = std::min(reply->size, spool.size());
          break;
        case Verdict::not_found:
          hear(reply->wish, reply->interval);
          co_return Sent::failed;
        case Verdict::abort:
          aborted = true;
          hear(JobWish::abort, reply->interval);
          co_return Sent::aborted;
      }
    }
    co_return Sent::all;
  }

  Task<void> keep_alive() {
    JobUpdate update;
    update.checksum = filters.checksum();
    update.bytesize = filters.bytesize();
    auto reply = co_await coordinator.update_job(job, update);
    last_contact = clock.steady_now();
    if (!reply.ok()) {
      logger.warning("the keep-alive of the job failed", {{"error", reply.error()}});
      co_return;
    }
    if (reply->verdict == UpdateReply::Verdict::abort) {
      aborted = true;
      hear(JobWish::abort, reply->interval);
    } else {
      hear(reply->wish, reply->interval);
    }
  }

  // Until `deadline`, or until something happens (bytes arrive, finish()).
  Task<void> wait(SteadyTime deadline) {
    using namespace boost::asio::experimental::awaitable_operators;
    WakeUp event(co_await asio::this_coro::executor);
    wake = event;
    co_await (clock.sleep_until(deadline) || event.wait());
    wake.reset();
  }

  // False: cancelled hard.
  Task<bool> pause(Duration duration, const CancelToken& cancel) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (cancel.cancelled(CancelLevel::hard)) co_return false;
    co_await (clock.sleep_for(duration) || wait_cancelled(cancel, CancelLevel::hard));
    co_return !cancel.cancelled(CancelLevel::hard);
  }

  CoordinatorClient& coordinator;
  JobKey job;
  Clock& clock;
  TraceOptions options;
  TraceFilters filters;
  TraceSpool spool;
  std::string fresh;               // what the filters gave for the current input
  std::uint64_t stage_offset = 0;  // raw bytes taken of the current stage
  bool dropped = false;

  std::uint64_t sent = 0;
  Duration interval;
  SteadyTime last_contact;
  JobWish wish = JobWish::go_on;
  std::function<void(JobWish)> on_wish;
  bool aborted = false;
  bool finishing = false;
  std::optional<WakeUp> wake;       // set while send_loop() sleeps
  std::optional<WakeUp> loop_done;  // set while send_loop() runs
  Logger logger;
};

Trace::Trace(CoordinatorClient& coordinator, JobKey job, Clock& clock, TraceOptions options)
    : impl_(std::make_unique<Impl>(coordinator, std::move(job), clock, std::move(options))) {}
Trace::~Trace() = default;

void Trace::begin_stage() { impl_->stage_offset = 0; }

Task<Result<std::uint64_t>> Trace::deliver(std::span<const executors::LogFrame> frames) {
  Impl& self = *impl_;
  for (const executors::LogFrame& frame : frames) {
    std::string_view bytes = frame.bytes;
    if (frame.offset < self.stage_offset) {  // a repeat after a reconnect
      const std::uint64_t known = self.stage_offset - frame.offset;
      if (known >= bytes.size()) continue;
      bytes.remove_prefix(known);
    }
    self.stage_offset = frame.offset + frame.bytes.size();
    self.take(frame.stream == executors::LogStream::err ? TraceSource::job_err : TraceSource::job_out,
              frame.time, bytes);
  }
  co_return self.stage_offset;
}

void Trace::end_stage() {
  impl_->flush(TraceSource::job_out);
  impl_->flush(TraceSource::job_err);
}

void Trace::write(std::string_view text) { impl_->take(TraceSource::runner, impl_->clock.wall_now(), text); }

void Trace::section_start(std::string_view name, bool collapsed) {
  SectionOptions options;
  if (collapsed) options.emplace_back("collapsed", "true");
  write(runner::section_start(name, impl_->clock.wall_now(), options));
}

void Trace::section_end(std::string_view name) { write(runner::section_end(name, impl_->clock.wall_now())); }

void Trace::add_masked(const std::vector<std::string>& values) { impl_->filters.add_masked(values); }

void Trace::on_wish(std::function<void(JobWish)> callback) { impl_->on_wish = std::move(callback); }
JobWish Trace::wish() const { return impl_->wish; }

Task<void> Trace::send_loop() {
  Impl& self = *impl_;
  self.loop_done.emplace(co_await asio::this_coro::executor);
  WakeUp done = *self.loop_done;
  self.last_contact = self.clock.steady_now();
  SteadyTime next_send = self.last_contact + self.interval;
  while (!self.finishing && !self.aborted) {
    const SteadyTime now = self.clock.steady_now();
    if (self.unsent() && now >= next_send) {
      (void)co_await self.send_all();
      next_send = self.clock.steady_now() + self.interval;
    } else if (now >= self.last_contact + self.options.keep_alive) {
      co_await self.keep_alive();
    } else {
      const SteadyTime keep_alive = self.last_contact + self.options.keep_alive;
      co_await self.wait(self.unsent() ? std::min(next_send, keep_alive) : keep_alive);
    }
  }
  done.set();
}

Task<FinishVerdict> Trace::finish(JobUpdate outcome, CancelToken cancel) {
  Impl& self = *impl_;
  end_stage();
  self.flush(TraceSource::runner);
  self.finishing = true;
  if (self.wake) self.wake->set();
  if (self.loop_done) {
    WakeUp done = *self.loop_done;
    co_await done.wait();
  }

  outcome.final = true;
  int failures = 0;
  bool resent = false;  // once at once; a server that asks again gets the pauses of a failing one
  Duration backoff = self.options.backoff_min;
  // After a failure: whether there is another try, and the time until it.
  const auto try_again = [&]() -> Task<bool> {
    if (++failures >= self.options.final_tries) co_return false;
    const bool go_on = co_await self.pause(backoff, cancel);
    backoff = std::min(backoff * 2, self.options.backoff_max);
    co_return go_on;
  };
  // The server's own pace counts from here on; ours until it says one.
  self.interval = std::min(self.interval, kFinalInterval);

  for (;;) {
    if (!self.aborted && self.unsent()) {
      const Impl::Sent result = co_await self.send_all();
      if (result == Impl::Sent::failed) {
        if (!co_await try_again()) co_return FinishVerdict::gave_up;
        continue;
      }
    }
    outcome.checksum = self.filters.checksum();
    outcome.bytesize = self.filters.bytesize();
    auto reply = co_await self.coordinator.update_job(self.job, outcome);
    if (!reply.ok()) {
      self.logger.warning("telling the job's outcome failed", {{"error", reply.error()}});
      if (!co_await try_again()) co_return FinishVerdict::gave_up;
      continue;
    }
    if (reply->interval) self.interval = std::clamp(*reply->interval, Duration::zero(), kLongestInterval);
    using Verdict = UpdateReply::Verdict;
    switch (reply->verdict) {
      case Verdict::accepted:
        co_return FinishVerdict::accepted;
      case Verdict::abort:
        co_return FinishVerdict::aborted;
      case Verdict::not_yet:  // as often as the server likes: it must end it
        if (!co_await self.pause(self.interval, cancel)) co_return FinishVerdict::gave_up;
        break;
      case Verdict::resend_trace:
        self.sent = 0;
        if (std::exchange(resent, true) && !co_await try_again()) co_return FinishVerdict::gave_up;
        break;
    }
  }
}

std::uint32_t Trace::checksum() const { return impl_->filters.checksum(); }
std::uint64_t Trace::bytesize() const { return impl_->filters.bytesize(); }
std::uint64_t Trace::sent() const { return impl_->sent; }
bool Trace::limit_reached() const { return impl_->filters.limit_reached(); }

}  // namespace fairlead::runner
