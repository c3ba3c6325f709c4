// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Two jobs to need and the lines of the job that needs them.
EntryCase with_needs(const std::string& needs) {
  return read_entries(
      "a: {stage: build, script: x}\nb: {stage: build, script: x, parallel: {matrix: [{V: [1, 2]}]}}\n"
      "job:\n  script: x\n  needs: " +
      needs + "\n");
}

TEST(Needs, take_names_and_maps) {
  const EntryCase read = with_needs(
      "[a, {job: b, artifacts: false, optional: true, parallel: {matrix: [{V: 1}]}}, {pipeline: $P, job: c}, "
      "{project: g/p, job: d, ref: main, artifacts: true}]");
  const auto needs = *read.job("job").needs;
  ASSERT_EQ(needs.size(), 4U);
  EXPECT_EQ(needs[0].job, "a");
  EXPECT_TRUE(needs[0].artifacts);
  EXPECT_FALSE(needs[0].optional);
  EXPECT_FALSE(needs[1].artifacts);
  EXPECT_TRUE(needs[1].optional);
  ASSERT_EQ(needs[1].matrix.size(), 1U);
  EXPECT_EQ(needs[1].matrix[0][0].first, "V");
  EXPECT_EQ(needs[2].pipeline, "$P");
  EXPECT_EQ(needs[3].project, "g/p");
  EXPECT_EQ(needs[3].ref, "main");
}

TEST(Needs, an_empty_list_is_given) { EXPECT_THAT(*valid_job("needs: []").needs, IsEmpty()); }
TEST(Needs, null_is_not_given) { EXPECT_FALSE(valid_job("needs: null").needs.has_value()); }

TEST(Needs, nested_lists_are_flattened_and_nulls_dropped) {
  const EntryCase read = with_needs("[[a, [b]], null]");
  ASSERT_EQ(read.job("job").needs->size(), 2U);
  EXPECT_EQ(read.job("job").needs->at(1).job, "b");
}

TEST(Needs, a_map_alone_is_one_need) { EXPECT_EQ(with_needs("{job: a}").job("job").needs->size(), 1U); }

TEST(Needs, messages) {
  EXPECT_THAT(with_needs("a").errors, ElementsAre("jobs:job:needs config can only be a hash or an array"));
  EXPECT_THAT(with_needs("{}").errors, ElementsAre("jobs:job:needs config can not be an empty hash"));
  EXPECT_THAT(with_needs("[1]").errors, ElementsAre("jobs:job:needs:need has an unsupported type"));
  EXPECT_THAT(with_needs("['']").errors, ElementsAre("jobs:job:needs:need config can't be blank"));
  EXPECT_THAT(with_needs("[{artifacts: true}]").errors,
              ElementsAre("jobs:job:needs:need has an unsupported type"));
  EXPECT_THAT(with_needs("[{job: a, artifact: true}]").errors,
              ElementsAre("jobs:job:needs:need config contains unknown keys: artifact"));
  EXPECT_THAT(with_needs("[{job: a, artifacts: 1}]").errors,
              ElementsAre("jobs:job:needs:need artifacts should be a boolean value"));
  EXPECT_THAT(with_needs("[{job: null}]").errors, ElementsAre("jobs:job:needs:need job can't be blank"));
  EXPECT_THAT(with_needs("[{job: [a]}]").errors, ElementsAre("jobs:job:needs:need job should be a string"));
  EXPECT_THAT(with_needs("[{pipeline: 5, job: a}]").errors,
              ElementsAre("jobs:job:needs:need pipeline should be a string"));
  EXPECT_THAT(with_needs("[{project: g/p, job: a}]").errors,
              ElementsAre("jobs:job:needs:need ref can't be blank"));
  EXPECT_THAT(with_needs("[{pipeline: other}]").errors,
              ElementsAre("jobs:job:needs config uses invalid types: bridge"));
  EXPECT_THAT(with_needs("[{job: b, parallel: 2}]").errors,
              ElementsAre("jobs:job:needs:need:parallel config cannot use \"parallel: <number>\"."));
}

TEST(Needs, of_rules_are_of_this_pipeline) {
  EXPECT_THAT(job_errors("rules: [{if: $A, needs: [{pipeline: p, job: a}]}]"),
              ElementsAre("jobs:job:rules:rule:needs config uses invalid types: cross_dependency"));
}

TEST(Needs, of_other_pipelines_are_five_at_most) {
  std::string list;
  for (int i = 0; i < 6; ++i) list += "{pipeline: p, job: j" + std::to_string(i) + "},";
  EXPECT_THAT(with_needs("[" + list + "]").errors,
              ElementsAre("jobs:job:needs config must be less than or equal to 5"));
}

TEST(Dependencies, are_a_list_of_names) {
  EXPECT_THAT(job_errors("dependencies: a"),
              ElementsAre("jobs:job dependencies should be an array of strings"));
  EXPECT_THAT(*valid_job("dependencies: []").dependencies, IsEmpty());
}

TEST(Dependencies, are_among_the_needs) {
  EXPECT_THAT(with_needs("[a]\n  dependencies: [b]").errors,
              ElementsAre("jobs:job dependencies the b should be part of needs"));
  EXPECT_THAT(with_needs("[a, b]\n  dependencies: [b]").errors, IsEmpty());
  EXPECT_THAT(with_needs("[]\n  dependencies: [a]").errors, IsEmpty());
  EXPECT_THAT(with_needs("[{pipeline: p, job: x}]\n  dependencies: [a]").errors,
              ElementsAre("jobs:job needs corresponding to dependencies must be from the same pipeline"));
}

}  // namespace
}  // namespace fairlead::tests
