// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "server/core/pipeline.hpp"

namespace fairlead::server {

// What can happen to one job.
enum class JobEvent {
  reset,           // a skipped job may have its chance again
  enqueue,         // it is its turn (or a person pressed play)
  grant_resource,  // its resource group is free
  actionize,       // becomes a gate
  schedule,        // becomes delayed
  unschedule,      // a delayed job becomes a gate
  skip,
  run,
  succeed,
  drop,    // fail
  cancel,  // politely, when its runner can
  force_cancel,
};

// The state after the event, or nullopt when a job in this state cannot take
// it. `runner_cancels`: the runner supports `canceling`.
std::optional<model::Status> state_after(const JobState& job, JobEvent event, bool runner_cancels = true);

// A job that a person starts: when manual or delayed.
bool is_gate(const JobState& job);
// success, failed, canceled, canceling: a copy may take its place.
bool is_retryable(const JobState& job);
// What `cancel` reaches: everything that could still run by itself. Gates stay.
bool is_cancelable(const JobState& job);

}  // namespace fairlead::server
