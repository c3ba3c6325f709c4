// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(OnlyExcept, a_list_is_refs) {
  const auto job = valid_job("only: [main, /^v/, tags]\nexcept: ['/^docs-/i@group/project']");
  EXPECT_THAT(*job.only->refs, ElementsAre("main", "/^v/", "tags"));
  EXPECT_THAT(*job.except->refs, ElementsAre("/^docs-/i@group/project"));
}

TEST(OnlyExcept, a_map_of_only_is_laid_over_the_default_refs) {
  const auto job =
      valid_job("only: {variables: [$A], changes: [a], kubernetes: active}\nexcept: {variables: [$B]}");
  EXPECT_THAT(*job.only->refs, ElementsAre("branches", "tags"));
  EXPECT_THAT(*job.only->variables, ElementsAre("$A"));
  EXPECT_THAT(*job.only->changes, ElementsAre("a"));
  EXPECT_TRUE(job.only->kubernetes_active);
  EXPECT_FALSE(job.except->refs.has_value());
}

TEST(OnlyExcept, only_branches_and_tags_is_the_default) {
  EXPECT_THAT(*valid_job("").only->refs, ElementsAre("branches", "tags"));
  EXPECT_THAT(*valid_job("except: [main]").only->refs, ElementsAre("branches", "tags"));
  EXPECT_FALSE(valid_job("rules: [{if: $A}]").only.has_value());
  EXPECT_FALSE(read_entries("workflow: {rules: [{if: $A}]}\njob: {script: x}").job("job").only.has_value());
}

TEST(OnlyExcept, messages) {
  EXPECT_THAT(job_errors("only: 1"),
              ElementsAre("jobs:job:only has to be either an array of conditions or a hash"));
  EXPECT_THAT(job_errors("only: main"),
              ElementsAre("jobs:job:only has to be either an array of conditions or a hash"));
  const std::string refs = "should be an array of strings or regular expressions using re2 syntax";
  EXPECT_THAT(job_errors("except: [1]"), ElementsAre("jobs:job:except config " + refs));
  EXPECT_THAT(job_errors("only: ['/(?=a)/']"), ElementsAre("jobs:job:only config " + refs));
  EXPECT_THAT(job_errors("only: {refs: ['/*a/']}"), ElementsAre("jobs:job:only refs " + refs));
  EXPECT_THAT(job_errors("only: {}"), ElementsAre("jobs:job:only config can't be blank"));
  EXPECT_THAT(job_errors("only: {ref: [a]}"), ElementsAre("jobs:job:only config contains unknown keys: ref"));
  EXPECT_THAT(job_errors("only: {variables: ['== x']}"),
              ElementsAre("jobs:job:only variables invalid expression syntax"));
  EXPECT_THAT(job_errors("only: {variables: $A}"),
              ElementsAre("jobs:job:only variables should be an array of strings"));
  EXPECT_THAT(job_errors("only: {changes: [1]}"),
              ElementsAre("jobs:job:only changes should be an array of strings"));
  EXPECT_THAT(job_errors("only: {kubernetes: on}"),
              ElementsAre("jobs:job:only kubernetes unknown value: true"));
}

TEST(OnlyExcept, a_shape_error_keeps_the_case_of_the_name) {
  EXPECT_THAT(read_entries("Job: {script: x, only: 1}").errors,
              ElementsAre("jobs:Job:only has to be either an array of conditions or a hash"));
}

TEST(OnlyExcept, an_empty_list_is_allowed) { EXPECT_THAT(*valid_job("only: []").only->refs, IsEmpty()); }

}  // namespace
}  // namespace fairlead::tests
