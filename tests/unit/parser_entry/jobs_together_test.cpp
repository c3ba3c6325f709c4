// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> errors(const std::string& text) { return read_entries(text).errors; }

TEST(Stages, default_to_build_test_deploy_between_pre_and_post) {
  EXPECT_THAT(read_entries("job: {script: x}").config->stages,
              ElementsAre(".pre", "build", "test", "deploy", ".post"));
  EXPECT_EQ(read_entries("job: {script: x}").job("job").stage, "test");
}

TEST(Stages, are_framed_once_and_flattened) {
  EXPECT_THAT(
      read_entries("stages: [.post, a, [b, [c]], .pre, a]\njob: {script: x, stage: a}").config->stages,
      ElementsAre(".pre", "a", "b", "c", ".post"));
}

TEST(Stages, messages) {
  const std::string nested =
      "stages config should be an array of strings or a nested array of strings up to 10 levels deep";
  EXPECT_THAT(errors("stages: test\njob: {script: x}"), ElementsAre(nested));
  EXPECT_THAT(errors("stages: [1]\njob: {script: x}"), ElementsAre(nested));
  const EntryCase read = read_entries("job:\n  script: x\n  stage: biuld\n");
  EXPECT_THAT(read.errors, ElementsAre("job job: chosen stage biuld does not exist; available stages are "
                                       ".pre, build, test, deploy, .post"));
  EXPECT_EQ(read.place(), "3:10");
  EXPECT_EQ(read.hint(), "did you mean \"build\"?");
}

TEST(Needs, exist) {
  const EntryCase read = read_entries("build: {script: x}\ntest:\n  script: x\n  needs:\n    - biuld\n");
  EXPECT_THAT(read.errors, ElementsAre("test job: undefined need: biuld"));
  EXPECT_EQ(read.place(), "5:7");
  EXPECT_EQ(read.hint(), "did you mean \"build\"?");
  EXPECT_THAT(errors("test: {script: x, needs: [{job: a, optional: true}]}"), IsEmpty());
}

TEST(Needs, are_not_in_a_later_stage) {
  EXPECT_THAT(errors("a: {script: x, stage: build, needs: [b]}\nb: {script: x}"),
              ElementsAre("a job: need b is not defined in current or prior stages"));
  EXPECT_THAT(errors("a: {script: x, needs: [b]}\nb: {script: x}"), IsEmpty());
  EXPECT_THAT(errors("a: {script: x, stage: build, rules: [{if: $A, needs: [b]}]}\nb: {script: x}"),
              ElementsAre("a job: need b is not defined in current or prior stages"));
}

TEST(Needs, are_not_repeated) {
  EXPECT_THAT(errors("a: {script: x}\nb: {script: x}\nc: {script: x, needs: [a, {job: a}, b, b]}"),
              ElementsAre("c has the following needs duplicated: a, b."));
}

TEST(Needs, name_copies_of_multiplied_jobs) {
  const std::string jobs =
      "m: {script: x, parallel: {matrix: [{A: [1, 2], B: [x]}]}}\np: {script: x, parallel: 2}\n";
  EXPECT_THAT(errors(jobs + "j: {script: x, needs: [m, p]}"), IsEmpty());
  EXPECT_THAT(errors(jobs + "j: {script: x, needs: ['m: [1, x]', 'p 2/2']}"), IsEmpty());
  EXPECT_THAT(errors(jobs + "j: {script: x, needs: [{job: m, parallel: {matrix: [{B: x, A: 2}]}}]}"),
              IsEmpty());
  EXPECT_THAT(errors(jobs + "j: {script: x, needs: [{job: m, parallel: {matrix: [{A: 3, B: x}]}}]}"),
              ElementsAre("j job: undefined need: m: [3, x]"));
  EXPECT_THAT(errors(jobs + "j: {script: x, needs: [p, p]}"),
              ElementsAre("j has the following needs duplicated: p 1/2, p 2/2."));
}

TEST(Needs, of_a_multiplied_job_are_reported_for_its_first_copy) {
  EXPECT_THAT(errors("j: {script: x, parallel: 3, needs: [nothing]}"),
              ElementsAre("j 1/3 job: undefined need: nothing"));
}

