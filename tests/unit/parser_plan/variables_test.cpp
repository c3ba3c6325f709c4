// SPDX-License-Identifier: Apache-2.0
#include "parser/plan/variables.hpp"

#include "tests/unit/parser_plan/plan_case.hpp"

namespace fairlead::parser {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PlanVariables, LaterLevelsTakeThePlaceOfEarlierOnes) {
  const PlanCase plan = plan_of(R"(
variables: {A: root, B: root, C: root, RAW: {value: "$A", expand: false}}
workflow: {rules: [{when: always, variables: {B: workflow}}]}
a: {script: x, variables: {C: job}, rules: [{when: always, variables: {D: rule}}]}
)");
  EXPECT_EQ(plan.variable("a", "A"), "root");
  EXPECT_EQ(plan.variable("a", "B"), "workflow");
  EXPECT_EQ(plan.variable("a", "C"), "job");
  EXPECT_EQ(plan.variable("a", "D"), "rule");
  EXPECT_EQ(plan.job("a").yaml_variables.size(), 5U);
  EXPECT_TRUE(model::find_variable(plan.job("a").yaml_variables, "RAW")->raw);
  EXPECT_EQ(model::find_variable(plan.result.plan->yaml_variables, "B")->value, "workflow");
}

TEST(PlanVariables, InheritChoosesAmongRootVariables) {
  const PlanCase plan = plan_of(R"(
variables: {A: root, B: root}
none: {script: x, inherit: {variables: false}}
some: {script: x, inherit: {variables: [B]}}
)");
  EXPECT_EQ(plan.variable("none", "A"), "absent");
  EXPECT_EQ(plan.variable("some", "A"), "absent");
  EXPECT_EQ(plan.variable("some", "B"), "root");
}

TEST(PlanVariables, ConditionsSeeTheJobsOwnUnexpandedAndGivenOnesOverThem) {
  PipelineContext context = push_to();
  context.given = {{.key = "MODE", .value = "given"}};
  const PlanCase plan = plan_of(R"(
variables: {X: x}
a:
  script: x
  variables: {OWN: "$X", MODE: job, CI_COMMIT_BRANCH: mine}
  rules: [{if: '$OWN == "$X" && $MODE == "given" && $CI_COMMIT_BRANCH == "mine"'}]
)",
                                context);
  EXPECT_THAT(plan.names(), ElementsAre("a"));
}

TEST(PlanVariables, EnvironmentAndResourceGroupFollowEveryReference) {
  const PlanCase plan = plan_of(R"(
variables: {WHERE: "review/$BRANCH", BRANCH: $CI_COMMIT_BRANCH}
a:
  script: x
  environment: {name: $WHERE/$UNKNOWN}
  resource_group: $CI_ENVIRONMENT_NAME-${CI_JOB_NAME}
)");
  EXPECT_EQ(plan.job("a").environment_name, "review/main/");
  EXPECT_EQ(plan.job("a").resource_group, "review/main/-a");
}

TEST(PlanVariables, EnvironmentSeesTheRulesVariablesAndTagsDoNot) {
  const PlanCase plan = plan_of(R"(
a:
  script: x
  variables: {WHERE: job}
  environment: $WHERE
  tags: ["$WHERE", "$UNKNOWN", plain]
  rules: [{when: always, variables: {WHERE: rule}}]
)");
  EXPECT_EQ(plan.job("a").environment_name, "rule");
  EXPECT_THAT(plan.job("a").tags, ElementsAre("job", "$UNKNOWN", "plain"));
}

TEST(PlanVariables, ACycleIsAnErrorOfEachJobThatHasIt) {
  const PlanCase plan = plan_of(R"(
variables: {BASE: "$OWN"}
good: {script: x, variables: {OTHER: "$OTHER2", OTHER2: "x$BASE"}}
bad: {script: x, variables: {OWN: "$BASE"}}
)");
  EXPECT_FALSE(plan.result.plan);
  EXPECT_THAT(plan.errors(), ElementsAre("bad: circular variable reference detected: [\"BASE\", \"OWN\"]"));
}

TEST(PlanVariables, ACycleAmongSharedOnesIsAnErrorOfEveryJob) {
  const PlanCase plan = plan_of("variables: {A: $B, B: $A}\na: {script: x}\nb: {script: x}\n");
  EXPECT_THAT(plan.errors(), ElementsAre("a: circular variable reference detected: [\"A\", \"B\"]",
                                         "b: circular variable reference detected: [\"A\", \"B\"]"));
}

TEST(PlanVariables, AReferenceToItselfOrARawOneIsNoCycle) {
  PipelineContext context = push_to();
  context.predefined.push_back({.key = "PATH", .value = "/bin"});
  const PlanCase plan = plan_of(R"(
a:
  script: x
  variables: {PATH: "/opt:$PATH", A: {value: $B, expand: false}, B: $A}
  environment: $PATH
)",
                                context);
  EXPECT_THAT(plan.errors(), IsEmpty());
  EXPECT_EQ(plan.job("a").environment_name, "/opt:/bin");
}

TEST(PlanVariables, SlugsAreLowerCaseShortAndTrimmed) {
  EXPECT_EQ(slug_of("Build It!"), "build-it");
  EXPECT_EQ(slug_of("--"), "");
  EXPECT_EQ(slug_of(std::string(100, 'A')), std::string(63, 'a'));
}

}  // namespace
}  // namespace fairlead::parser
