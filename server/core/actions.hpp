// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "server/core/processor.hpp"

// What people (and pipeline rules) do to jobs, as whole steps: each ends with
// a pass, so the state is settled when it returns. Pure like the processor.
namespace fairlead::server {

// Makes the id of the copy that will take the slot; called while the slot
// still holds the old job.
using NewId = std::function<JobId(std::size_t slot)>;
// Whether the runner that has this job supports `canceling`.
using RunnerCancels = std::function<bool(const JobState&)>;

// A job's own step (run, succeed, play, cancel, ...), then the pass.
bool step(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobEvent event, Moves& moves,
          bool runner_cancels = true);

// The job failed. A failure that cancels the pipeline does so. `wants_retry`:
// the job is entitled to a copy; neither of that nor the pass has happened, so
// that nothing is skipped in between, and the caller goes on with retry_job.
enum class Failed { not_taken, done, wants_retry };
Failed step_fail(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job,
                 model::FailureReason reason, int exit_code, const RunnerCancels& runner_cancels,
                 Moves& moves);

// A copy takes the job's place, by a person or by `retry`; a gate does not ask
// again. False: the job is not at an end.
bool retry_job(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobId new_id,
               Moves& moves);

// Copies of all failed and canceled jobs; skipped ones get their chance
// again. Returns the slots that hold copies now.
std::vector<std::size_t> retry_all(const PipelineGraph& graph, PipelineState& pipeline, const NewId& new_id,
                                   Moves& moves);

// Everything that could still run by itself; gates stay. `force`: running and
// canceling jobs are canceled at once.
void cancel_all(const PipelineGraph& graph, PipelineState& pipeline, bool force,
                const RunnerCancels& runner_cancels, Moves& moves);

// What a new commit does to an older pipeline of the same ref
// (workflow:auto_cancel:on_new_commit: conservative, interruptible, none).
enum class OnNewCommit { none, cancel_all, cancel_interruptible };
OnNewCommit on_new_commit(const PipelineState& older, std::string_view policy);
// Cancels only interruptible jobs (or all, as `on_new_commit` says).
void cancel_superseded(const PipelineGraph& graph, PipelineState& pipeline, OnNewCommit what,
                       const RunnerCancels& runner_cancels, Moves& moves);

}  // namespace fairlead::server
