// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/plan/parallel.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::parser {

// GitLab's limit on the needs of one job, copies counted.
inline constexpr std::size_t kMaxNeeds = 50;

// Turns the names in `needs` and `dependencies` into names of jobs in the
// pipeline. Knows the copies of every job of the file, and, once told, which
// are in the pipeline. The jobs given must outlive it.
class NeedsResolver {
 public:
  // `copies[i]` belong to `jobs[i]`.
  NeedsResolver(const std::vector<JobConfig>& jobs, const std::vector<std::vector<JobCopy>>& copies);

  // Every name that the needs of `copy` stand for, present or not, with
  // `$[[ matrix.X ]]` replaced by its values. Needs of other pipelines are no
  // edges of this one and are left out.
  std::vector<Need> resolve(const std::vector<NeedConfig>& needs, const JobCopy& copy) const;
  std::vector<std::string> resolve(const std::vector<std::string>& dependencies) const;

  // `name` must outlive this.
  void add_present(std::string_view name) { present_.insert(name); }
  // Reports needs that are too many or absent and drops optional ones that are
  // absent. `configs` gives places.
  void check(JobPlan& job, const std::vector<NeedConfig>& configs, Diagnostics& diagnostics) const;
  void keep_present(std::vector<std::string>& names) const;

 private:
  std::unordered_map<std::string_view, const std::vector<JobCopy>*> by_name_;
  std::unordered_set<std::string_view> present_;
};

}  // namespace fairlead::parser
