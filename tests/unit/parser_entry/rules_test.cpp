// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using model::When;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Rules, every_key_is_read) {
  const auto rules = *valid_job(R"(rules:
  - if: $A == "b"
    changes: {paths: [a, b], compare_to: main}
    exists: {paths: [c], project: g/p, ref: v1}
    when: delayed
    start_in: 3 hours
    allow_failure: true
    interruptible: true
    variables: {V: 1}
    needs: []
  - exists: Dockerfile
    changes: [x]
  - exists: [y]
    when: never)")
                          .rules;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].if_expression, "$A == \"b\"");
  EXPECT_THAT(rules[0].changes->paths, ElementsAre("a", "b"));
  EXPECT_EQ(rules[0].changes->compare_to, "main");
  EXPECT_THAT(rules[0].exists->paths, ElementsAre("c"));
  EXPECT_EQ(rules[0].exists->project, "g/p");
  EXPECT_EQ(rules[0].exists->ref, "v1");
  EXPECT_EQ(rules[0].when, When::delayed);
  EXPECT_EQ(rules[0].start_in, parser::Seconds(10800));
  EXPECT_EQ(rules[0].allow_failure, true);
  EXPECT_EQ(rules[0].interruptible, true);
  EXPECT_EQ(rules[0].variables.at(0).value, "1");
  EXPECT_THAT(*rules[0].needs, IsEmpty());
  EXPECT_THAT(rules[1].exists->paths, ElementsAre("Dockerfile"));
  EXPECT_THAT(rules[1].changes->paths, ElementsAre("x"));
  EXPECT_EQ(rules[2].when, When::never);
}

TEST(Rules, nested_lists_are_flattened) {
  EXPECT_EQ(valid_job("rules: [[{if: $A}, [{if: $B}]], {if: $C}]").rules->size(), 3U);
}

TEST(Rules, are_hashes_in_lists) {
  const std::string message = "jobs:job rules should be an array containing hashes and arrays of hashes";
  for (const char* lines : {"rules: {if: $A}", "rules: [a]", "rules: [[a]]", "rules: text",
                            "rules: [[[[[[[[[[[{if: $A}]]]]]]]]]]]"}) {
    EXPECT_THAT(job_errors(lines), ElementsAre(message)) << lines;
  }
}

TEST(Rules, an_empty_list_is_blank) {
  EXPECT_THAT(job_errors("rules: []"), ElementsAre("jobs:job:rules config can't be blank"));
  EXPECT_THAT(job_errors("rules: [{}]"), ElementsAre("jobs:job:rules:rule config can't be blank"));
  EXPECT_FALSE(valid_job("rules: null").rules.has_value());
}

TEST(Rules, messages) {
  EXPECT_THAT(job_errors("rules: [{if: '== x'}]"),
              ElementsAre("jobs:job:rules:rule if invalid expression syntax"));
  EXPECT_THAT(job_errors("rules: [{if: 1}]"),
              ElementsAre("jobs:job:rules:rule if invalid expression syntax"));
  EXPECT_THAT(job_errors("rules: [{if: $A, iff: $A}]"),
              ElementsAre("jobs:job:rules:rule config contains unknown keys: iff"));
  EXPECT_THAT(job_errors("rules: [{when: sometimes}]"),
              ElementsAre("jobs:job:rules:rule when unknown value: sometimes"));
  EXPECT_THAT(job_errors("rules: [{if: $A, allow_failure: {exit_codes: 1}}]"),
              ElementsAre("jobs:job:rules:rule allow failure should be a boolean value"));
  EXPECT_THAT(job_errors("rules: [{if: $A, interruptible: 1}]"),
              ElementsAre("jobs:job:rules:rule interruptible should be a boolean value"));
  EXPECT_THAT(job_errors("rules: [{if: $A, when: delayed}]"),
              ElementsAre("jobs:job:rules:rule start in can't be blank"));
  EXPECT_THAT(job_errors("rules: [{if: $A, when: delayed, start_in: 8 days}]"),
              ElementsAre("jobs:job:rules:rule start in should not exceed the limit"));
  EXPECT_THAT(job_errors("rules: [{if: $A, start_in: 1 day}]"),
              ElementsAre("jobs:job:rules:rule config contains disallowed keys: start_in"));
}

TEST(Rules, changes_and_exists_messages) {
  EXPECT_THAT(job_errors("rules: [{changes: 1}]"),
              ElementsAre("jobs:job:rules:rule:changes should be an array or a hash"));
  EXPECT_THAT(job_errors("rules: [{changes: [1]}]"),
              ElementsAre("jobs:job:rules:rule:changes config should be an array of strings"));
  EXPECT_THAT(job_errors("rules: [{changes: {compare_to: main}}]"),
              ElementsAre("jobs:job:rules:rule:changes config missing required keys: paths"));
  EXPECT_THAT(job_errors("rules: [{changes: {paths: [a], compare_to: {}}}]"),
              ElementsAre("jobs:job:rules:rule:changes compare to should be a string"));
  EXPECT_THAT(job_errors("rules: [{exists: 1}]"),
              ElementsAre("jobs:job:rules:rule:exists should be a string, an array of strings, or a hash"));
  EXPECT_THAT(job_errors("rules: [{exists: {paths: a}}]"),
              ElementsAre("jobs:job:rules:rule:exists paths should be an array of strings"));
  EXPECT_THAT(job_errors("rules: [{exists: {project: g/p}}]"),
              ElementsAre("jobs:job:rules:rule:exists config missing required keys: paths"));
  EXPECT_THAT(job_errors("rules: [{exists: {paths: [a], ref: main}}]"),
              ElementsAre("jobs:job:rules:rule:exists config missing required keys: project"));
}

