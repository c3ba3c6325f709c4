// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/pipeline.hpp"

namespace fairlead::server {

// Whether a job that has just failed gets a fresh copy by itself: attempts are
// left, and reason or exit code is one that `retry` names. A scheduler_failure
// is tried twice again even without `retry`.
bool auto_retry_allowed(const JobState& job);

}  // namespace fairlead::server
