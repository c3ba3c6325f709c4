// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "terminal/run_view.hpp"
#include "terminal/style.hpp"

namespace fairlead::terminal {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// The live view as lines, top to bottom, none wider than the screen and never
// more than rows - 1 of them: a heading, one line per job with the tail below
// those that run, and a line that counts what had no room. A pure function:
// the same state, size and time give the same text.
std::vector<std::string> render_frame(const RunView& run, ScreenSize size, const Style& style, WallTime now);

// What is left on the screen when the pipeline has ended: every job with its
// duration, coverage and artifacts, the last lines of what failed, the gates
// that nobody pressed, and the verdict. `lines_of_failed`: how many lines of
// each failed job are repeated.
std::vector<std::string> render_summary(const RunView& run, std::size_t columns, const Style& style,
                                        WallTime now, std::size_t lines_of_failed);

// "blocked at a manual gate", "exit status 1", "2 attempts": the words behind
// a job's state. Shared by frame, summary and plain lines.
std::string describe_job(const JobView& job);
double elapsed_seconds(const JobReport& job, WallTime now);

}  // namespace fairlead::terminal
