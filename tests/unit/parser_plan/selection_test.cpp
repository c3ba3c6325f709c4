// SPDX-License-Identifier: Apache-2.0
// Which jobs are in, and what is said about why.
#include "tests/support/repository/fake_repository.hpp"
#include "tests/unit/parser_plan/plan_case.hpp"

namespace fairlead::parser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PipelineContext merge_request() {
  PipelineContext context;
  context.source = model::PipelineSource::merge_request_event;
  context.ref = "refs/merge-requests/1/head";
  context.is_merge_request = true;
  return context;
}

TEST(PlanSelection, WithoutRulesAJobRunsForBranchesAndTags) {
  const std::string text = "a: {script: x}\nb: {script: x, rules: [{when: always}]}\n";
  EXPECT_THAT(plan_of(text).names(), ElementsAre("a", "b"));
  EXPECT_THAT(plan_of(text, push_of_tag()).names(), ElementsAre("a", "b"));
  const PlanCase plan = plan_of(text, merge_request());
  EXPECT_THAT(plan.names(), ElementsAre("b"));
  EXPECT_THAT(plan.selection("a").reason, HasSubstr("only for branches and tags"));
}

TEST(PlanSelection, WorkflowRulesRemoveTheImplicitOnly) {
  const PlanCase plan = plan_of("workflow: {rules: [{when: always}]}\na: {script: x}\n", merge_request());
  EXPECT_THAT(plan.names(), ElementsAre("a"));
}

TEST(PlanSelection, OnlyAndExceptByRef) {
  const std::string text = R"(
branches: {script: x, only: [branches]}
main: {script: x, only: [main]}
tags: {script: x, only: [tags, /^release-.*$/]}
not_main: {script: x, except: [main]}
)";
  EXPECT_THAT(plan_of(text).names(), ElementsAre("branches", "main"));
  EXPECT_THAT(plan_of(text, push_to("release-1")).names(), ElementsAre("branches", "tags", "not_main"));
  EXPECT_THAT(plan_of(text, push_of_tag()).names(), ElementsAre("tags", "not_main"));
}

TEST(PlanSelection, ExceptAloneKeepsTheImplicitOnly) {
  EXPECT_THAT(
      plan_of("a: {script: x, except: [nothing]}\nb: {script: x, rules: [{when: always}]}\n", merge_request())
          .names(),
      ElementsAre("b"));
}

TEST(PlanSelection, ChangesAskTheRepositoryOfTheContext) {
  tests::FakeRepository repository;
  repository.changed = std::vector<std::string>{"src/a.c"};
  PipelineContext context = push_to();
  context.repository = &repository;
  const PlanCase plan = plan_of(R"(
code: {script: x, rules: [{changes: ["src/**/*"]}]}
docs: {script: x, rules: [{changes: ["docs/**/*"]}]}
old: {script: x, only: {changes: ["*.md"]}}
)",
                                context);
  EXPECT_THAT(plan.names(), ElementsAre("code"));
  EXPECT_EQ(plan.selection("code").rules.at(0).conditions.at(0).detail, "matched src/a.c");
  EXPECT_EQ(repository.diffs_asked, 1);
}

TEST(PlanSelection, TheTraceHasEveryRuleUpToTheMatchWithItsPlace) {
  const PlanCase plan = plan_of(R"(
a:
  script: x
  rules:
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH == "main" && $MODE != "fast"
      when: manual
    - when: never
)");
  const Selection& selection = plan.selection("a");
  EXPECT_TRUE(selection.added);
  EXPECT_EQ(selection.reason, "rule 2 (`if: $CI_COMMIT_BRANCH == \"main\" && $MODE != \"fast\"`) matched");
  ASSERT_EQ(selection.rules.size(), 2U);
  EXPECT_FALSE(selection.rules[0].matched);
  EXPECT_EQ(selection.rules[0].mark.line, 5U);
  EXPECT_EQ(selection.rules[1].mark.line, 6U);
  const auto& variables = selection.rules[1].conditions.at(0).variables;
  ASSERT_EQ(variables.size(), 2U);
  EXPECT_EQ(variables[0].second, "main");
  EXPECT_EQ(variables[1].first, "MODE");
  EXPECT_EQ(variables[1].second, std::nullopt);
}

TEST(PlanSelection, AJobThatNoRuleTakesSaysSo) {
  const PlanCase plan =
      plan_of("k: {script: x}\na: {script: x, rules: [{if: $NO}]}\nb: {script: x, only: [tags]}\n");
  EXPECT_EQ(plan.selection("a").reason, "no rule matched");
  EXPECT_EQ(plan.selection("b").reason, "`only:refs: [tags]` does not hold");
  EXPECT_EQ(plan.selection("b").only_except.at(0).detail, "this is branch main, source push");
}

}  // namespace
}  // namespace fairlead::parser
