// SPDX-License-Identifier: Apache-2.0
// Order, stages, parallel, what becomes of a pipeline as a whole.
#include <ctime>

#include "tests/unit/parser_plan/plan_case.hpp"

namespace fairlead::parser {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Plan, JobsComeByStageThenAsInTheFile) {
  const PlanCase plan = plan_of(R"(
stages: [build, test]
t2: {stage: test, script: x}
b1: {stage: build, script: x}
t1: {stage: test, script: x}
last: {stage: .post, script: x}
)");
  EXPECT_THAT(plan.names(), ElementsAre("b1", "t2", "t1", "last"));
  EXPECT_THAT(plan.result.plan->stages, ElementsAre("build", "test", ".post"));
  EXPECT_EQ(plan.job("last").stage_index, 2);
}

TEST(Plan, AStageWithoutJobsVanishes) {
  const PlanCase plan = plan_of("stages: [a, b]\nj: {stage: b, script: x}\n");
  EXPECT_THAT(plan.result.plan->stages, ElementsAre("b"));
  EXPECT_EQ(plan.job("j").stage_index, 0);
}

TEST(Plan, ParallelNumbersItsCopiesAndOneIsRenamedToo) {
  const PlanCase plan = plan_of("a: {script: x, parallel: 3}\nb: {script: x, parallel: 1}\n");
  EXPECT_THAT(plan.names(), ElementsAre("a 1/3", "a 2/3", "a 3/3", "b 1/1"));
  EXPECT_EQ(plan.job("a 2/3").node_index, 2);
  EXPECT_EQ(plan.job("a 2/3").node_total, 3);
  EXPECT_EQ(plan.job("a 2/3").config_name, "a");
}

TEST(Plan, AMatrixMakesTheProductFirstKeySlowest) {
  const PlanCase plan = plan_of(R"(
b:
  script: x
  variables: {OS: none, OWN: kept}
  parallel:
    matrix:
      - OS: [linux, mac]
        ARCH: [a, b]
      - OS: wasm
)");
  EXPECT_THAT(plan.names(),
              ElementsAre("b: [linux, a]", "b: [linux, b]", "b: [mac, a]", "b: [mac, b]", "b: [wasm]"));
  EXPECT_EQ(plan.variable("b: [mac, b]", "OS"), "mac");
  EXPECT_EQ(plan.variable("b: [mac, b]", "OWN"), "kept");
  EXPECT_EQ(plan.variable("b: [wasm]", "ARCH"), "absent");
  EXPECT_EQ(plan.job("b: [wasm]").node_index, 5);
  EXPECT_EQ(plan.job("b: [wasm]").node_total, 5);
}

TEST(Plan, CopiesAreSelectedOneByOne) {
  const PlanCase plan = plan_of(R"(
b:
  script: x
  parallel: {matrix: [{OS: [linux, mac]}]}
  rules: [{if: $OS == "mac"}]
c: {script: x, parallel: 2, rules: [{if: $CI_NODE_INDEX == "2"}]}
)");
  EXPECT_THAT(plan.names(), ElementsAre("b: [mac]", "c 2/2"));
  EXPECT_TRUE(plan.selection("b").added);
  EXPECT_THAT(plan.selection("b").reason, testing::HasSubstr("for 1 of 2 copies"));
}

TEST(Plan, NoJobLeftMeansNoPipeline) {
  const PlanCase plan = plan_of("a: {script: x, rules: [{if: $NO}]}\n");
  EXPECT_FALSE(plan.result.plan);
  EXPECT_THAT(plan.errors(), ElementsAre("The resulting pipeline would have been empty. Review the rules "
                                         "configuration for the relevant jobs."));
}

TEST(Plan, JobsOnlyInTheEdgeStagesMeanNoPipeline) {
  const PlanCase plan = plan_of("a: {stage: .pre, script: x}\nb: {stage: .post, script: x}\n");
  EXPECT_FALSE(plan.result.plan);
  EXPECT_THAT(plan.errors(),
              ElementsAre(testing::StartsWith("The resulting pipeline would have been empty.")));
}

