// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> errors(const std::string& text) { return read_entries(text).errors; }

std::vector<std::string> effective_names(const parser::JobConfig& job) {
  std::vector<std::string> names;
  for (const auto& entry : job.effective)
    names.push_back(entry.key->text + (entry.via ? "<" + entry.via->what : ""));
  return names;
}

TEST(Root, jobs_keep_the_order_of_the_file) {
  const EntryCase read = read_entries("z: {script: x}\n.h: {a: 1}\na: {script: x}\n");
  ASSERT_TRUE(read.config);
  ASSERT_EQ(read.config->jobs.size(), 2U);
  EXPECT_EQ(read.config->jobs[0].name, "z");
  EXPECT_EQ(read.config->jobs[1].name, "a");
}

TEST(Root, hidden_jobs_may_hold_anything_but_nothing) {
  EXPECT_THAT(errors(".h: [1, {x: y}]\nj: {script: x}"), IsEmpty());
  EXPECT_THAT(errors(".h:\nj: {script: x}"), ElementsAre("jobs:.h config can't be blank"));
}

TEST(Root, a_job_has_something_to_do) {
  const EntryCase read = read_entries("build_it:\n  scirpt: x\nj: {script: x}\n");
  EXPECT_THAT(read.errors,
              ElementsAre("jobs build it config should implement the script:, run:, or trigger: keyword"));
  EXPECT_EQ(read.place(), "1:1");
  EXPECT_EQ(read.hint(), "did you mean \"script\"?");
}

TEST(Root, a_misspelt_keyword_is_hinted) {
  EXPECT_EQ(read_entries("stagse: [a]\nj: {script: x}").hint(), "did you mean \"stages\"?");
}

TEST(Root, one_visible_job_at_least) {
  EXPECT_THAT(errors("image: a"), ElementsAre("jobs config should contain at least one visible job"));
  EXPECT_THAT(errors(".a: {script: x}"), ElementsAre("jobs config should contain at least one visible job"));
}

TEST(Root, is_a_map) {
  parser::Diagnostics diagnostics;
  EXPECT_FALSE(parser::read_config(parser::yaml::make_string("x", {}), diagnostics));
  ASSERT_EQ(diagnostics.all().size(), 1U);
  EXPECT_EQ(diagnostics.all()[0].message, "Invalid configuration format");
}

TEST(Root, default_and_workflow_are_jobs_when_they_look_like_jobs) {
  const EntryCase read = read_entries("default: {script: x}\nworkflow: {trigger: g/p}\n");
  ASSERT_TRUE(read.config) << testing::PrintToString(read.errors);
  EXPECT_EQ(read.config->jobs.size(), 2U);
}

TEST(Root, job_names_are_symbols_of_255_characters) {
  EXPECT_THAT(errors("10: {script: x}"), ElementsAre("jobs:10 name should be a symbol"));
  EXPECT_THAT(errors("? ''\n: {script: x}"), ElementsAre("jobs:job name can't be blank"));
  const std::string name(256, 'a');
  EXPECT_THAT(errors("? " + name + "\n: {script: x}"),
              ElementsAre("jobs:" + name + " name is too long (maximum is 255 characters)"));
}

TEST(Root, validator_messages_are_in_lower_case_names_included) {
  EXPECT_THAT(errors("Build-ÄÖ: {script: x, Bad: 1}"),
              ElementsAre("jobs:build-äö config contains unknown keys: bad"));
}

TEST(Root, unknown_keys_are_listed_at_once) {
  const EntryCase read = read_entries("j:\n  script: x\n  imgae: a\n  other_key: b\n");
  EXPECT_THAT(read.errors, ElementsAre("jobs:j config contains unknown keys: imgae, other_key"));
  EXPECT_EQ(read.place(), "3:3");
  EXPECT_EQ(read.hint(), "did you mean \"image\"?");
}

