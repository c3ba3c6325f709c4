// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "server/core/coordinator.hpp"

namespace fairlead::local {

// Told what happens in a LocalPipeline, on its thread, in order. Owned by the
// caller; outlives the run.
class PipelineObserver {
 public:
  virtual ~PipelineObserver() = default;
  // Before anything moves: all jobs as created.
  virtual void started(const server::PipelineView& pipeline, const std::vector<server::JobView>& jobs) = 0;
  // `message`: why it failed, in the runner's words, once that is known.
  virtual void job_changed(const server::JobView& job, const std::string& message) = 0;
  virtual void output(server::JobId job, std::string_view bytes) = 0;
  virtual void notice(std::optional<server::JobId> job, const std::string& text) = 0;
  virtual void finished(const server::PipelineView& pipeline, bool interrupted) = 0;

  // Only gates are left: the ids of those to press; none ends the run.
  virtual Task<std::vector<server::JobId>> choose_gates(const std::vector<server::JobView>& gates,
                                                        CancelToken cancel) = 0;
  // Called about ten times a second while the run goes on, if wanted.
  virtual bool wants_ticks() const { return false; }
  virtual void tick() {}
};

}  // namespace fairlead::local
