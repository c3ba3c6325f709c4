// SPDX-License-Identifier: Apache-2.0
// What a matched rule, and job-level keywords, make of a job.
#include "tests/support/repository/fake_repository.hpp"
#include "tests/unit/parser_plan/plan_case.hpp"

namespace fairlead::parser {
namespace {

using model::When;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(PlanRules, AMissingWhenTakesTheJobs) {
  const PlanCase plan = plan_of(R"(
a: {script: x, when: always, rules: [{if: "$CI_COMMIT_BRANCH"}]}
b: {script: x, when: always, rules: [{when: on_failure}]}
)");
  EXPECT_EQ(plan.job("a").when, When::always);
  EXPECT_EQ(plan.job("b").when, When::on_failure);
  EXPECT_EQ(plan.job("a").matched_rule, 0);
}

TEST(PlanRules, TheFirstMatchWinsAndNeverDrops) {
  const PlanCase plan = plan_of(R"(
keep: {script: x}
a: {script: x, rules: [{if: "$CI_COMMIT_BRANCH", when: never}, {when: always}]}
b: {script: x, rules: [{if: "$NO", when: never}, {when: always}]}
)");
  EXPECT_THAT(plan.names(), ElementsAre("keep", "b"));
  EXPECT_EQ(plan.job("b").matched_rule, 1);
}

TEST(PlanRules, ManualAtJobLevelMayFailButARuleBlocks) {
  const PlanCase plan = plan_of(R"(
optional: {script: x, when: manual}
blocking: {script: x, when: manual, allow_failure: false}
by_rule: {script: x, rules: [{when: manual}]}
by_rule_optional: {script: x, rules: [{when: manual, allow_failure: true}]}
)");
  EXPECT_TRUE(plan.job("optional").allow_failure);
  EXPECT_FALSE(plan.job("blocking").allow_failure);
  EXPECT_FALSE(plan.job("by_rule").allow_failure);
  EXPECT_TRUE(plan.job("by_rule_optional").allow_failure);
}

TEST(PlanRules, AllowFailureOfARuleDropsExitCodes) {
  const PlanCase plan = plan_of(R"(
kept: {script: x, allow_failure: {exit_codes: [1, 2]}, rules: [{when: always}]}
dropped: {script: x, allow_failure: {exit_codes: 1}, rules: [{allow_failure: false}]}
)");
  EXPECT_THAT(plan.job("kept").allow_failure_exit_codes, ElementsAre(1, 2));
  EXPECT_FALSE(plan.job("kept").allow_failure);
  EXPECT_THAT(plan.job("dropped").allow_failure_exit_codes, IsEmpty());
}

TEST(PlanRules, DelayedTakesItsStartIn) {
  const PlanCase plan = plan_of(R"(
job_level: {script: x, when: delayed, start_in: 10 minutes}
by_rule: {script: x, rules: [{when: delayed, start_in: 1 hour}]}
plain: {script: x}
)");
  EXPECT_EQ(plan.job("job_level").start_in, std::chrono::minutes(10));
  EXPECT_EQ(plan.job("by_rule").start_in, std::chrono::hours(1));
  EXPECT_EQ(plan.job("plain").start_in, std::nullopt);
}

TEST(PlanRules, VariablesAndInterruptibleOfTheRuleWin) {
  const PlanCase plan = plan_of(R"(
a:
  script: x
  interruptible: false
  variables: {A: job, B: job}
  rules: [{if: '$A == "job"', variables: {A: rule}, interruptible: true}]
)");
  EXPECT_EQ(plan.variable("a", "A"), "rule");
  EXPECT_EQ(plan.variable("a", "B"), "job");
  EXPECT_TRUE(plan.job("a").interruptible);
}

TEST(PlanRules, NeedsOfTheRuleReplaceAndMakeADagJob) {
  const PlanCase plan = plan_of(R"(
stages: [build, test]
b1: {stage: build, script: x}
b2: {stage: build, script: x}
t1: {stage: test, script: x, needs: [b1], rules: [{needs: [b2]}]}
t2: {stage: test, script: x, rules: [{needs: [b1, b2]}]}
t3: {stage: test, script: x}
)");
  EXPECT_THAT(plan.needs("t1"), ElementsAre("b2"));
  EXPECT_THAT(plan.needs("t2"), ElementsAre("b1", "b2"));
  EXPECT_TRUE(plan.job("t2").dag);
  EXPECT_FALSE(plan.job("t3").dag);
}

TEST(PlanRules, ABrokenExpressionFromAVariableOrTextIsFalse) {
  // The linter refuses such text; a plan made without it must still hold.
  PipelineConfig config;
  config.stages = {".pre", "test", ".post"};
  JobConfig& job = config.jobs.emplace_back();
  job.name = "a";
  job.stage = "test";
  job.rules = std::vector<RuleConfig>{{.if_expression = "$A =! null"}, {.when = When::always}};
  Diagnostics diagnostics;
  const PlanResult result = build_plan(config, push_to(), diagnostics);
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->jobs[0].matched_rule, 1);
}

TEST(PlanRules, AWrongCompareToIsAnErrorOfTheJob) {
  tests::FakeRepository repository;
  PipelineContext context = push_to();
  context.repository = &repository;
  const PlanCase plan =
      plan_of("a: {script: x, rules: [{changes: {paths: [x], compare_to: nowhere}}]}\n", context);
  EXPECT_FALSE(plan.result.plan);
  EXPECT_THAT(plan.errors(),
              ElementsAre("Failed to parse rule for a: rules:changes:compare_to is not a valid ref"));
}

TEST(PlanRules, ConditionsSeePredefinedVariablesOfTheJob) {
  const PlanCase plan = plan_of(R"(
"Build It":
  script: x
  stage: deploy
  image: alpine
  when: manual
  environment: {name: "review/$CI_COMMIT_BRANCH", url: "https://x"}
  rules:
    - if: >-
        $CI_JOB_NAME == "Build It" && $CI_JOB_NAME_SLUG == "build-it" && $CI_JOB_STAGE == "deploy" &&
        $CI_JOB_IMAGE == "alpine" && $CI_JOB_MANUAL == "true" && $CI_NODE_TOTAL == "1" && $CI_NODE_INDEX == null &&
        $CI_ENVIRONMENT_NAME == "review/main" && $CI_ENVIRONMENT_ACTION == "start" &&
        $CI_ENVIRONMENT_URL == "https://x" && $CI_ENVIRONMENT_TIER == null
)");
  EXPECT_THAT(plan.names(), ElementsAre("Build It"));
}

}  // namespace
}  // namespace fairlead::parser
