// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/pipeline.hpp"

namespace fairlead::server {

// Names so ordered that each comes after those it needs; otherwise as given.
// Needs that are not among the names are left out of account.
std::vector<std::string> order_by_needs(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& jobs);

// What never changes while a pipeline lives, as indices into
// PipelineState::jobs (a retried copy takes its predecessor's slot): made once,
// so that a pass does no look-up by name. Immutable, hence usable anywhere.
class PipelineGraph {
 public:
  using Index = std::size_t;

  explicit PipelineGraph(const PipelineState& pipeline);

  std::optional<Index> find(std::string_view name) const;
  std::size_t stage_count() const { return stages_.size(); }
  // Jobs of a stage, needed ones first.
  const std::vector<Index>& stage(std::size_t stage) const { return stages_[stage]; }
  const std::vector<Index>& needs(Index job) const { return needs_[job]; }
  // Jobs that need this one.
  const std::vector<Index>& needed_by(Index job) const { return needed_by_[job]; }

 private:
  std::unordered_map<std::string, Index> by_name_;
  std::vector<std::vector<Index>> stages_;
  std::vector<std::vector<Index>> needs_;
  std::vector<std::vector<Index>> needed_by_;
};

}  // namespace fairlead::server