TEST(Rules, fifty_globs_are_the_most) {
  std::string list;
  for (int i = 0; i < 51; ++i) list += "a,";
  EXPECT_THAT(job_errors("rules: [{changes: [" + list + "]}]"),
              ElementsAre("jobs:job:rules:rule:changes config has too many entries (maximum 50)"));
  EXPECT_THAT(job_errors("rules: [{exists: [" + list + "]}]"),
              ElementsAre("jobs:job:rules:rule:exists config has too many entries (maximum 50)"));
}

TEST(Rules, exclude_only_except_and_start_in) {
  EXPECT_THAT(job_errors("rules: [{if: $A}]\nonly: [main]\nexcept: [tags]"),
              ElementsAre("jobs:job config key may not be used with `rules`: only, except"));
  EXPECT_THAT(job_errors("rules: [{if: $A}]\nwhen: delayed\nstart_in: 1 day"),
              ElementsAre("jobs:job config key may not be used with `rules`: start_in"));
  EXPECT_THAT(job_errors("rules: [{if: $A}]\nonly: null"), IsEmpty());
  EXPECT_THAT(job_errors("rules: null\nonly: [main]"), IsEmpty());
}

TEST(Rules, a_lone_when_without_workflow_rules_is_warned_of) {
  const EntryCase read = read_entries("job:\n  script: x\n  rules:\n    - if: $A\n    - when: always\n");
  EXPECT_TRUE(read.config);
  EXPECT_THAT(read.warnings,
              ElementsAre(HasSubstr("jobs:job may allow multiple pipelines to run for a single action")));
  EXPECT_EQ(read.place(), "5:7");
  EXPECT_THAT(read_entries("job: {script: x, rules: [{when: never}]}").warnings, IsEmpty());
  EXPECT_THAT(read_entries("job: {script: x, rules: [{when: always, if: $A}]}").warnings, IsEmpty());
  EXPECT_THAT(
      read_entries("workflow: {rules: [{if: $A}]}\njob: {script: x, rules: [{when: always}]}").warnings,
      IsEmpty());
}

TEST(Workflow, is_read) {
  const EntryCase read = read_entries(R"(
workflow:
  name: Pipeline $CI_COMMIT_BRANCH
  auto_cancel: {on_new_commit: interruptible, on_job_failure: all}
  rules:
    - if: $A
      variables: {V: 1}
      auto_cancel: {on_new_commit: none}
    - when: never
job: {script: x}
)");
  ASSERT_TRUE(read.config) << testing::PrintToString(read.errors);
  const auto& workflow = read.config->workflow;
  EXPECT_EQ(workflow.name, "Pipeline $CI_COMMIT_BRANCH");
  EXPECT_EQ(workflow.auto_cancel_on_new_commit, "interruptible");
  EXPECT_EQ(workflow.auto_cancel_on_job_failure, "all");
  ASSERT_EQ(workflow.rules->size(), 2U);
  EXPECT_EQ(workflow.rules->at(0).auto_cancel_on_new_commit, "none");
  EXPECT_EQ(workflow.rules->at(1).when, When::never);
}

TEST(Workflow, messages) {
  const auto errors = [](const std::string& text) {
    return read_entries(text + "\njob: {script: x}").errors;
  };
  EXPECT_THAT(errors("workflow: []"), ElementsAre("workflow config should be a hash"));
  EXPECT_THAT(errors("workflow: {variables: {A: 1}}"),
              ElementsAre("workflow config contains unknown keys: variables"));
  EXPECT_THAT(errors("workflow: {rules: {if: $A}}"), ElementsAre("workflow:rules config should be a array"));
  EXPECT_THAT(errors("workflow: {rules: [{if: $A, when: manual}]}"),
              ElementsAre("workflow:rules:rule when unknown value: manual"));
  EXPECT_THAT(errors("workflow: {rules: [{if: $A, interruptible: true}]}"),
              ElementsAre("workflow:rules:rule config contains unknown keys: interruptible"));
  EXPECT_THAT(errors("workflow: {auto_cancel: {on_new_commit: all, on_job_failure: some}}"),
              UnorderedElementsAre(
                  "workflow:auto_cancel on new commit must be one of: conservative, none, interruptible",
                  "workflow:auto_cancel on job failure must be one of: none, all"));
  EXPECT_THAT(errors("workflow: {name: " + std::string(256, 'a') + "}"),
              ElementsAre("workflow name is too long (maximum is 255 characters)"));
}

}  // namespace
}  // namespace fairlead::tests
