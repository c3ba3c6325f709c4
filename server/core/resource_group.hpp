// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/core/pipeline.hpp"

namespace fairlead::server {

// How the next job of a resource group is chosen (GitLab's process_mode).
enum class ResourceMode { unordered, oldest_first, newest_first, newest_ready_first };

std::optional<ResourceMode> resource_mode_from_string(std::string_view text);
std::string_view to_string(ResourceMode mode);

// A job of the group that could use the resource, now or later.
struct ResourceCandidate {
  JobId job = 0;
  PipelineId pipeline = 0;
  model::Status status = model::Status::created;
};

// Which candidate gets the free resource, as an index; nullopt: none yet.
// Only a job that is waiting_for_resource can get it; in oldest_first and
// newest_first a job that is still created or scheduled keeps its turn.
std::optional<std::size_t> next_for_resource(ResourceMode mode,
                                             const std::vector<ResourceCandidate>& candidates);

}  // namespace fairlead::server
