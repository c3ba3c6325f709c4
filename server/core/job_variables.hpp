// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "model/words.hpp"
#include "parser/plan/plan.hpp"
#include "server/core/facts.hpp"
#include "server/core/pipeline.hpp"

namespace fairlead::server {

// All that the variables of one claimed job are made of. References are to
// values that live during the call.
struct JobVariableInput {
  const ProjectFacts& project;
  const UserFacts& user;
  const RunnerFacts& runner;
  const parser::JobPlan& plan;
  const model::Variables& pipeline_predefined;  // server, project, pipeline, commit
  const model::Variables& given;                // instance .. schedule
  const model::Variables& dotenv;               // from jobs whose artifacts it fetches
  const model::Variables& played;               // given by the person who pressed play
  PipelineId pipeline = 0;
  std::int64_t pipeline_iid = 0;
  std::string pipeline_name;
  JobId job = 0;
  const std::string& token;
  WallTime started_at{};
};

// In GitLab's order of precedence, lowest first, sorted so that a variable
// comes after those it refers to, and expanded once. What is left for the
// runner and the shell: undefined, file and raw references, `$$`, `%%`.
model::Variables job_variables(const JobVariableInput& input);

// "rspec 1/3", "build: [linux, amd64]" -> "rspec", "build".
std::string job_group_name(const std::string& name);

}  // namespace fairlead::server
