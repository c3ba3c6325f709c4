// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "proto/api/job_payload.hpp"
#include "runner/build/settings.hpp"
#include "runner/trace/trace.hpp"

namespace fairlead::runner {

// The runner's own lines in a job's log, in gitlab-runner's colours, so that
// tools which read GitLab logs find what they look for.
class JobLog {
 public:
  JobLog(Trace& trace, bool sections) : trace_(trace), sections_(sections) {}

  void line(std::string_view text);     // plain
  void heading(std::string_view text);  // cyan: what a stage is about
  void info(std::string_view text);     // green
  void warning(std::string_view text);  // yellow, "WARNING: "
  void error(std::string_view text);    // red, "ERROR: "

  void begin_section(std::string_view name);
  void end_section(std::string_view name);

  // "Running with .. on ..".
  void prologue(const RunnerSettings& settings);

 private:
  void write(std::string_view before, std::string_view text);
  Trace& trace_;
  bool sections_;
};

}  // namespace fairlead::runner