TEST(Plan, WorkflowRulesDecideFirst) {
  const std::string text = R"(
workflow:
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      variables: {FROM: workflow, ROOT: changed}
      auto_cancel: {on_job_failure: all}
    - if: $CI_COMMIT_BRANCH == "skip"
      when: never
variables: {ROOT: root}
a: {script: x}
)";
  const PlanCase plan = plan_of(text);
  EXPECT_EQ(plan.variable("a", "FROM"), "workflow");
  EXPECT_EQ(plan.variable("a", "ROOT"), "changed");
  EXPECT_EQ(plan.result.plan->auto_cancel_on_job_failure, "all");
  EXPECT_TRUE(plan.result.workflow.added);
  for (const char* branch : {"skip", "other"}) {
    const PlanCase none = plan_of(text, push_to(branch));
    EXPECT_FALSE(none.result.plan);
    EXPECT_THAT(none.errors(),
                ElementsAre("The pipeline did not run. Review the workflow:rules configuration for "
                            "the pipeline."));
    EXPECT_FALSE(none.selection("a").added);
  }
}

TEST(Plan, WorkflowRulesSeeRootVariablesButNoneOfAJob) {
  const PlanCase plan = plan_of(R"(
variables: {ROOT: "1"}
workflow: {rules: [{if: $ROOT && $JOB == null}]}
a: {script: x, variables: {JOB: "1"}}
)");
  EXPECT_THAT(plan.names(), ElementsAre("a"));
}

TEST(Plan, WorkflowNameIsExpandedAndTrimmed) {
  const PlanCase plan = plan_of(R"(
variables: {WHAT: "$CI_COMMIT_BRANCH build"}
workflow: {name: " $WHAT $UNKNOWN "}
a: {script: x}
)");
  EXPECT_EQ(plan.result.plan->name, "main build");
}

// A guard against work that grows with the square of the jobs; the real
// numbers are the benchmark's.
TEST(Plan, TenThousandJobsArePlannedInOneGo) {
  PipelineConfig config;
  config.stages = {".pre", "build", "test", ".post"};
  for (int i = 0; i < 10; ++i)
    config.variables.push_back({.key = "ROOT" + std::to_string(i), .value = "value"});
  for (int i = 0; i < 10'000; ++i) {
    JobConfig& job = config.jobs.emplace_back();
    job.name = "job-" + std::to_string(i);
    job.stage = i % 2 == 0 ? "build" : "test";
    job.script = Script{"echo one", "echo two"};
    RuleConfig never{.if_expression = "$CI_COMMIT_TAG =~ /^v[0-9]+/", .when = model::When::never};
    RuleConfig always{.if_expression = "$CI_COMMIT_BRANCH == \"main\" && $ROOT3"};
    job.rules = std::vector<RuleConfig>{never, always};
    job.variables.push_back({.key = "OWN", .value = "$ROOT1/x"});
    if (i > 0) job.needs = std::vector<NeedConfig>{{.job = "job-" + std::to_string(i % 2 == 0 ? 0 : i - 1)}};
    if (i == 0) job.needs = std::vector<NeedConfig>{};
  }
  config.jobs[0].needs.reset();
  Diagnostics diagnostics;
  // Processor time, so that other work on the machine does not count.
  const std::clock_t start = std::clock();
  const PlanResult result = build_plan(config, push_to(), diagnostics);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_TRUE(result.plan);
  EXPECT_EQ(result.plan->jobs.size(), 10'000U);
  RecordProperty("cpu_milliseconds", static_cast<int>(seconds * 1000));
  EXPECT_LT(seconds, 10);  // an unoptimised build with sanitizers takes about one
}

}  // namespace
}  // namespace fairlead::parser
