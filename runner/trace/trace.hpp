// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/async.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "executors/executor.hpp"
#include "runner/coordinator/coordinator_client.hpp"
#include "runner/trace/trace_filters.hpp"
#include "runner/trace/trace_spool.hpp"

namespace fairlead::runner {

struct TraceOptions {
  TraceFilterOptions filters;
  bool debug_trace = false;                             // CI_DEBUG_TRACE, told to the server with each PATCH
  std::filesystem::path spool_dir;                      // where a long log goes; empty: memory only
  std::size_t memory_limit = 256 * 1024;                // bytes kept in memory before the spool file is made
  std::size_t memory_ceiling = 8 * 1024 * 1024;         // without a file, or when the disk is full
  OpenSpoolFile open_spool;                             // in place of spool_dir's file: for tests
  std::size_t chunk_size = 1024 * 1024;                 // of one PATCH
  Duration initial_interval = std::chrono::seconds(3);  // until the server says otherwise
  Duration keep_alive = std::chrono::seconds(30);
  int final_tries = 10;  // job_status_final_update_retry_limit
  Duration backoff_min = std::chrono::seconds(1);
  Duration backoff_max = std::chrono::minutes(60);
};

// How the final update went.
enum class FinishVerdict {
  accepted,
  aborted,  // the coordinator no longer knows the job or forbids it: its outcome is not ours to tell
  gave_up,  // all tries failed
};

// A job's log: takes the executor's frames and our own lines, filters them,
// keeps the result until the coordinator has it, and sends it.
//
// Owned by Build; all methods on the job's strand. Build spawns send_loop()
// in its task group and ends with finish(), which also ends send_loop(). The
// coordinator and the clock outlive it.
class Trace final : public executors::LogSink {
 public:
  Trace(CoordinatorClient& coordinator, JobKey job, Clock& clock, TraceOptions options);
  ~Trace() override;

  // --- what goes in ---

  // A new stage: frame offsets count from 0 again.
  void begin_stage();
  // From the executor. Never waits and never fails: what cannot be kept (disk
  // full) is dropped after one notice in the log.
  Task<Result<std::uint64_t>> deliver(std::span<const executors::LogFrame> frames) override;
  // No more output of this stage: nothing of it is held back afterwards.
  void end_stage();

  // Our own text (stream 00), with its line ends and colours. Masked like the job's.
  void write(std::string_view text);
  void section_start(std::string_view name, bool collapsed = false);
  void section_end(std::string_view name);

  // More values to mask from here on (secrets that were resolved later).
  void add_masked(const std::vector<std::string>& values);

  // --- what goes out ---

  // Called on the strand each time the coordinator's wish rises (go_on <
  // cancel_gracefully < abort).
  void on_wish(std::function<void(JobWish)> callback);
  JobWish wish() const;

  // Sends what there is at the intervals that the server sets, and a
  // keep-alive when nothing was sent for a while. Ends when finish() begins or
  // the coordinator has said abort. To be started once, before finish().
  Task<void> send_loop();

  // Flushes, sends the rest, then tells the outcome and repeats it until the
  // coordinator has taken it. Checksum and size are filled in here. A hard
  // cancel ends the waiting (gave_up).
  Task<FinishVerdict> finish(JobUpdate outcome, CancelToken cancel = {});

  std::uint32_t checksum() const;
  std::uint64_t bytesize() const;
  std::uint64_t sent() const;  // bytes that the coordinator has accepted
  bool limit_reached() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairlead::runner
