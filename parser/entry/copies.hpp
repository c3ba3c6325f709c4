// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/entry/job_config.hpp"

// The copies that `parallel` makes of a job: their names and matrix values.
namespace fairlead::parser {

using Combination = std::vector<std::pair<std::string, std::string>>;

// One per copy, in GitLab's order: maps as written, first key slowest.
std::vector<Combination> combinations(const ParallelMatrix& matrix);

// "build: [linux, amd64]"
std::string copy_name(std::string_view job, const Combination& combination);
// "build 1/3"
std::string copy_name(std::string_view job, int index, int total);

// Every final name of the job; its own name when it is not multiplied.
std::vector<std::string> copy_names(const JobConfig& job);

// Names X of `$[[ matrix.X ]]` in a needs:parallel:matrix.
std::vector<std::string> matrix_references(const ParallelMatrix& matrix);

// The same matrix with `$[[ matrix.X ]]` replaced by the values of the copy
// that needs it. Unknown names stay as written.
ParallelMatrix substitute_matrix(const ParallelMatrix& matrix, const Combination& own);

}  // namespace fairlead::parser
