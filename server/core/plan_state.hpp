// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parser/plan/plan.hpp"
#include "server/core/pipeline.hpp"

namespace fairlead::server {

// A plan as a pipeline that has not started: every job `created`, in the
// plan's order, without ids. Stages that do not exist are invalid_argument.
Result<PipelineState> initial_state(const parser::PipelinePlan& plan);

}  // namespace fairlead::server
