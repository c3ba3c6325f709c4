// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/status.hpp"
#include "model/words.hpp"

namespace fairlead::server {

using JobId = std::int64_t;
using PipelineId = std::int64_t;

// What the processor needs to know of one job: a value, no behaviour.
struct JobState {
  JobId id = 0;
  std::string name;
  int stage_index = 0;
  model::Status status = model::Status::created;
  model::When when = model::When::on_success;
  bool allow_failure = false;
  // Not empty: allowed to fail with these codes only; `allow_failure` is
  // decided when the job fails.
  std::vector<int> allow_failure_exit_codes;
  bool dag = false;
  // Names of needed jobs; absent optional ones already dropped.
  std::vector<std::string> needs;
  std::optional<Duration> start_in;  // delayed
  std::optional<WallTime> scheduled_at;
  // A gate that a person pressed by retrying it: it does not ask again.
  bool enqueue_immediately = false;
  bool interruptible = false;
  bool started = false;  // has ever been running
  std::string resource_group;
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  int retries = 0;               // how many copies came before this one
  std::optional<int> retry_max;  // absent: no `retry` keyword
  std::vector<std::string> retry_when;
  std::vector<int> retry_exit_codes;
};

struct StageState {
  std::string name;
  model::Status status = model::Status::created;
};

// A pipeline as the processor sees it. `jobs` holds the latest copy of each
// job only (retried ones are replaced in their slot). Only statuses and what
// belongs to one copy change during its life; names, stages and needs do not.
struct PipelineState {
  PipelineId id = 0;
  model::Status status = model::Status::created;
  std::vector<StageState> stages;  // in order, only those that have jobs
  std::vector<JobState> jobs;
  bool cancel_on_job_failure = false;  // workflow:auto_cancel:on_job_failure: all
};

}  // namespace fairlead::server