TEST(Needs, may_use_the_matrix_of_the_needing_job) {
  const std::string build = "build: {script: x, parallel: {matrix: [{OS: [l, w]}]}}\n";
  const auto test = [](const std::string& value) {
    return "test: {script: x, parallel: {matrix: [{SYS: [l, w]}]}, needs: [{job: build, parallel: {matrix: "
           "[{OS: ['" +
           value + "']}]}}]}";
  };
  EXPECT_THAT(errors(build + test("$[[ matrix.SYS ]]")), IsEmpty());
  EXPECT_THAT(errors(build + test("$[[ matrix.NONE ]]")),
              ElementsAre("test job: 'NONE' does not exist in matrix configuration"));
}

TEST(Needs, have_names_of_255_characters_at_most) {
  const std::string name(252, 'a');
  EXPECT_THAT(errors("j: {script: x, needs: [" + name + "]}\n? " + name + "\n: {script: x, parallel: 1}"),
              ElementsAre("j job: need `" + name + " 1/1` name is too long (maximum is 255 characters)"));
}

TEST(Dependencies, exist_in_earlier_or_this_stage) {
  EXPECT_THAT(errors("j: {script: x, dependencies: [a]}"), ElementsAre("j job: undefined dependency: a"));
  EXPECT_THAT(errors("j: {script: x, dependencies: [a]}\na: {script: x, stage: deploy}"),
              ElementsAre("j job: dependency a is not defined in current or prior stages"));
  EXPECT_THAT(errors("c: {trigger: {include: [{artifact: a.yml, job: a}]}}\nd: {script: x}"),
              ElementsAre("c job: undefined dependency: a"));
}

TEST(Cycles, are_named_in_the_order_they_are_met) {
  EXPECT_THAT(
      errors("a: {script: x, needs: [c]}\nb: {script: x, needs: [a]}\nc: {script: x, needs: [b]}"),
      ElementsAre("The pipeline has circular dependencies: topological sort failed: [\"a\", \"c\", \"b\"]"));
  EXPECT_THAT(errors("a: {script: x, needs: [a]}"),
              ElementsAre("The pipeline has circular dependencies: self-dependency: a"));
}

TEST(Cycles, every_one_is_reported) {
  EXPECT_EQ(errors("a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}\n"
                   "c: {script: x, needs: [d]}\nd: {script: x, needs: [c]}")
                .size(),
            2U);
}

TEST(Cycles, copies_of_one_job_may_need_each_other) {
  EXPECT_THAT(errors("j: {script: x, parallel: {matrix: [{A: [1]}, {A: [2]}]}, needs: []}"), IsEmpty());
  EXPECT_THAT(errors("j:\n  script: x\n  parallel: {matrix: [{A: [1, 2]}]}\n"
                     "  needs: [{job: j, parallel: {matrix: [{A: 1}]}}]\n"),
              ElementsAre("The pipeline has circular dependencies: self-dependency: j: [1]"));
}

TEST(Cycles, a_chain_of_ten_thousand_needs_is_no_problem) {
  std::string text = "j0: {script: x}\n";
  for (int i = 1; i < 10000; ++i) {
    text += "j" + std::to_string(i) + ": {script: x, needs: [j" + std::to_string(i - 1) + "]}\n";
  }
  EXPECT_THAT(errors(text), IsEmpty());
}

TEST(OnStop, is_a_job_that_stops_the_same_environment) {
  const std::string start = "r: {script: x, environment: {name: e, on_stop: s}}\n";
  EXPECT_THAT(errors(start), ElementsAre("r job: on_stop job s is not defined"));
  EXPECT_THAT(errors(start + "s: {script: x}"),
              ElementsAre("r job: on_stop job s does not have environment defined"));
  EXPECT_THAT(errors(start + "s: {script: x, environment: o}"),
              ElementsAre("r job: on_stop job s have different environment name"));
  EXPECT_THAT(errors(start + "s: {script: x, environment: e}"),
              ElementsAre("r job: on_stop job s needs to have action stop defined"));
  EXPECT_THAT(errors(start + "s: {script: x, environment: {name: e, action: stop}}"), IsEmpty());
}

TEST(Problems, of_all_jobs_are_reported_at_once) {
  EXPECT_THAT(
      errors("a: {script: x, tags: t}\nb: {script: x, needs: [c]}\nd: {scirpt: x}"),
      UnorderedElementsAre("jobs:a:tags config should be an array of strings", "b job: undefined need: c",
                           "jobs d config should implement the script:, run:, or trigger: keyword"));
}

TEST(Problems, of_one_job_do_not_make_others_wrong) {
  EXPECT_THAT(errors("a: {script: x, tags: t}\nb: {script: x, needs: [a]}"),
              ElementsAre("jobs:a:tags config should be an array of strings"));
}

}  // namespace
}  // namespace fairlead::tests
