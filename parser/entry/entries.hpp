// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "parser/diagnostic.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser {

// Merged document -> typed configuration. Finds every problem, not only the
// first: entry errors ("jobs:test:script config should be ...") and logical
// ones ("test job: undefined need: x"). Absent when there were errors.
std::optional<PipelineConfig> read_config(const yaml::NodePtr& root, Diagnostics& diagnostics);

}  // namespace fairlead::parser
