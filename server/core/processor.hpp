// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "server/core/job_machine.hpp"
#include "server/core/pipeline.hpp"
#include "server/core/pipeline_graph.hpp"

// The pipeline-processing state machine: pure functions over PipelineState.
// Each changes the state and notes what it changed, in order. They never touch
// clocks, queues or runners; the Coordinator does that from the notes.
namespace fairlead::server {

using model::Status;

struct JobMove {
  std::size_t job = 0;  // index into PipelineState::jobs
  Status from = Status::created;
  Status to = Status::created;
};
struct StageMove {
  std::size_t stage = 0;
  Status to = Status::created;
};
struct Moves {
  std::vector<JobMove> jobs;
  std::vector<StageMove> stages;
  // First and last state of the pipeline, when it changed.
  std::optional<std::pair<Status, Status>> pipeline;
};

// The pass, due after every change: created jobs whose turn has come move
// (needed ones first, stage by stage), then stages, then the pipeline.
// Linear in jobs and needs.
void process(const PipelineGraph& graph, PipelineState& pipeline, Moves& moves);

// One event on one job. False: a job in this state does not take it; nothing
// changed. When a stopped job comes alive, skipped jobs that depend on it
// (through needs, or by standing in a later stage) become `created` again.
bool apply(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, JobEvent event, Moves& moves,
           bool runner_cancels = true);

// `drop` with its facts: sets reason and exit code and decides allow_failure
// by exit code. True as for `apply`.
bool fail(const PipelineGraph& graph, PipelineState& pipeline, std::size_t job, model::FailureReason reason,
          int exit_code, Moves& moves);

// Skipped jobs that depend on any of `jobs` become `created`. For copies made
// by retry, whose slot holds a fresh job; `apply` does it by itself.
void reset_skipped(const PipelineGraph& graph, PipelineState& pipeline, std::span<const std::size_t> jobs,
                   Moves& moves);

// Puts a fresh copy into the job's slot under a new id: created, nothing
// failed, not yet scheduled. `pressed`: a person retries this very job, so a
// gate does not ask again. Not a move: the copy is another job. The caller
// runs reset_skipped and process.
void replace_with_copy(PipelineState& pipeline, std::size_t job, JobId new_id, bool pressed);

// Whether the pipeline's own rule says to cancel all of it now: `job` has
// failed, the failure counts, and no automatic retry takes its place.
bool cancels_pipeline(const PipelineState& pipeline, const JobState& job);

// Warnings: a job failed or was cancelled, and was allowed to.
bool has_warnings(const PipelineState& pipeline);
// Nothing is queued, running or scheduled: only a person can move it on.
bool is_settled(const PipelineState& pipeline);

}  // namespace fairlead::server
