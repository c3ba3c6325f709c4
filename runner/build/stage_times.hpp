// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "runner/script/job_variables.hpp"

namespace fairlead::runner {

// Time limits of scripts, and tries of stages, as the job's variables say.

struct StageTimeouts {
  std::optional<Duration> script;                                  // RUNNER_SCRIPT_TIMEOUT
  std::optional<Duration> after_script = std::chrono::minutes(5);  // RUNNER_AFTER_SCRIPT_TIMEOUT
  std::vector<std::string> warnings;  // for the log: malformed, longer than the job's
};
// Values in Go's notation. Zero or less means no limit of its own, as in
// gitlab-runner.
StageTimeouts stage_timeouts(const JobVariables& variables, Duration job_timeout);

// 1..10 from e.g. GET_SOURCES_ATTEMPTS; 1 when it is absent or no number.
Result<int> stage_attempts(const JobVariables& variables, std::string_view key, std::string_view stage);

// Pause before try number `attempt` (2, 3, ..): 5 s, doubling up to 5 min.
Duration retry_delay(int attempt);

}  // namespace fairlead::runner
