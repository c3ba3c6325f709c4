// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "executors/executor.hpp"
#include "proto/api/job_payload.hpp"
#include "runner/build/settings.hpp"
#include "runner/coordinator/coordinator_client.hpp"
#include "runner/script/stages.hpp"

namespace boost::asio {
class thread_pool;
}

namespace fairlead::runner {

// How a job ended, as the runner sees it and told the coordinator.
struct BuildOutcome {
  enum class State { success, failed, canceled, timed_out };
  State state = State::success;
  // What was sent (after the filter by `features.failure_reasons`).
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  std::string message;          // the text behind "ERROR: Job failed: "; empty on success
  bool system_failure = false;  // the failure is ours or the machine's, not the script's
  // The coordinator took the final state. False: it has dropped the job
  // (aborted, 403, 404) or could not be reached to the end.
  bool reported = false;
};

// What a Build works with. All of it outlives the Build.
struct BuildContext {
  CoordinatorClient& coordinator;
  executors::ExecutorProvider& provider;
  asio::thread_pool& pool;  // for blocking work: archives, caches
  Clock& clock = system_clock();
  // Told on the job's strand whenever a stage begins; may be empty.
  std::function<void(BuildStage stage, std::string_view section)> on_stage = {};
};

// Runs one job from payload to final state: claims it (PUT running), prepares
// the executor, runs the stages of gitlab-runner in order, keeps the log
// flowing to the coordinator and reports the end.
//
// One strand carries everything: construct it anywhere, then await `run` on
// an executor that serialises (a strand, or an io_context with one thread).
// `run` returns only when nothing of the job is left running, neither
// coroutine nor process; it is called once. The Build must outlive it.
//
// `cancel`, polite: ends the running script with TERM as a user's cancel does;
// after_script, cache and artifacts still follow (before the scripts have
// begun: the whole job). Hard: ends the stage at once and skips all others.
class Build {
 public:
  Build(proto::JobPayload payload, RunnerSettings settings, BuildContext context);
  Build(const Build&) = delete;
  Build& operator=(const Build&) = delete;
  ~Build();

  Task<BuildOutcome> run(CancelToken cancel);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairlead::runner
