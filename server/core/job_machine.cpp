// SPDX-License-Identifier: Apache-2.0
#include "server/core/job_machine.hpp"

#include <initializer_list>

namespace fairlead::server {

using model::Status;

namespace {

bool one_of(Status status, std::initializer_list<Status> set) {
  for (Status candidate : set)
    if (candidate == status) return true;
  return false;
}

constexpr auto kBeforeRunning = {Status::created, Status::waiting_for_resource, Status::preparing,
                                 Status::waiting_for_callback, Status::pending};

}  // namespace

bool is_gate(const JobState& job) {
  return job.when == model::When::manual || job.when == model::When::delayed;
}

bool is_retryable(const JobState& job) {
  return one_of(job.status, {Status::success, Status::failed, Status::canceled, Status::canceling});
}

bool is_cancelable(const JobState& job) {
  return one_of(job.status, kBeforeRunning) || one_of(job.status, {Status::running, Status::scheduled});
}

std::optional<Status> state_after(const JobState& job, JobEvent event, bool runner_cancels) {
  const Status now = job.status;
  auto from = [now](std::initializer_list<Status> set, Status to) {
    return one_of(now, set) ? std::optional(to) : std::nullopt;
  };
  switch (event) {
    case JobEvent::reset:
      return from({Status::skipped}, Status::created);
    case JobEvent::enqueue:
      return from({Status::created, Status::skipped, Status::manual, Status::scheduled},
                  job.resource_group.empty() ? Status::pending : Status::waiting_for_resource);
    case JobEvent::grant_resource:
      return from({Status::waiting_for_resource}, Status::pending);
    case JobEvent::actionize:
      return from({Status::created}, Status::manual);
    case JobEvent::schedule:
      return from({Status::created}, Status::scheduled);
    case JobEvent::unschedule:
      return from({Status::scheduled}, Status::manual);
    case JobEvent::skip:
      return from(kBeforeRunning, Status::skipped);
    case JobEvent::run:
      return from({Status::pending}, Status::running);
    case JobEvent::succeed:
      // Whatever a job that is being cancelled says at its end, it was cancelled.
      if (now == Status::canceling) return Status::canceled;
      return one_of(now, kBeforeRunning) || now == Status::running ? std::optional(Status::success)
                                                                   : std::nullopt;
    case JobEvent::drop:
      if (now == Status::canceling) return Status::canceled;
      return one_of(now, kBeforeRunning) || one_of(now, {Status::running, Status::manual, Status::scheduled})
                 ? std::optional(Status::failed)
                 : std::nullopt;
    case JobEvent::cancel:
      if (now == Status::running && runner_cancels) return Status::canceling;
      return is_cancelable(job) ? std::optional(Status::canceled) : std::nullopt;
    case JobEvent::force_cancel:
      return is_cancelable(job) || now == Status::canceling ? std::optional(Status::canceled) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace fairlead::server
