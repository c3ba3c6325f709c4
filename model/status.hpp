// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace fairlead::model {

// The state of a job, a stage or a pipeline, in GitLab's wire spelling
// (app/models/concerns/ci/has_status.rb).
enum class Status {
  created,
  waiting_for_resource,
  preparing,
  waiting_for_callback,
  pending,
  running,
  canceling,
  success,
  failed,
  canceled,
  skipped,
  manual,
  scheduled,
};

std::string_view to_string(Status status);
std::optional<Status> status_from_string(std::string_view text);

// success, failed, canceled, skipped: nothing more will happen by itself.
bool is_completed(Status status);
// Completed, or waiting for a person or a clock: manual, scheduled.
bool is_stopped(Status status);
// Anything that is not stopped.
bool is_alive(Status status);

}  // namespace fairlead::model
