// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "parser/entry/job_config.hpp"

namespace fairlead::tests {

// A configuration the way GitLab's YAML processor describes it, in the terms
// of the conformance data: every job after multiplication, with its attributes.
nlohmann::json processor_builds(const parser::PipelineConfig& config);
nlohmann::json processor_stages(const parser::PipelineConfig& config, const nlohmann::json& builds);
nlohmann::json processor_workflow_rules(const parser::PipelineConfig& config);
nlohmann::json processor_root_variables(const parser::PipelineConfig& config, bool with_prefill_data);

}  // namespace fairlead::tests
