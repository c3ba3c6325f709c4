// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "model/words.hpp"
#include "parser/plan/parallel.hpp"
#include "parser/plan/plan.hpp"
#include "parser/select/conditions.hpp"
#include "parser/variables/lookup.hpp"

// Which variables a pipeline and each of its jobs have while it is planned.
// From low to high: predefined ones of the job, of the pipeline, YAML ones,
// those given from outside.
namespace fairlead::parser {

model::Variables to_variables(const std::vector<VariableConfig>& configs);
// `added` over `base`: a known name keeps its place and takes the new value.
void merge_variables(model::Variables& base, const model::Variables& added);

// The part that all jobs share. The context must outlive it.
class PipelineVariables {
 public:
  PipelineVariables(const PipelineContext& context, model::Variables root);
  PipelineVariables(const PipelineVariables&) = delete;
  PipelineVariables& operator=(const PipelineVariables&) = delete;

  const model::Variables& root() const { return root_; }  // root and workflow-rule variables
  const VariableIndex& predefined() const { return predefined_; }
  const VariableIndex& given() const { return given_; }
  // predefined, `yaml`, given, in this order.
  model::Variables with(const model::Variables& first, const model::Variables& yaml) const;
  // A cycle among those that every job has.
  const std::optional<std::string>& cycle() const { return cycle_; }

 private:
  const PipelineContext& context_;
  model::Variables root_;
  VariableIndex predefined_;
  VariableIndex given_;
  std::optional<std::string> cycle_;
};

// What the conditions and fields of one copy of a job see. Holds references to
// everything given; values of predefined variables are made when asked for.
class JobVariables final : public ConditionVariables, public VariableLookup {
 public:
  JobVariables(const PipelineVariables& pipeline, const JobConfig& job, const JobCopy& copy,
               const model::Variables& yaml)
      : pipeline_(pipeline), job_(job), copy_(copy), yaml_(yaml) {}

  const VariableLookup& written() override { return *this; }
  const VariableLookup& expanded() override;
  const model::Variable* find(std::string_view key) const override;

  // environment:name with its variables; empty when the job has none.
  const std::string& environment_name() const;
  // `circular variable reference detected: ...`. Only names in `own` (the
  // job's, beyond those it shares) can bring a cycle that the pipeline has not.
  std::optional<std::string> cycle(const model::Variables& own) const;

 private:
  std::optional<std::string> predefined_value(std::string_view key) const;
  model::Variables predefined(bool with_environment) const;
  bool reaches_itself(const model::Variable& start) const;

  const PipelineVariables& pipeline_;
  const JobConfig& job_;
  const JobCopy& copy_;
  const model::Variables& yaml_;
  mutable std::deque<model::Variable> made_;  // stable addresses
  mutable std::optional<std::string> environment_;
  std::optional<model::Variables> expanded_values_;
  VariableIndex expanded_;
};

// Lower case, [^a-z0-9] as '-', at most 63 characters, no '-' at either end.
std::string slug_of(std::string_view text);

}  // namespace fairlead::parser
