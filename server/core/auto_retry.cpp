// SPDX-License-Identifier: Apache-2.0
#include "server/core/auto_retry.hpp"

#include <algorithm>

namespace fairlead::server {

using model::FailureReason;

namespace {

constexpr int kSchedulerFailureRetries = 2;

// Another attempt could only fail the same way.
bool never_retried(FailureReason reason) {
  switch (reason) {
    case FailureReason::missing_dependency_failure:
    case FailureReason::no_matching_runner:
    case FailureReason::ci_quota_exceeded:
    case FailureReason::forward_deployment_failure:
    case FailureReason::environment_creation_failure:
      return true;
    default:
      return false;
  }
}

// Whether `retry` means this failure: by reason, or by exit code. Exit codes
// alone restrict; without either, everything is meant.
bool retry_applies(const JobState& job) {
  const auto& codes = job.retry_exit_codes;
  const auto& when = job.retry_when;
  if (std::find(codes.begin(), codes.end(), job.exit_code) != codes.end()) return true;
  if (when.empty()) return codes.empty();
  if (std::find(when.begin(), when.end(), "always") != when.end()) return true;
  return job.failure_reason &&
         std::find(when.begin(), when.end(), model::to_string(*job.failure_reason)) != when.end();
}

}  // namespace

bool auto_retry_allowed(const JobState& job) {
  if (job.failure_reason && never_retried(*job.failure_reason)) return false;
  int max = 0;
  if (job.retry_max && retry_applies(job))
    max = *job.retry_max;
  else if (job.failure_reason == FailureReason::scheduler_failure)
    max = kSchedulerFailureRetries;
  return job.retries < max;
}

}  // namespace fairlead::server
