// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/words.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/expression/expression.hpp"
#include "parser/select/paths.hpp"
#include "parser/select/trace.hpp"
#include "parser/variables/lookup.hpp"

namespace fairlead::parser {

// The variables that conditions see.
class ConditionVariables {
 public:
  virtual ~ConditionVariables() = default;
  // Values as written: what `if`, `only:variables` and `exists` see.
  virtual const VariableLookup& written() = 0;
  // Every reference followed: what `changes` sees. Made on first use.
  virtual const VariableLookup& expanded() = 0;
};

// Both views over one list, highest precedence last; the list must outlive it.
class ListVariables final : public ConditionVariables {
 public:
  explicit ListVariables(const model::Variables& variables) : variables_(variables), written_(variables) {}
  const VariableLookup& written() override { return written_; }
  const VariableLookup& expanded() override;

 private:
  const model::Variables& variables_;
  VariableIndex written_;
  std::optional<model::Variables> expanded_values_;
  VariableIndex expanded_;
};

// What a list of rules came to.
struct RulesOutcome {
  int matched = -1;                  // index of the first rule that holds, -1: none
  std::vector<RuleTrace> traces;     // up to and with that one
  std::optional<std::string> error;  // "rules:changes:compare_to is not a valid ref"; nothing matched then
};

// What only:refs may ask about a pipeline.
struct RefFacts {
  model::PipelineSource source = model::PipelineSource::push;
  std::string ref;
  bool is_tag = false;
  bool is_merge_request = false;
  std::string project_path;
};

struct PolicyOutcome {
  bool added = false;
  std::string reason;
  std::vector<ConditionTrace> conditions;
};

// Evaluates the conditions of one plan: rules, workflow:rules, include:rules,
// only and except. Keeps what it parsed, compiled and asked the repository.
// Not thread-safe.
class Conditions {
 public:
  explicit Conditions(RepositoryView* repository) : paths_(repository) {}

  // The first rule all of whose clauses hold; one without clauses always does.
  RulesOutcome rules(const std::vector<RuleConfig>& rules, ConditionVariables& variables);

  // Whether one of the refs names this pipeline: "branches", a source and its
  // plural, an exact ref, /regex/, each perhaps @group/project.
  bool refs(const std::vector<std::string>& refs, const RefFacts& facts);

  // A job without rules. Either may be null; nothing given means added.
  PolicyOutcome only_except(const RefPolicyConfig* only, const RefPolicyConfig* except, const RefFacts& facts,
                            ConditionVariables& variables);

 private:
  std::optional<std::string> clauses(const RuleConfig& rule, ConditionVariables& variables, RuleTrace& trace);
  std::vector<ConditionTrace> policy(const std::string& keyword, const RefPolicyConfig& policy,
                                     const RefFacts& facts, ConditionVariables& variables);
  ConditionTrace if_clause(const std::string& expression, ConditionVariables& variables);
  ConditionTrace variables_clause(const std::vector<std::string>& expressions, ConditionVariables& variables);

  expression::ExpressionCache expressions_;
  PathConditions paths_;
};

}  // namespace fairlead::parser
