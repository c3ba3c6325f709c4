// SPDX-License-Identifier: Apache-2.0
#include "runner/build/job_stop.hpp"

#include "runner/script/go_duration.hpp"

namespace fairlead::runner {

JobError JobStop::canceled_error() {
  return {
      .kind = JobError::Kind::canceled, .reason = model::FailureReason::job_canceled, .message = "canceled"};
}

void JobStop::cancel_gracefully() {
  switch (phase_) {
    case Phase::before_scripts:
      abort();
      break;
    case Phase::scripts:
      scripts_canceled_ = true;
      script_.cancel(CancelLevel::polite);
      break;
    case Phase::after_scripts:
      break;
  }
}

void JobStop::abort() { stop(canceled_error(), CancelLevel::polite); }

void JobStop::time_out() {
  // gitlab-runner's own sentence, with its two units.
  stop({.kind = JobError::Kind::timed_out,
        .reason = model::FailureReason::job_execution_timeout,
        .message = "execution took longer than " + format_go_duration(job_timeout_) + " seconds"},
       CancelLevel::polite);
}

void JobStop::kill() { stop(canceled_error(), CancelLevel::hard); }

void JobStop::stop(JobError error, CancelLevel level) {
  if (!stopped_) stopped_ = std::move(error);  // the first reason is the reason
  job_.cancel(level);
}

}  // namespace fairlead::runner
