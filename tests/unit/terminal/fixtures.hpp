// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "terminal/run_view.hpp"

namespace fairlead::terminal {

inline WallTime at(double seconds) {
  return WallTime(std::chrono::seconds(1'700'000'000)) +
         std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(seconds));
}

inline JobReport job(std::int64_t id, std::string name, std::string stage, model::Status status) {
  JobReport report{.id = id, .name = std::move(name), .stage = std::move(stage), .status = status};
  const bool has_started =
      status == model::Status::running || status == model::Status::success || status == model::Status::failed;
  if (has_started) report.started = at(1);
  if (model::is_completed(status) && has_started) report.finished = at(3.5);
  if (status == model::Status::manual) report.when = model::When::manual;
  return report;
}

inline PipelineReport pipeline(model::Status status = model::Status::running) {
  return {.id = 7, .name = "", .ref = "main", .source = "push", .status = status, .started = at(0)};
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string out = "\n";
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace fairlead::terminal
