// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/parallel.hpp"

namespace fairlead::parser {

std::vector<JobCopy> copies_of(const JobConfig& job) {
  std::vector<JobCopy> copies;
  if (!job.matrix.empty()) {
    std::vector<Combination> all = combinations(job.matrix);
    const int total = static_cast<int>(all.size());
    for (Combination& values : all) {
      std::string name = copy_name(job.name, values);
      copies.push_back({std::move(name), static_cast<int>(copies.size()) + 1, total, std::move(values)});
    }
  } else if (job.parallel) {
    for (int i = 1; i <= *job.parallel; ++i)
      copies.push_back({copy_name(job.name, i, *job.parallel), i, *job.parallel, {}});
  } else {
    copies.push_back({.name = job.name});
  }
  return copies;
}

}  // namespace fairlead::parser
