// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/entry/job_config.hpp"

// `parallel` and `parallel:matrix`: one job of the file as several.
namespace fairlead::parser {

using MatrixValues = std::vector<std::pair<std::string, std::string>>;

struct JobCopy {
  std::string name;  // "test 1/3", "build: [linux, amd64]", or the job's own
  int index = 0;     // from 1 with parallel, else 0
  int total = 1;
  MatrixValues values;  // of a matrix, in its order
};

// One entry for a job without parallel. `parallel: 1` still renames.
std::vector<JobCopy> copies_of(const JobConfig& job);

// The product of each map's values, the first key slowest.
std::vector<MatrixValues> combinations(const ParallelMatrix& matrix);

// "job: [a, b]"
std::string matrix_name(std::string_view job, const MatrixValues& values);

// `text` with each `$[[ matrix.X ]]` replaced by its value. Names that have no
// value are added to `missing`, once each, and their blocks stay.
std::string interpolate_matrix(std::string_view text, const MatrixValues& values,
                               std::vector<std::string>& missing);

}  // namespace fairlead::parser
