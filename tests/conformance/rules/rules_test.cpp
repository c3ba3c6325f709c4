// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "parser/select/conditions.hpp"
#include "tests/support/conformance/conformance.hpp"
#include "tests/support/repository/fake_repository.hpp"

namespace fairlead::parser {
namespace {

using nlohmann::json;
using tests::FakeRepository;

model::Variables variables_of(const json& data) {
  model::Variables variables;
  if (data.contains("variables"))
    for (const auto& [key, value] : data["variables"].items())
      variables.push_back({.key = key, .value = value});
  return variables;
}

std::string given_name(const json& data) { return data["name"].get<std::string>(); }

// What a job's `rules` come to: the `when` of the first that holds, else never.
void check_rules(const json& data) {
  if (data["rules"].is_null()) {
    // Without rules there is nothing to evaluate: the job's own `when` stands.
    EXPECT_EQ(data["default_when"], data["result"]["when"]);
    return;
  }
  std::vector<RuleConfig> rules;
  for (const json& item : data["rules"]) {
    RuleConfig& rule = rules.emplace_back();
    if (item.contains("if")) rule.if_expression = item["if"].get<std::string>();
    if (item.contains("when")) rule.when = model::when_from_string(item["when"].get<std::string>());
    if (item.contains("allow_failure")) rule.allow_failure = item["allow_failure"].get<bool>();
  }
  const model::Variables values = variables_of(data);
  ListVariables variables(values);
  const RulesOutcome outcome = Conditions(nullptr).rules(rules, variables);
  json result = {{"when", "never"}};
  if (outcome.matched >= 0) {
    const auto index = static_cast<std::size_t>(outcome.matched);
    const RuleConfig& rule = rules[index];
    result["when"] = rule.when ? json(std::string(model::to_string(*rule.when))) : data["default_when"];
    if (rule.allow_failure) result["allow_failure"] = *rule.allow_failure;
    if (data["rules"][index].contains("start_in")) result["start_in"] = data["rules"][index]["start_in"];
  }
  EXPECT_EQ(result, data["result"]);
}

// One rule with one clause, against what the case expects.
void check_clause(const json& data, const RuleConfig& rule, FakeRepository& repository) {
  const model::Variables values = variables_of(data);
  ListVariables variables(values);
  const RulesOutcome outcome = Conditions(&repository).rules({rule}, variables);
  if (data.contains("error")) {
    EXPECT_EQ(outcome.error.value_or(""), data["error"].get<std::string>());
    EXPECT_EQ(outcome.matched, -1);
  } else {
    EXPECT_FALSE(outcome.error) << *outcome.error;
    EXPECT_EQ(outcome.matched == 0, data["result"].get<bool>());
  }
}

void check_changes(const json& data) {
  FakeRepository repository;
  if (!data["changed"].is_null()) repository.changed = data["changed"].get<std::vector<std::string>>();
  RuleConfig rule;
  rule.changes = ChangesConfig{.paths = data["paths"].get<std::vector<std::string>>()};
  check_clause(data, rule, repository);
}

// The history that the data describes in words: the content of each file at each ref.
const std::map<std::string, std::map<std::string, int>>& history() {
  static const std::map<std::string, std::map<std::string, int>> kHistory{
      {"master", {{"README.md", 1}}},
      {"tag_1", {{"README.md", 1}, {"file1.txt", 1}}},
      {"<sha of tag_1>", {{"README.md", 1}, {"file1.txt", 1}}},
      {"feature_1", {{"README.md", 1}, {"file1.txt", 1}, {"file2.txt", 1}}},
      {"feature_2", {{"README.md", 1}, {"file1.txt", 1}, {"file2.txt", 2}}}};
  return kHistory;
}

void check_compare_to(const json& data) {
  FakeRepository repository;
  const auto& tip = history().at(data["ref"].get<std::string>());
  for (const auto& [ref, base] : history()) {
    std::vector<std::string>& changed = repository.changed_since[ref];
    for (const auto& [file, content] : tip)
      if (!base.contains(file) || base.at(file) != content) changed.push_back(file);
  }
  RuleConfig rule;
  rule.changes = ChangesConfig{.paths = data["paths"].get<std::vector<std::string>>(),
                               .compare_to = data["compare_to"].get<std::string>()};
  check_clause(data, rule, repository);
}

void check_exists(const json& data) {
  FakeRepository repository;
  if (data.contains("files")) repository.files = data["files"].get<std::vector<std::string>>();
  if (data.contains("other_project") && data.value("access", true)) {
    const json& other = data["other_project"];
    auto& refs = repository.projects["other"];
    refs[""] = other["files"].get<std::vector<std::string>>();
    refs["<default sha>"] = refs[""];
    for (const auto& [branch, files] : other["branches"].items())
      refs[branch] = files.get<std::vector<std::string>>();
  }
  ExistsConfig exists{.paths = data["paths"].get<std::vector<std::string>>()};
  if (data.contains("project")) exists.project = data["project"].get<std::string>();
  if (data.contains("ref")) exists.ref = data["ref"].get<std::string>();
  RuleConfig rule;
  rule.exists = exists;
  check_clause(data, rule, repository);
}

void check_refs(const json& data) {
  const std::string source = data.value("source", "push");
  // The data's merge request pipelines run on a branch.
  const RefFacts facts{.source = model::pipeline_source_from_string(source).value(),
                       .ref = data["ref"],
                       .is_tag = data["tag"],
                       .project_path = data.value("project", "")};
  // A case that names no answer has a pattern that RE2 refuses: it matches nothing.
  EXPECT_EQ(Conditions(nullptr).refs(data["refs"].get<std::vector<std::string>>(), facts),
            data.value("matches", false));
}

[[maybe_unused]] const bool kRegistered = [] {
  const json data = tests::conformance_file("rules.json");
  const json status = tests::conformance_file("status.json");
  const auto group = [&](const char* name) { return data.is_object() ? data.value(name, json()) : json(); };
  const auto paths = [](const json& c) {
    return c["paths"].dump() + c.value("ref", "") + c.value("compare_to", "");
  };
  tests::register_cases("Rules", group("rules"), given_name, check_rules);
  tests::register_cases("RulesChanges", group("changes"), given_name, check_changes);
  tests::register_cases("RulesCompareTo", group("compare_to"), paths, check_compare_to);
  tests::register_cases("RulesExists", group("exists"), paths, check_exists);
  tests::register_cases(
      "OnlyRefs", status.is_object() ? status.value("only_refs", json()) : json(),
      [](const json& c) { return c["refs"].dump(); }, check_refs);
  return true;
}();

}  // namespace
}  // namespace fairlead::parser
