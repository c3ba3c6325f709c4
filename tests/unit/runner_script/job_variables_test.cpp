// SPDX-License-Identifier: Apache-2.0
#include "runner/script/job_variables.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace fairlead::runner {
namespace {

JobVariables variables(model::Variables list) { return {std::move(list), "/b/p.tmp"}; }

TEST(JobVariables, ExpandsBothSpellingsOnce) {
  auto v = variables({{.key = "A", .value = "1"}, {.key = "B", .value = "$A-${A}-$A.x"}});
  EXPECT_EQ(v.get("B"), "1-1-1.x");
}

TEST(JobVariables, ExpansionIsOnePass) {
  auto v =
      variables({{.key = "A", .value = "$B"}, {.key = "B", .value = "$C"}, {.key = "C", .value = "end"}});
  EXPECT_EQ(v.get("A"), "$C");
  EXPECT_EQ(v.get("B"), "end");
}

TEST(JobVariables, TheLastDuplicateWins) {
  auto v = variables({{.key = "A", .value = "1"}, {.key = "X", .value = "$A"}, {.key = "A", .value = "2"}});
  EXPECT_EQ(v.get("A"), "2");
  EXPECT_EQ(v.get("X"), "2");
  EXPECT_EQ(v.all().size(), 2u);
}

TEST(JobVariables, ASelfReferenceEndsAfterOnePass) {
  EXPECT_EQ(variables({{.key = "PATH", .value = "/x:$PATH"}}).get("PATH"), "/x:/x:$PATH");
}

TEST(JobVariables, RawValuesAreUntouchedButCanBeReferredTo) {
  auto v = variables({{.key = "R", .value = "$A $$ ${A}", .raw = true},
                      {.key = "A", .value = "1"},
                      {.key = "X", .value = "[$R]"}});
  EXPECT_EQ(v.get("R"), "$A $$ ${A}");
  EXPECT_EQ(v.get("X"), "[$A $$ ${A}]");
}

TEST(JobVariables, AFileVariableIsItsPathForReadersAndItsContentForTheWriter) {
  auto v = variables({{.key = "KEY", .value = "content", .file = true}, {.key = "X", .value = "--key=$KEY"}});
  EXPECT_EQ(v.get("X"), "--key=/b/p.tmp/KEY");
  EXPECT_EQ(v.get("KEY"), "/b/p.tmp/KEY");
  EXPECT_EQ(v.find("KEY")->value, "content");
  EXPECT_EQ(v.expand("$KEY"), "/b/p.tmp/KEY");
}

// What Go's os.Expand does with each form.
TEST(JobVariables, OddDollarsAreReadAsGitlabRunnerReadsThem) {
  auto v = variables({{.key = "A", .value = "1"}, {.key = "A_b2", .value = "long"}});
  const std::vector<std::pair<std::string, std::string>> cases = {{"$$", "$"},
                                                                  {"$$A", "$A"},
                                                                  {"$$$A", "$1"},
                                                                  {"$", "$"},
                                                                  {"x$", "x$"},
                                                                  {"$ x", "$ x"},
                                                                  {"$.", "$."},
                                                                  {"$A_b2", "long"},
                                                                  {"${A}_b2", "1_b2"},
                                                                  {"${}", ""},
                                                                  {"a${A", "aA"},
                                                                  {"$unknown|", "|"},
                                                                  {"${unknown}|", "|"},
                                                                  {"$1x", "x"},
                                                                  {"$@$#$*$?$!$-", ""},
                                                                  {"${A-b}", ""},
                                                                  {"${$}", "$"},
                                                                  {"%A%", "%A%"},
                                                                  {"", ""},
                                                                  {"\\$A", "\\1"},
                                                                  {"\xc3\xa4$A\xc3\xa4",
                                                                   "\xc3\xa4"
                                                                   "1\xc3\xa4"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(v.expand(text), expected) << text;
}

TEST(JobVariables, BooleansAreReadAsParseBoolReadsThem) {
  auto v =
      variables({{.key = "T", .value = "true"}, {.key = "F", .value = "0"}, {.key = "X", .value = "yes"}});
  EXPECT_TRUE(v.is_true("T"));
  EXPECT_FALSE(v.is_true("F", true));
  EXPECT_TRUE(v.is_true("X", true));
  EXPECT_FALSE(v.is_true("missing"));
}

TEST(JobVariables, IntegersAreWholeNumbersOnly) {
  auto v = variables({{.key = "A", .value = "12"},
                      {.key = "B", .value = "12x"},
                      {.key = "C", .value = ""},
                      {.key = "D", .value = "99999999999999999999"},
                      {.key = "E", .value = "-3"}});
  EXPECT_EQ(v.integer("A"), 12);
  EXPECT_EQ(v.integer("B"), std::nullopt);
  EXPECT_EQ(v.integer("C"), std::nullopt);
  EXPECT_EQ(v.integer("D"), std::nullopt);
  EXPECT_EQ(v.integer("E"), -3);
}

RunnerFacts facts() {
  RunnerFacts f;
  f.short_token = "abc";
  f.version = "1.2";
  f.revision = "r3";
  f.environment = {{.key = "FROM_RUNNER", .value = "$CI_PROJECT_DIR/x"},
                   {.key = "CI_BUILDS_DIR", .value = "/mine"}};
  f.builds_dir = "/b";
  f.project_dir = "/b/p";
  f.temp_dir = "/b/p.tmp";
  f.timeout_seconds = 90;
  return f;
}

TEST(Precedence, JobVariablesBeatTheRunnersEnvironmentWhichBeatsNothingElse) {
  auto v = variables(assemble_variables(
      {{.key = "FROM_RUNNER", .value = "job"}, {.key = "CI_JOB_TIMEOUT", .value = "7"}}, facts()));
  EXPECT_EQ(v.get("FROM_RUNNER"), "job");
  EXPECT_EQ(v.get("CI_JOB_TIMEOUT"), "7");
  EXPECT_EQ(v.get("CI_BUILDS_DIR"), "/b");
}

TEST(Precedence, WhatTheRunnerSaysOfItselfBeatsTheJob) {
  auto v = variables(assemble_variables({{.key = "CI_RUNNER_VERSION", .value = "fake"},
                                         {.key = "GITLAB_ENV", .value = "fake"},
                                         {.key = "CI_SHARED_ENVIRONMENT", .value = "fake"}},
                                        facts()));
  EXPECT_EQ(v.get("CI_RUNNER_VERSION"), "1.2");
  EXPECT_EQ(v.get("CI_RUNNER_REVISION"), "r3");
  EXPECT_EQ(v.get("GITLAB_ENV"), "/b/p.tmp/gitlab_runner_env");
  EXPECT_EQ(v.get("CI_SHARED_ENVIRONMENT"), "true");
  EXPECT_EQ(v.find("CI_DISPOSABLE_ENVIRONMENT"), nullptr);
}

TEST(Precedence, TheRunnersEnvironmentIsExpandedAgainstAllVariables) {
  auto v = variables(assemble_variables({}, facts()));
  EXPECT_EQ(v.get("FROM_RUNNER"), "/b/p/x");
  EXPECT_EQ(v.get("CI_JOB_TIMEOUT"), "90");
  EXPECT_EQ(v.get("CI_SERVER"), "yes");
  EXPECT_EQ(v.get("CI_JOB_STATUS"), "running");
  EXPECT_EQ(v.get("RUNNER_TEMP_PROJECT_DIR"), "/b/p.tmp");
}

TEST(JobVariables, AValueSetLaterIsFinal) {
  auto v = variables(assemble_variables({}, facts()));
  v.set("CI_JOB_STATUS", "failed");
  EXPECT_EQ(v.get("CI_JOB_STATUS"), "failed");
  v.set("NEW", "$x");
  EXPECT_EQ(v.get("NEW"), "$x");
}

}  // namespace
}  // namespace fairlead::runner
