// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parser/select/conditions.hpp"
#include "tests/support/repository/fake_repository.hpp"

namespace fairlead::parser {
namespace {

RuleConfig changes(std::vector<std::string> paths) {
  RuleConfig rule;
  rule.changes = ChangesConfig{.paths = std::move(paths)};
  return rule;
}

RuleConfig exists(std::vector<std::string> paths) {
  RuleConfig rule;
  rule.exists = ExistsConfig{.paths = std::move(paths)};
  return rule;
}

bool holds(const RuleConfig& rule, RepositoryView* repository, const model::Variables& values = {}) {
  ListVariables variables(values);
  return Conditions(repository).rules({rule}, variables).matched == 0;
}

TEST(Rules, AllClausesOfOneRuleMustHold) {
  tests::FakeRepository repository;
  repository.files = {"Dockerfile"};
  repository.changed = std::vector<std::string>{"a.c"};
  RuleConfig rule = changes({"*.c"});
  rule.exists = ExistsConfig{.paths = {"Dockerfile"}};
  rule.if_expression = "$A";
  EXPECT_TRUE(holds(rule, &repository, {{.key = "A", .value = "x"}}));
  EXPECT_FALSE(holds(rule, &repository));
  rule.exists->paths = {"Makefile"};
  EXPECT_FALSE(holds(rule, &repository, {{.key = "A", .value = "x"}}));
}

TEST(Rules, WithoutARepositoryChangesAreTrueAndNothingExists) {
  EXPECT_TRUE(holds(changes({"x"}), nullptr));
  EXPECT_FALSE(holds(exists({"x"}), nullptr));
}

TEST(Rules, TheTraceNamesValuesAndStopsAtTheFirstFalseClause) {
  tests::FakeRepository repository;
  RuleConfig rule = changes({"*.c"});
  rule.if_expression = "$A == \"x\" && $B";
  rule.mark = {.file = 0, .line = 7, .column = 3};
  const model::Variables values{{.key = "A", .value = "y"}};
  ListVariables variables(values);
  const RulesOutcome outcome = Conditions(&repository).rules({rule, {}}, variables);
  EXPECT_EQ(outcome.matched, 1);
  ASSERT_EQ(outcome.traces.size(), 2U);
  ASSERT_EQ(outcome.traces[0].conditions.size(), 1U);
  const ConditionTrace& condition = outcome.traces[0].conditions[0];
  EXPECT_EQ(condition.text, "if: $A == \"x\" && $B");
  EXPECT_EQ(condition.mark.line, 7U);
  ASSERT_EQ(condition.variables.size(), 1U);
  EXPECT_EQ(condition.variables[0].second, "y");
  EXPECT_EQ(repository.diffs_asked, 0);
}

TEST(Rules, ExistsSeesValuesAsWrittenAndChangesFollowsThem) {
  tests::FakeRepository repository;
  repository.files = {"dir/a"};
  repository.changed = std::vector<std::string>{"dir/a"};
  const model::Variables values{{.key = "D", .value = "$E"}, {.key = "E", .value = "dir"}};
  EXPECT_TRUE(holds(changes({"$D/*"}), &repository, values));
  EXPECT_FALSE(holds(exists({"$D/*"}), &repository, values));
  EXPECT_TRUE(holds(exists({"$E/*"}), &repository, values));
}

TEST(Exists, AFolderWithASlashIsAPrefixAndAnEndingIsFoundAnywhere) {
  tests::FakeRepository repository;
  repository.files = {"docs/a/b.md", "src/main.rb", "Gemfile"};
  EXPECT_TRUE(holds(exists({"docs/"}), &repository));
  EXPECT_FALSE(holds(exists({"doc/"}), &repository));
  EXPECT_FALSE(holds(exists({"docs"}), &repository));
  EXPECT_TRUE(holds(exists({"**/*.rb"}), &repository));
  EXPECT_FALSE(holds(exists({"*.rb"}), &repository));
  EXPECT_TRUE(holds(exists({"Gemfile"}), &repository));
}

TEST(Exists, ManyComparisonsAreTakenAsFound) {
  tests::FakeRepository repository;
  for (int i = 0; i < 50'000; ++i) repository.files.push_back("f" + std::to_string(i));
  EXPECT_FALSE(holds(exists({"x*"}), &repository));
  EXPECT_TRUE(holds(exists({"x*", "y*"}), &repository));
  EXPECT_FALSE(holds(exists({"x", "**/*.y"}), &repository));
}

TEST(Changes, ManyComparisonsAreTakenAsChanged) {
  tests::FakeRepository repository;
  repository.changed.emplace();
  for (int i = 0; i < 25'001; ++i) repository.changed->push_back("f" + std::to_string(i));
  EXPECT_FALSE(holds(changes({"x"}), &repository));
  EXPECT_FALSE(holds(changes({"x", "x"}), &repository));
  EXPECT_TRUE(holds(changes({"x", "y"}), &repository));
}

TEST(Changes, TheRepositoryIsAskedOncePerComparison) {
  tests::FakeRepository repository;
  repository.changed = std::vector<std::string>{"a"};
  Conditions conditions(&repository);
  const model::Variables values;
  ListVariables variables(values);
  for (int i = 0; i < 10; ++i) (void)conditions.rules({changes({"x" + std::to_string(i)})}, variables);
  EXPECT_EQ(repository.diffs_asked, 1);
}

}  // namespace
}  // namespace fairlead::parser
