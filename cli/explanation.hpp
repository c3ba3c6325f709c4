// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::cli {

// All that `explain` says about one job, gathered from config and plan.
struct Explanation {
  struct Step {        // one part of a keyword's way
    std::string kind;  // include, extends, reference, merge key, default, inputs
    std::string what;
  };
  struct Keyword {
    std::string name;   // "script", "variables:DEBUG"
    std::string value;  // as JSON, in one line
    parser::Mark mark;
    std::vector<Step> way;  // newest first
  };
  std::string job;  // as in the file
  std::string stage;
  std::string simulated;  // "push to branch main"
  bool in_pipeline = false;
  std::string reason;
  std::vector<std::string> runs_as;  // final names
  const parser::Selection* selection = nullptr;
  const parser::Selection* workflow = nullptr;  // when it has rules
  std::vector<Keyword> keywords;
};

Explanation explain_job(const parser::JobConfig& config, const parser::PlanResult& result,
                        std::string simulated);
std::string explanation_as_text(const Explanation& explanation, const parser::SourceFiles& files);
std::string explanation_as_json(const Explanation& explanation, const parser::SourceFiles& files);

}  // namespace fairlead::cli
