// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parser/plan/plan.hpp"

namespace fairlead::cli {

// `exec --list`: the jobs in pipeline order.
std::string list_as_table(const parser::PipelinePlan& plan);
// An array of objects with exactly name, stage, when, allow_failure, needs
// (null without the keyword), tags, environment (null without one).
std::string list_as_json(const parser::PipelinePlan& plan);

}  // namespace fairlead::cli
