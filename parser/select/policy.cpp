// SPDX-License-Identifier: Apache-2.0
// only and except.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "parser/select/conditions.hpp"
#include "parser/variables/expand.hpp"

namespace fairlead::parser {
namespace {

std::string plural(std::string_view word) {
  if (word.ends_with("sh")) return fmt::format("{}es", word);
  if (word.ends_with('y')) return fmt::format("{}ies", word.substr(0, word.size() - 1));
  return fmt::format("{}s", word);
}

bool names_source(std::string_view pattern, model::PipelineSource source) {
  std::string_view name = model::to_string(source);
  if (name.ends_with("_event")) name.remove_suffix(6);
  return pattern == name || pattern == plural(name);
}

bool names_ref(std::string_view pattern, const RefFacts& facts, expression::RegexPtr regex) {
  if (facts.is_merge_request) return false;
  if (regex) return !facts.ref.empty() && regex->matches(facts.ref);
  return pattern == facts.ref;
}

}  // namespace

bool Conditions::refs(const std::vector<std::string>& refs, const RefFacts& facts) {
  return std::any_of(refs.begin(), refs.end(), [&](const std::string& ref) {
    std::string_view pattern = ref;
    // A pattern with @ in it is cut there as well: GitLab does not look inside.
    if (const std::size_t at = pattern.find('@'); at != std::string_view::npos) {
      if (pattern.substr(at + 1) != facts.project_path) return false;
      pattern = pattern.substr(0, at);
    }
    if (pattern == "tags" && facts.is_tag) return true;
    if (pattern == "branches" && !facts.is_tag && !facts.is_merge_request) return true;
    return names_source(pattern, facts.source) ||
           names_ref(pattern, facts, expressions_.regexes().get(pattern));
  });
}

ConditionTrace Conditions::variables_clause(const std::vector<std::string>& expressions,
                                            ConditionVariables& variables) {
  ConditionTrace trace;
  for (const std::string& expression : expressions) {
    ConditionTrace one = if_clause(expression, variables);
    for (auto& read : one.variables)
      if (std::find(trace.variables.begin(), trace.variables.end(), read) == trace.variables.end())
        trace.variables.push_back(std::move(read));
    trace.result = trace.result || one.result;
  }
  return trace;
}

std::vector<ConditionTrace> Conditions::policy(const std::string& keyword, const RefPolicyConfig& policy,
                                               const RefFacts& facts, ConditionVariables& variables) {
  std::vector<ConditionTrace> traces;
  const auto add = [&](ConditionTrace trace, std::string_view group, const std::vector<std::string>& texts) {
    trace.text = fmt::format("{}:{}: [{}]", keyword, group, fmt::join(texts, ", "));
    trace.mark = policy.mark;
    traces.push_back(std::move(trace));
  };
  if (policy.refs) {
    std::string_view kind = facts.is_merge_request ? "merge request" : facts.is_tag ? "tag" : "branch";
    add({.result = refs(*policy.refs, facts),
         .detail = fmt::format("this is {} {}, source {}", kind, facts.ref, model::to_string(facts.source))},
        "refs", *policy.refs);
  }
  if (policy.kubernetes_active) {
    const model::Variable* active = variables.written().find("CI_KUBERNETES_ACTIVE");
    add({.result = active != nullptr && active->value == "true"}, "kubernetes", {"active"});
  }
  if (policy.variables) add(variables_clause(*policy.variables, variables), "variables", *policy.variables);
  if (policy.changes) {
    std::vector<std::string> globs;
    for (const std::string& glob : *policy.changes)
      globs.push_back(possible_reference(glob) ? expand_existing(glob, variables.expanded()) : glob);
    Result<PathConditions::Answer> answer = paths_.changes(globs, std::nullopt);
    // A diff that cannot be had is no diff.
    add(answer ? ConditionTrace{.result = answer->result, .detail = answer->detail}
               : ConditionTrace{.result = true, .detail = answer.error().message},
        "changes", globs);
  }
  return traces;
}

PolicyOutcome Conditions::only_except(const RefPolicyConfig* only, const RefPolicyConfig* except,
                                      const RefFacts& facts, ConditionVariables& variables) {
  PolicyOutcome outcome{.added = true, .reason = "it has no rules, only or except"};
  if (only != nullptr) {
    outcome.conditions = policy("only", *only, facts, variables);
    outcome.reason = "every condition of `only` holds";
    for (const ConditionTrace& condition : outcome.conditions) {
      if (condition.result) continue;
      outcome.added = false;
      outcome.reason = fmt::format("`{}` does not hold", condition.text);
      return outcome;
    }
  }
  if (except != nullptr) {
    std::vector<ConditionTrace> conditions = policy("except", *except, facts, variables);
    for (ConditionTrace& condition : conditions) {
      if (condition.result && outcome.added) {
        outcome.added = false;
        outcome.reason = fmt::format("`{}` holds", condition.text);
      }
      outcome.conditions.push_back(std::move(condition));
    }
    if (outcome.added)
      outcome.reason += only != nullptr ? " and none of `except`" : "; no condition of `except` holds";
  }
  return outcome;
}

}  // namespace fairlead::parser
