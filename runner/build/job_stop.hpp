// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "runner/build/job_error.hpp"

namespace fairlead::runner {

// Why and how far a job is to be stopped. Wishes come from the coordinator, a
// person, the clock; what they touch depends on how far the job is:
//
//   cancel gracefully   before the scripts: the whole job
//                       while they run: the scripts only; after_script, cache
//                       and artifacts follow
//                       afterwards: nothing, the job ends by itself
//   abort, timeout      whatever runs now, and all that would follow
//
// Touched only on the job's strand.
class JobStop {
 public:
  enum class Phase { before_scripts, scripts, after_scripts };

  explicit JobStop(Duration job_timeout) : job_timeout_(job_timeout) {}

  void enter(Phase phase) { phase_ = phase; }
  Phase phase() const { return phase_; }

  void cancel_gracefully();
  void abort();     // TERM for what runs
  void time_out();  // likewise; the job's time is over
  void kill();      // KILL for what runs (also after an abort that did not help)

  // For all stages; and for the scripts, which may be cancelled alone.
  CancelToken job_token() const { return job_.token(); }
  CancelToken script_token() const { return script_.token(); }

  // Set once the whole job is to stop: no further stage runs.
  const std::optional<JobError>& stopped() const { return stopped_; }
  bool scripts_canceled() const { return scripts_canceled_; }

  static JobError canceled_error();

 private:
  void stop(JobError error, CancelLevel level);

  Duration job_timeout_;
  Phase phase_ = Phase::before_scripts;
  std::optional<JobError> stopped_;
  bool scripts_canceled_ = false;
  CancelSource job_;
  CancelSource script_{job_.token()};
};

}  // namespace fairlead::runner
