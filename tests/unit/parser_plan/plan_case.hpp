// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::parser {

// A push to the branch `main` of group/project.
PipelineContext push_to(std::string branch = "main");
PipelineContext push_of_tag(std::string tag = "v1");

// A configuration text, planned.
struct PlanCase {
  SourceFiles files;
  Diagnostics diagnostics;
  PipelineConfig config;
  PlanResult result;

  std::vector<std::string> names() const;  // of jobs, in order; empty without a plan
  std::vector<std::string> errors() const;
  // Fails the test when there is no such job.
  const JobPlan& job(const std::string& name) const;
  const Selection& selection(const std::string& name) const;
  std::vector<std::string> needs(const std::string& name) const;
  // "value", or "absent"
  std::string variable(const std::string& job, const std::string& key) const;
};

PlanCase plan_of(std::string text, const PipelineContext& context = push_to());

}  // namespace fairlead::parser
