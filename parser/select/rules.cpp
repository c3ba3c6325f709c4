// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "parser/select/conditions.hpp"
#include "parser/variables/collection.hpp"
#include "parser/variables/expand.hpp"

namespace fairlead::parser {
namespace {

class LookupScope final : public expression::Scope {
 public:
  explicit LookupScope(const VariableLookup& variables) : variables_(variables) {}
  std::optional<std::string_view> variable(std::string_view name) const override {
    const model::Variable* found = variables_.find(name);
    if (found == nullptr) return std::nullopt;
    return found->value;
  }

 private:
  const VariableLookup& variables_;
};

// `changes` follows references in the values it brings in, `exists` does not.
enum class Values { written, expanded };

std::string expand_one(const std::string& text, Values values, ConditionVariables& variables) {
  if (!possible_reference(text)) return text;
  return expand_existing(text, values == Values::written ? variables.written() : variables.expanded());
}

std::vector<std::string> expand_each(const std::vector<std::string>& texts, Values values,
                                     ConditionVariables& variables) {
  std::vector<std::string> expanded;
  expanded.reserve(texts.size());
  for (const std::string& text : texts) expanded.push_back(expand_one(text, values, variables));
  return expanded;
}

std::optional<std::string> expand_optional(const std::optional<std::string>& text, Values values,
                                           ConditionVariables& variables) {
  if (!text) return std::nullopt;
  return expand_one(*text, values, variables);
}

}  // namespace

const VariableLookup& ListVariables::expanded() {
  if (!expanded_values_) {
    expanded_values_ = sort_and_expand_all(variables_).variables;
    expanded_.add(*expanded_values_);
  }
  return expanded_;
}

ConditionTrace Conditions::if_clause(const std::string& expression, ConditionVariables& variables) {
  ConditionTrace trace;
  trace.text = "if: " + expression;
  const expression::Expression* parsed = expressions_.get(expression);
  if (parsed == nullptr) {
    trace.detail = "it is not a valid expression, which counts as false";
    return trace;
  }
  const LookupScope scope(variables.written());
  trace.result = expression::truthful(parsed->evaluate(scope, &expressions_.regexes(), &trace.variables));
  return trace;
}

// Returns an error; the trace says whether the rule holds.
std::optional<std::string> Conditions::clauses(const RuleConfig& rule, ConditionVariables& variables,
                                               RuleTrace& trace) {
  const auto add_answer = [&](std::string text,
                              Result<PathConditions::Answer> answer) -> std::optional<std::string> {
    ConditionTrace condition{.text = std::move(text), .mark = rule.mark};
    if (answer) {
      condition.result = answer->result;
      condition.detail = std::move(answer->detail);
    } else {
      condition.detail = answer.error().message;
    }
    trace.conditions.push_back(std::move(condition));
    return answer ? std::nullopt : std::optional(std::move(answer.error().message));
  };
  if (rule.if_expression) {
    trace.conditions.push_back(if_clause(*rule.if_expression, variables));
    trace.conditions.back().mark = rule.mark;
    if (!trace.conditions.back().result) return std::nullopt;
  }
  if (rule.changes) {
    const auto globs = expand_each(rule.changes->paths, Values::expanded, variables);
    const auto compare_to = expand_optional(rule.changes->compare_to, Values::expanded, variables);
    std::string text = fmt::format("changes: [{}]", fmt::join(globs, ", "));
    if (compare_to) text += " compared to " + *compare_to;
    if (auto error = add_answer(std::move(text), paths_.changes(globs, compare_to))) return error;
    if (!trace.conditions.back().result) return std::nullopt;
  }
  if (rule.exists) {
    const auto globs = expand_each(rule.exists->paths, Values::written, variables);
    const auto project = expand_optional(rule.exists->project, Values::written, variables);
    const auto ref = expand_optional(rule.exists->ref, Values::written, variables);
    std::string text = fmt::format("exists: [{}]", fmt::join(globs, ", "));
    if (project) text += " in project " + *project;
    if (auto error = add_answer(std::move(text), paths_.exists(globs, project, ref))) return error;
    if (!trace.conditions.back().result) return std::nullopt;
  }
  trace.matched = true;
  return std::nullopt;
}

RulesOutcome Conditions::rules(const std::vector<RuleConfig>& rules, ConditionVariables& variables) {
  RulesOutcome outcome;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleTrace& trace = outcome.traces.emplace_back();
    trace.index = static_cast<int>(i);
    trace.mark = rules[i].mark;
    outcome.error = clauses(rules[i], variables, trace);
    if (outcome.error) return outcome;
    if (trace.matched) {
      outcome.matched = trace.index;
      return outcome;
    }
  }
  return outcome;
}

}  // namespace fairlead::parser
