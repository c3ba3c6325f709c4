// SPDX-License-Identifier: Apache-2.0
#include "server/core/resource_group.hpp"

#include <array>
#include <tuple>

namespace fairlead::server {
namespace {

constexpr std::array<std::pair<ResourceMode, std::string_view>, 4> kModes{{
    {ResourceMode::unordered, "unordered"},
    {ResourceMode::oldest_first, "oldest_first"},
    {ResourceMode::newest_first, "newest_first"},
    {ResourceMode::newest_ready_first, "newest_ready_first"},
}};

}  // namespace

std::optional<ResourceMode> resource_mode_from_string(std::string_view text) {
  for (const auto& [mode, name] : kModes)
    if (name == text) return mode;
  return std::nullopt;
}

std::string_view to_string(ResourceMode mode) {
  for (const auto& [candidate, name] : kModes)
    if (candidate == mode) return name;
  return "unordered";
}

std::optional<std::size_t> next_for_resource(ResourceMode mode,
                                             const std::vector<ResourceCandidate>& candidates) {
  const bool ready_only = mode == ResourceMode::unordered || mode == ResourceMode::newest_ready_first;
  const bool newest = mode == ResourceMode::newest_first || mode == ResourceMode::newest_ready_first;
  // Smaller is earlier: the pipeline by the mode, within it those who wait
  // already (no order among the jobs of one pipeline could deadlock less).
  auto rank = [&](const ResourceCandidate& c) {
    const PipelineId pipeline = mode == ResourceMode::unordered ? 0 : newest ? -c.pipeline : c.pipeline;
    return std::tuple(pipeline, c.status == model::Status::waiting_for_resource ? 0 : 1, c.job);
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto status = candidates[i].status;
    const bool waiting = status == model::Status::waiting_for_resource;
    const bool upcoming = status == model::Status::created || status == model::Status::scheduled;
    if (!waiting && (ready_only || !upcoming)) continue;
    if (!best || rank(candidates[i]) < rank(candidates[*best])) best = i;
  }
  if (best && candidates[*best].status != model::Status::waiting_for_resource) return std::nullopt;
  return best;
}

}  // namespace fairlead::server
