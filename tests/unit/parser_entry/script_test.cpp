// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kNested = "should be a string or a nested array of strings up to 10 levels deep";

TEST(Script, may_be_one_string) {
  EXPECT_THAT(*read_entries("job: {script: make}").job("job").script, ElementsAre("make"));
}

TEST(Script, nested_lists_are_flattened_in_order) {
  EXPECT_THAT(*read_entries("job: {script: [[[a], b], c, [d]]}").job("job").script,
              ElementsAre("a", "b", "c", "d"));
}

TEST(Script, ten_lists_may_be_nested_but_not_eleven) {
  EXPECT_THAT(read_entries("job: {script: [[[[[[[[[[a]]]]]]]]]]}").errors, IsEmpty());
  EXPECT_THAT(read_entries("job: {script: [[[[[[[[[[[a]]]]]]]]]]]}").errors,
              ElementsAre(std::string("jobs:job:script config ") + kNested));
}

TEST(Script, every_line_is_a_string) {
  const EntryCase read = read_entries("job:\n  script:\n    - ok\n    - 10\n");
  EXPECT_THAT(read.errors, ElementsAre(std::string("jobs:job:script config ") + kNested));
  EXPECT_EQ(read.place(), "4:7");
}

TEST(Script, is_not_blank) {
  for (const char* text :
       {"job: {script: ''}", "job: {script: []}", "job: {script: null}", "job: {script: '  '}"}) {
    EXPECT_THAT(read_entries(text).errors, ElementsAre("jobs:job script can't be blank")) << text;
  }
}

TEST(Script, before_and_after_may_be_empty) {
  const auto job = valid_job("before_script: []\nafter_script: ''");
  EXPECT_THAT(*job.before_script, IsEmpty());
  EXPECT_THAT(*job.after_script, ElementsAre(""));
}

TEST(Script, null_means_not_given) {
  EXPECT_FALSE(valid_job("before_script: null").before_script.has_value());
}

TEST(Hooks, pre_get_sources_script_is_a_script) {
  EXPECT_THAT(valid_job("hooks: {pre_get_sources_script: [a, [b]]}").pre_get_sources_script,
              ElementsAre("a", "b"));
  EXPECT_THAT(job_errors("hooks: {pre_get_sources_script: true}"),
              ElementsAre(std::string("jobs:job:hooks:pre_get_sources_script config ") + kNested));
  EXPECT_THAT(job_errors("hooks: {post: x}"),
              ElementsAre("jobs:job:hooks config contains unknown keys: post"));
  EXPECT_THAT(job_errors("hooks: []"), ElementsAre("jobs:job:hooks config should be a hash"));
}

}  // namespace
}  // namespace fairlead::tests
