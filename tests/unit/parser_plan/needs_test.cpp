// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_plan/plan_case.hpp"

namespace fairlead::parser {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PlanNeeds, ANeedOfAParallelJobIsAllItsCopies) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, parallel: 2}
m: {stage: build, script: x, parallel: {matrix: [{A: ["1", "2"]}]}}
t: {script: x, needs: [b, {job: m, artifacts: false}]}
)");
  EXPECT_THAT(plan.needs("t"), ElementsAre("b 1/2", "b 2/2", "m: [1]", "m: [2]"));
  EXPECT_TRUE(plan.job("t").needs[0].artifacts);
  EXPECT_FALSE(plan.job("t").needs[3].artifacts);
  EXPECT_TRUE(plan.job("t").dag);
}

TEST(PlanNeeds, AMatrixInTheNeedTakesExactCombinations) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, parallel: {matrix: [{OS: [l, m], ARCH: [a, b]}]}}
t:
  script: x
  needs:
    - job: b
      parallel: {matrix: [{OS: l, ARCH: [a, b]}, {OS: m, ARCH: b}]}
)");
  EXPECT_THAT(plan.needs("t"), ElementsAre("b: [l, a]", "b: [l, b]", "b: [m, b]"));
}

TEST(PlanNeeds, MatrixExpressionsTakeTheValuesOfTheNeedingCopy) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, parallel: {matrix: [{OS: [l, m], ARCH: [a]}]}}
t:
  script: x
  parallel: {matrix: [{OS: [l, m]}]}
  needs:
    - job: b
      parallel: {matrix: [{OS: ["$[[ matrix.OS ]]"], ARCH: [a]}]}
)");
  EXPECT_THAT(plan.needs("t: [l]"), ElementsAre("b: [l, a]"));
  EXPECT_THAT(plan.needs("t: [m]"), ElementsAre("b: [m, a]"));
}

TEST(PlanNeeds, EmptyNeedsMakeADagJobThatWaitsForNothing) {
  const PlanCase plan = plan_of("a: {script: x, needs: []}\n");
  EXPECT_TRUE(plan.job("a").dag);
  EXPECT_THAT(plan.needs("a"), IsEmpty());
}

TEST(PlanNeeds, AnAbsentNeedIsAnErrorWithItsPlace) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, only: [tags]}
a:
  script: x
  needs:
    - b
)");
  EXPECT_FALSE(plan.result.plan);
  EXPECT_THAT(
      plan.errors(),
      ElementsAre(
          "'a' job needs 'b' job, but 'b' does not exist in the pipeline. This might be because of the "
          "only, except, or rules keywords. To need a job that sometimes does not exist in the "
          "pipeline, use needs:optional."));
  EXPECT_EQ(plan.diagnostics.all().back().mark.line, 6U);
}

TEST(PlanNeeds, AnAbsentOptionalNeedIsDropped) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, only: [tags]}
c: {stage: build, script: x}
a: {script: x, needs: [{job: b, optional: true}, {job: c, optional: true}]}
)");
  EXPECT_THAT(plan.needs("a"), ElementsAre("c"));
  EXPECT_TRUE(plan.job("a").dag);
}

TEST(PlanNeeds, AJobOutOfThePipelineMayNeedWhatIsNotThere) {
  const PlanCase plan = plan_of(R"(
k: {script: x}
b: {stage: build, script: x, only: [tags]}
a: {script: x, needs: [b], only: [tags]}
)");
  EXPECT_THAT(plan.names(), ElementsAre("k"));
}

TEST(PlanNeeds, MoreThanFiftyCopiesAreTooMany) {
  const PlanCase plan = plan_of("b: {stage: build, script: x, parallel: 51}\na: {script: x, needs: [b]}\n");
  EXPECT_THAT(plan.errors(),
              ElementsAre("a: one job can only need 50 others, but you have listed 51. See needs "
                          "keyword documentation for more details"));
  EXPECT_THAT(plan_of("b: {stage: build, script: x, parallel: 50}\na: {script: x, needs: [b]}\n").errors(),
              IsEmpty());
}

TEST(PlanNeeds, DependenciesAreFinalNamesOfWhatIsThere) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, parallel: 2}
gone: {stage: build, script: x, only: [tags]}
a: {script: x, dependencies: [b, gone]}
none: {script: x, dependencies: []}
all: {script: x}
)");
  EXPECT_EQ(plan.job("a").dependencies, (std::vector<std::string>{"b 1/2", "b 2/2"}));
  EXPECT_EQ(plan.job("none").dependencies, std::vector<std::string>{});
  EXPECT_EQ(plan.job("all").dependencies, std::nullopt);
}

TEST(PlanNeeds, EveryJobsErrorIsReported) {
  const PlanCase plan = plan_of(R"(
b: {stage: build, script: x, only: [tags]}
a1: {script: x, needs: [b]}
a2: {script: x, needs: [b]}
)");
  EXPECT_THAT(plan.errors(),
              ElementsAre(testing::StartsWith("'a1' job needs"), testing::StartsWith("'a2' job needs")));
}

}  // namespace
}  // namespace fairlead::parser
