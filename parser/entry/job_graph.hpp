// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parser/entry/copies.hpp"
#include "parser/entry/job_config.hpp"

namespace fairlead::parser::entry {

// The jobs of a configuration by name, as `needs` sees them: a multiplied job
// answers to its own name (all copies) and each copy to the copy's. Refers to
// the configuration, which must outlive it.
class JobGraph {
 public:
  explicit JobGraph(const PipelineConfig& config);

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // Index into config.jobs by the key in the file or by a copy's name.
  std::size_t find(std::string_view name) const;
  // As GitLab has it after multiplying: the plain name of a multiplied job is
  // no name of a job any more.
  std::size_t find_final(std::string_view name) const;
  // Position among the stages, or kNone.
  std::size_t stage_of(std::size_t job) const { return stage_index_[job]; }

  // Final names that a need or dependency of this name stands for; with a
  // matrix only the copies of exactly these values. A name that does not
  // exist stands for itself.
  std::vector<std::string> targets(const std::string& name, const ParallelMatrix& matrix) const;

  const PipelineConfig& config() const { return config_; }
  // The name in messages: of the first copy when it is multiplied.
  const std::string& message_name(std::size_t job) const;
  bool is_multiplied(std::size_t job) const { return multiplied_.contains(job); }
  // Of a multiplied job.
  const std::vector<std::string>& copies(std::size_t job) const { return multiplied_.at(job); }

 private:
  const PipelineConfig& config_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::unordered_map<std::string_view, std::size_t> by_copy_;
  std::unordered_map<std::size_t, std::vector<std::string>> multiplied_;
  std::vector<std::size_t> stage_index_;
};

// "The pipeline has circular dependencies: ...": one error per cycle.
void check_cycles(const JobGraph& graph, Diagnostics& diagnostics);

// The mistakes that show only when jobs are seen together: stages, needs,
// dependencies, on_stop, cycles. `broken[i]`: job i has errors of its own, so
// only others' references to it are looked at.
void check_jobs_together(const PipelineConfig& config, const std::vector<bool>& broken,
                         Diagnostics& diagnostics);

}  // namespace fairlead::parser::entry
