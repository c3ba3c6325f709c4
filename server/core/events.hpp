// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "model/status.hpp"
#include "server/core/pipeline.hpp"

// What the Coordinator tells its subscribers. Each event is a whole fact: no
// need to ask back, and nothing that a later event could make wrong.
namespace fairlead::server {

struct TestSummary {  // counted from JUnit XML
  std::uint64_t tests = 0;
  std::uint64_t failures = 0;
  std::uint64_t errors = 0;
  std::uint64_t skipped = 0;
};

struct ArtifactView {
  std::string type;    // archive, junit, dotenv, ...
  std::string format;  // zip, gzip, raw
  std::string filename;
  std::uint64_t size = 0;
};

struct PipelineCreated {
  PipelineId pipeline = 0;
};
struct JobStatusChanged {
  PipelineId pipeline = 0;
  JobId job = 0;
  model::Status from = model::Status::created;
  model::Status to = model::Status::created;
};
// `old_job` has a copy that takes its place; it starts as `created`.
struct JobRetried {
  PipelineId pipeline = 0;
  JobId old_job = 0;
  JobId new_job = 0;
  bool automatic = false;
};
// The job waits for a person. Blocking: later stages and the pipeline wait too.
struct GateReached {
  PipelineId pipeline = 0;
  JobId job = 0;
  bool blocking = false;
};
struct StageStatusChanged {
  PipelineId pipeline = 0;
  int stage_index = 0;
  model::Status to = model::Status::created;
};
struct PipelineStatusChanged {
  PipelineId pipeline = 0;
  model::Status from = model::Status::created;
  model::Status to = model::Status::created;
};
// Nothing is queued, running or scheduled any more: without a person (gates,
// retry) nothing will move. Told again each time this comes true.
struct PipelineSettled {
  PipelineId pipeline = 0;
  model::Status status = model::Status::created;
};
struct TraceAppended {
  PipelineId pipeline = 0;
  JobId job = 0;
  std::uint64_t offset = 0;  // of the first byte
  std::string bytes;
};
struct ArtifactStored {
  PipelineId pipeline = 0;
  JobId job = 0;
  ArtifactView artifact;
};

using Event = std::variant<PipelineCreated, JobStatusChanged, JobRetried, GateReached, StageStatusChanged,
                           PipelineStatusChanged, PipelineSettled, TraceAppended, ArtifactStored>;

}  // namespace fairlead::server
