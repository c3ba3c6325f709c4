// SPDX-License-Identifier: Apache-2.0
#include "runner/build/stage_times.hpp"

#include <algorithm>

#include "runner/script/go_duration.hpp"

namespace fairlead::runner {
namespace {

void read_timeout(const JobVariables& variables, std::string_view key, Duration job_timeout,
                  std::optional<Duration>& timeout, std::vector<std::string>& warnings) {
  std::string text = variables.get(key);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  auto given = parse_go_duration(text);
  if (!given) {
    warnings.push_back("Ignoring malformed " + std::string(key) + " timeout: " + text);
  } else if (*given <= Duration(0)) {
    timeout.reset();
  } else if (*given > job_timeout) {
    warnings.push_back(std::string(key) + " timeout: " + format_go_duration(*given) +
                       " is longer than job timeout: " + format_go_duration(job_timeout) +
                       ". Setting to job timeout");
    timeout = job_timeout;
  } else {
    timeout = *given;
  }
}

}  // namespace

StageTimeouts stage_timeouts(const JobVariables& variables, Duration job_timeout) {
  StageTimeouts timeouts;
  read_timeout(variables, "RUNNER_SCRIPT_TIMEOUT", job_timeout, timeouts.script, timeouts.warnings);
  read_timeout(variables, "RUNNER_AFTER_SCRIPT_TIMEOUT", job_timeout, timeouts.after_script,
               timeouts.warnings);
  return timeouts;
}

Result<int> stage_attempts(const JobVariables& variables, std::string_view key, std::string_view stage) {
  auto given = variables.integer(key);
  if (!given) return 1;
  if (*given < 1 || *given > 10)
    return make_error(ErrorCode::invalid_argument,
                      "number of attempts out of the range [1, 10] for stage: " + std::string(stage));
  return static_cast<int>(*given);
}

Duration retry_delay(int attempt) {
  constexpr Duration kFirst = std::chrono::seconds(5);
  constexpr Duration kMost = std::chrono::minutes(5);
  int doublings = std::clamp(attempt - 2, 0, 10);
  return std::min(kFirst * (1 << doublings), kMost);
}

}  // namespace fairlead::runner
