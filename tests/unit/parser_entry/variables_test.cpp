// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Variables, values_are_scalars_as_text) {
  const auto variables =
      valid_job("variables: {A: a, B: 1, C: true, D: 1.5, E: null, F: ':sym', G: 0644}").variables;
  std::vector<std::string> values;
  for (const auto& variable : variables) values.push_back(variable.key + "=" + variable.value);
  EXPECT_THAT(values, ElementsAre("A=a", "B=1", "C=true", "D=1.5", "E=", "F=:sym", "G=420"));
}

TEST(Variables, a_map_may_turn_expansion_off) {
  const auto variables = valid_job("variables: {A: {value: $B, expand: false}, B: {value: x}}").variables;
  ASSERT_EQ(variables.size(), 2U);
  EXPECT_TRUE(variables[0].raw);
  EXPECT_EQ(variables[0].value, "$B");
  EXPECT_FALSE(variables[1].raw);
}

TEST(Variables, the_top_level_has_descriptions_and_options) {
  const EntryCase read = read_entries(
      "variables: {A: {value: b, description: d, options: [a, b]}, C: {description: d}}\njob: {script: x}");
  ASSERT_TRUE(read.config);
  EXPECT_EQ(read.config->variables[0].description, "d");
  EXPECT_THAT(read.config->variables[0].options, ElementsAre("a", "b"));
  EXPECT_EQ(read.config->variables[1].value, "");
}

TEST(Variables, a_value_is_one_of_the_options) {
  const EntryCase read =
      read_entries("variables:\n  A:\n    value: stagin\n    options: [staging]\njob: {script: x}");
  EXPECT_THAT(read.errors, ElementsAre("variables:a config value must be present in options"));
  EXPECT_EQ(read.place(), "3:12");
  EXPECT_EQ(read.hint(), "did you mean \"staging\"?");
}

TEST(Variables, messages) {
  EXPECT_THAT(job_errors("variables: [a]"), ElementsAre("jobs:job:variables config should be a hash"));
  EXPECT_THAT(job_errors("variables: {A: []}"),
              ElementsAre("variable definition must be either a string or a hash"));
  EXPECT_THAT(job_errors("variables: {A: {value: a, description: d}}"),
              ElementsAre("jobs:job:variables:a config uses invalid data keys: description"));
  EXPECT_THAT(job_errors("variables: {A: {value: [a]}}"),
              ElementsAre("jobs:job:variables:a config value must be an alphanumeric string"));
  EXPECT_THAT(job_errors("variables: {A: {value: a, expand: okay}}"),
              ElementsAre("jobs:job:variables:a config expand should be a boolean value"));
  EXPECT_THAT(read_entries("variables: {A: {value: a, options: a}}\njob: {script: x}").errors,
              ElementsAre("variables:a config options should be an array of strings"));
  EXPECT_THAT(read_entries("variables: {FOO: {value: a, desc: x}}\njob: {script: x}").errors,
              ElementsAre("variables:foo config uses invalid data keys: desc"));
}

TEST(Variables, of_rules_and_services_are_plain) {
  EXPECT_THAT(job_errors("rules: [{if: $A, variables: {A: {value: a}}}]"),
              ElementsAre("jobs:job:rules:rule:variables:a config must be a string"));
  EXPECT_THAT(job_errors("services: [{name: a, variables: {A: {value: a}}}]"),
              ElementsAre("jobs:job:services:service:variables:a config must be a string"));
}

TEST(Variables, null_means_not_given) { EXPECT_THAT(valid_job("variables: null").variables, IsEmpty()); }

}  // namespace
}  // namespace fairlead::tests
