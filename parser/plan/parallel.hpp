// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parser/entry/copies.hpp"
#include "parser/entry/job_config.hpp"

namespace fairlead::parser {

// One job of the file as the pipeline may have it several times.
struct JobCopy {
  std::string name;  // "test 1/3", "build: [linux, amd64]", or the job's own
  int index = 0;     // from 1 with parallel, else 0
  int total = 1;
  Combination values;  // of a matrix, in its order
};

// One entry for a job without parallel. `parallel: 1` still renames.
std::vector<JobCopy> copies_of(const JobConfig& job);

}  // namespace fairlead::parser
