// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "executors/executor.hpp"
#include "model/words.hpp"

namespace fairlead::runner {

// Why a job does not succeed. Pure values and functions; nothing here acts.
struct JobError {
  enum class Kind {
    failed,     // a script, an upload, the configuration
    system,     // we or the machine failed, not the job
    timed_out,  // the job's or a stage's time is over
    canceled,   // someone wished it
  };
  Kind kind = Kind::failed;
  model::FailureReason reason = model::FailureReason::script_failure;
  int exit_code = 0;
  std::string message;  // stands behind "ERROR: Job failed: "

  bool operator==(const JobError&) const = default;
};

// Nothing: it went well.
using StageResult = std::optional<JobError>;

// What a stage's end means. `executor` chooses gitlab-runner's words: "exit
// status 1" from the shell executor, "exit code 1" from those with containers.
// Cancelled and TimedOut are the caller's to word: it knows whose wish it was.
StageResult to_stage_result(const executors::StageExit& exit, std::string_view executor);

// A failure outside the scripts: ours or the machine's (system), or wrong
// settings, which are the user's to mend and not worth another try.
JobError to_job_error(const Error& error);
bool is_worth_retrying(const Error& error);

// The reason as the coordinator may hear it: script_failure,
// runner_system_failure and job_execution_timeout always; others only if the
// payload's `features.failure_reasons` lists them, else the nearest older one.
model::FailureReason reason_to_send(model::FailureReason reason, std::span<const std::string> supported);

}  // namespace fairlead::runner
