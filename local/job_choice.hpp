// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::local {

// Which jobs of a pipeline somebody wants: by name (of the file, then all of
// its copies, or of one copy: "test 1/3"), by stage, or (both empty) all.
struct JobChoice {
  std::vector<std::string> jobs;
  std::vector<std::string> stages;
  bool with_needs = false;  // also what they need: by `needs`, else all earlier stages
};

struct ChosenJobs {
  parser::PipelinePlan plan;             // stages and edges only among the jobs kept
  std::vector<std::string> named_gates;  // manual jobs that were named: naming is pressing
  std::vector<std::string> bridges;      // trigger jobs: nothing here can run them
};

// not_found: a name that no job or stage has, with the nearest one; or a job
// that rules keep out of this pipeline, with the reason.
Result<ChosenJobs> choose_jobs(const parser::PlanResult& result, const JobChoice& choice);

// Takes the trigger jobs out of a plan that is going to be run.
void drop_bridges(parser::PipelinePlan& plan);

// The final names of the manual jobs meant by `names` (--manual).
Result<std::vector<std::string>> find_gates(const parser::PipelinePlan& plan,
                                            const std::vector<parser::Selection>& selections,
                                            const std::vector<std::string>& names);

}  // namespace fairlead::local
