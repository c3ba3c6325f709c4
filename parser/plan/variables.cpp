// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/variables.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "parser/variables/collection.hpp"
#include "parser/variables/expand.hpp"

namespace fairlead::parser {
namespace {

constexpr std::array<std::string_view, 8> kJobNames{"CI_JOB_NAME",   "CI_JOB_NAME_SLUG", "CI_JOB_GROUP_NAME",
                                                    "CI_JOB_STAGE",  "CI_JOB_IMAGE",     "CI_JOB_MANUAL",
                                                    "CI_NODE_INDEX", "CI_NODE_TOTAL"};
constexpr std::array<std::string_view, 4> kEnvironmentNames{"CI_ENVIRONMENT_NAME", "CI_ENVIRONMENT_ACTION",
                                                            "CI_ENVIRONMENT_TIER", "CI_ENVIRONMENT_URL"};

}  // namespace

std::string slug_of(std::string_view text) {
  std::string slug;
  for (char c : text.substr(0, 63)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    slug += kept ? c : '-';
  }
  const std::size_t first = slug.find_first_not_of('-');
  if (first == std::string::npos) return {};
  return slug.substr(first, slug.find_last_not_of('-') - first + 1);
}

model::Variables to_variables(const std::vector<VariableConfig>& configs) {
  model::Variables variables;
  variables.reserve(configs.size());
  for (const VariableConfig& config : configs)
    variables.push_back({.key = config.key, .value = config.value, .raw = config.raw});
  return variables;
}

void merge_variables(model::Variables& base, const model::Variables& added) {
  for (const model::Variable& variable : added) {
    const auto known =
        std::find_if(base.begin(), base.end(), [&](const auto& b) { return b.key == variable.key; });
    if (known != base.end())
      *known = variable;
    else
      base.push_back(variable);
  }
}

PipelineVariables::PipelineVariables(const PipelineContext& context, model::Variables root)
    : context_(context), root_(std::move(root)), predefined_(context.predefined), given_(context.given) {
  cycle_ = cycle_error(with({}, root_));
}

model::Variables PipelineVariables::with(const model::Variables& first, const model::Variables& yaml) const {
  model::Variables all = first;
  all.reserve(first.size() + context_.predefined.size() + yaml.size() + context_.given.size());
  for (const model::Variables* part : {&context_.predefined, &yaml, &context_.given})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

std::optional<std::string> JobVariables::predefined_value(std::string_view key) const {
  if (key == "CI_JOB_NAME") return copy_.name;
  if (key == "CI_JOB_NAME_SLUG") return slug_of(copy_.name);
  if (key == "CI_JOB_GROUP_NAME") return job_.name;
  if (key == "CI_JOB_STAGE") return job_.stage;
  if (key == "CI_JOB_IMAGE" && job_.image) return job_.image->name;
  if (key == "CI_JOB_MANUAL" && (job_.when == model::When::manual || job_.when == model::When::delayed))
    return "true";
  if (key == "CI_NODE_INDEX" && copy_.index > 0) return std::to_string(copy_.index);
  if (key == "CI_NODE_TOTAL") return std::to_string(copy_.total);
  if (!job_.environment) return std::nullopt;
  if (key == "CI_ENVIRONMENT_NAME") return environment_name();
  if (key == "CI_ENVIRONMENT_ACTION") return job_.environment->action;
  if (key == "CI_ENVIRONMENT_TIER") return job_.environment->deployment_tier;
  if (key == "CI_ENVIRONMENT_URL") return job_.environment->url;
  return std::nullopt;
}

const model::Variable* JobVariables::find(std::string_view key) const {
  if (const model::Variable* found = pipeline_.given().find(key)) return found;
  if (const model::Variable* found = VariableList(yaml_).find(key)) return found;
  if (const model::Variable* found = pipeline_.predefined().find(key)) return found;
  if (!key.starts_with("CI_")) return nullptr;
  for (const model::Variable& made : made_)
    if (made.key == key) return &made;
  std::optional<std::string> value = predefined_value(key);
  if (!value) return nullptr;
  return &made_.emplace_back(model::Variable{.key = std::string(key), .value = std::move(*value)});
}

model::Variables JobVariables::predefined(bool with_environment) const {
  model::Variables variables;
  const auto add = [&](std::string_view key) {
    if (std::optional<std::string> value = predefined_value(key))
      variables.push_back({.key = std::string(key), .value = std::move(*value)});
  };
  std::for_each(kJobNames.begin(), kJobNames.end(), add);
  if (with_environment) std::for_each(kEnvironmentNames.begin(), kEnvironmentNames.end(), add);
  return variables;
}

const std::string& JobVariables::environment_name() const {
  if (environment_) return *environment_;
  if (!job_.environment) return environment_.emplace();
  const std::string& name = job_.environment->name;
  if (!possible_reference(name)) return environment_.emplace(name);
  // The name cannot depend on the variables that it makes.
  const ExpandedVariables all = sort_and_expand_all(pipeline_.with(predefined(false), yaml_));
  return environment_.emplace(expand(name, VariableIndex(all.variables)));
}

const VariableLookup& JobVariables::expanded() {
  if (!expanded_values_) {
    expanded_values_ = sort_and_expand_all(pipeline_.with(predefined(true), yaml_)).variables;
    expanded_.add(*expanded_values_);
  }
  return expanded_;
}

// Follows references through every level that has the name, also where a
// higher one hides it, since GitLab counts those too.
bool JobVariables::reaches_itself(const model::Variable& start) const {
  std::vector<const model::Variable*> open{&start};
  std::unordered_set<const model::Variable*> seen;
  while (!open.empty()) {
    const model::Variable* variable = open.back();
    open.pop_back();
    if (!possible_reference(variable->value)) continue;
    for (std::string_view name : references_of(*variable)) {
      const VariableList yaml(yaml_);
      for (const VariableLookup* level :
           {static_cast<const VariableLookup*>(&pipeline_.given()), static_cast<const VariableLookup*>(&yaml),
            static_cast<const VariableLookup*>(&pipeline_.predefined())}) {
        const model::Variable* next = level->find(name);
        if (next == nullptr) continue;
        if (next == &start && variable != &start) return true;
        if (next != &start && seen.insert(next).second) open.push_back(next);
      }
    }
  }
  return false;
}

std::optional<std::string> JobVariables::cycle(const model::Variables& own) const {
  bool possible = pipeline_.cycle().has_value();
  for (const model::Variable& variable : own) {
    if (possible) break;
    if (variable.raw || !possible_reference(variable.value)) continue;
    const model::Variable* merged = VariableList(yaml_).find(variable.key);
    possible = merged != nullptr && reaches_itself(*merged);
  }
  if (!possible) return std::nullopt;
  return cycle_error(pipeline_.with(predefined(true), yaml_));
}

}  // namespace fairlead::parser
