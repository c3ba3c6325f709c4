// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "terminal/frame.hpp"
#include "terminal/run_view.hpp"
#include "terminal/style.hpp"

namespace fairlead::terminal {

// Shows a run to whoever started it. The order of calls: pipeline_started
// once, then anything, pipeline_finished once. Single thread. Bytes of jobs
// may be anything; what comes out cannot harm a terminal.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void pipeline_started(const PipelineReport& pipeline, const std::vector<JobReport>& jobs) = 0;
  virtual void job_changed(const JobReport& job) = 0;
  virtual void job_output(std::int64_t id, std::string_view bytes) = 0;
  // A remark of ours; about one job, or (no id) about the run.
  virtual void notice(std::optional<std::int64_t> id, const std::string& text) = 0;
  virtual void pipeline_finished(const PipelineReport& pipeline, int exit_code) = 0;

  // Time has passed: a moving view redraws itself.
  virtual void tick(WallTime) {}
  bool wants_ticks() const { return wants_ticks_; }
  // Only gates are left. Shows the question; the answer is read by the caller,
  // who then calls `answered`. False: this reporter asks nothing.
  virtual bool ask(const std::vector<JobReport>&, WallTime, const std::string& /*remark*/) { return false; }
  virtual void answered() {}

 protected:
  bool wants_ticks_ = false;
};

// Takes finished text. Must not keep the view.
using Output = std::function<void(std::string_view)>;

struct PlainOptions {
  bool quiet = false;  // no job output and no state lines: the summary only
  Style style;         // colours are used only when the caller says so
};
// `[job] text` lines and `== job: state` lines, in the order things happen.
std::unique_ptr<Reporter> make_plain_reporter(Output output, PlainOptions options, Clock& clock);

// One JSON object per line; docs/exec.md describes them.
std::unique_ptr<Reporter> make_json_reporter(Output output, bool quiet, Clock& clock);

struct LiveOptions {
  Style style;
  std::function<ScreenSize()> size;  // asked before each drawing
};
// Redraws a frame in place. The cursor is hidden until the run has ended.
std::unique_ptr<Reporter> make_live_reporter(Output output, LiveOptions options, Clock& clock);

}  // namespace fairlead::terminal