TEST(Default, reaches_jobs_that_do_not_set_the_keyword) {
  const EntryCase read = read_entries(
      "default: {image: d, tags: [t], retry: 1, interruptible: true, before_script: [b]}\n"
      "a: {script: x}\nb: {script: x, image: own, tags: [], retry: null}\nc: {trigger: g/p}\n");
  const auto& a = read.job("a");
  EXPECT_EQ(a.image->name, "d");
  EXPECT_THAT(a.tags, ElementsAre("t"));
  EXPECT_EQ(a.retry->max, 1);
  EXPECT_THAT(effective_names(a), ElementsAre("script", "image<default", "tags<default", "retry<default",
                                              "interruptible<default", "before_script<default"));
  EXPECT_EQ(a.effective[1].via->step, parser::yaml::Via::Step::defaults);
  const auto& b = read.job("b");
  EXPECT_EQ(b.image->name, "own");
  EXPECT_THAT(b.tags, IsEmpty());
  EXPECT_EQ(b.retry->max, 1);
  // Only interruptible reaches a trigger job.
  EXPECT_EQ(read.job("c").interruptible, true);
  EXPECT_THAT(effective_names(read.job("c")), ElementsAre("trigger", "interruptible<default"));
}

TEST(Default, inherit_chooses) {
  const std::string defaults = "default: {image: d, tags: [t]}\n";
  EXPECT_FALSE(
      read_entries(defaults + "j: {script: x, inherit: {default: false}}").job("j").image.has_value());
  const EntryCase some =
      read_entries(defaults + "j: {script: x, inherit: {default: [tags], variables: [A]}}");
  EXPECT_FALSE(some.job("j").image.has_value());
  EXPECT_THAT(some.job("j").tags, ElementsAre("t"));
  EXPECT_FALSE(some.job("j").inherit.all_variables);
  EXPECT_THAT(some.job("j").inherit.variables, ElementsAre("A"));
}

TEST(Default, inherit_messages) {
  EXPECT_THAT(job_errors("inherit: []"), ElementsAre("jobs:job:inherit config should be a hash"));
  EXPECT_THAT(job_errors("inherit: {defaults: true}"),
              ElementsAre("jobs:job:inherit config contains unknown keys: defaults"));
  EXPECT_THAT(job_errors("inherit: {default: image}"),
              ElementsAre("jobs:job:inherit:default should be a bool or array of strings"));
  EXPECT_THAT(job_errors("inherit: {default: [imag]}"),
              ElementsAre("jobs:job:inherit:default config contains unknown values: imag"));
  EXPECT_THAT(job_errors("inherit: {variables: [1]}"),
              ElementsAre("jobs:job:inherit:variables config should be an array of strings"));
}

TEST(Default, old_spellings_at_the_top_level_are_defaults) {
  const EntryCase read = read_entries("image: g\ncache: {key: k}\nj: {script: x}\n");
  EXPECT_EQ(read.job("j").image->name, "g");
  EXPECT_THAT(effective_names(read.job("j")), ElementsAre("script", "image<image", "cache<cache"));
}

TEST(Default, null_at_the_top_level_means_not_given) {
  const EntryCase read = read_entries(
      "image: null\nservices:\nvariables: null\nstages:\ncache: null\nbefore_script: null\n"
      "default: {image: d}\nj: {script: x}\n");
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_EQ(read.job("j").image->name, "d");
  EXPECT_THAT(effective_names(read.job("j")), ElementsAre("script", "image<default"));
}

TEST(Default, the_same_keyword_in_both_places_is_an_error) {
  const EntryCase read = read_entries("default: {image: d}\nimage: g\nj: {script: x}\n");
  EXPECT_THAT(read.errors, ElementsAre("image is defined in top-level and `default:` entry"));
  EXPECT_EQ(read.place(), "2:1");
}

TEST(Default, messages) {
  EXPECT_THAT(errors("default: []\nj: {script: x}"), ElementsAre("default config should be a hash"));
  EXPECT_THAT(errors("default: {stage: a, image: [b]}\nj: {script: x}"),
              UnorderedElementsAre("default config contains unknown keys: stage",
                                   "default:image config should be a hash or a string"));
  EXPECT_THAT(errors("cache: {invalid: 1}\nj: {script: x}"),
              ElementsAre("cache config contains unknown keys: invalid"));
}

}  // namespace
}  // namespace fairlead::tests
