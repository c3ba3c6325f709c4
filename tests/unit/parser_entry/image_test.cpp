// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Image, is_a_name_or_a_map) {
  EXPECT_EQ(valid_job("image: alpine").image->name, "alpine");
  const auto image =
      *valid_job(
           "image: {name: a, entrypoint: [x, y], pull_policy: always, docker: {platform: p, user: u}, "
           "kubernetes: {user: 1000}}")
           .image;
  EXPECT_EQ(image.name, "a");
  EXPECT_TRUE(image.has_entrypoint);
  EXPECT_THAT(image.entrypoint, ElementsAre("x", "y"));
  EXPECT_THAT(image.pull_policy, ElementsAre("always"));
  EXPECT_EQ(image.docker_platform, "p");
  EXPECT_EQ(image.docker_user, "u");
  EXPECT_EQ(image.kubernetes_user, "1000");
}

TEST(Image, messages) {
  EXPECT_THAT(job_errors("image: [a]"), ElementsAre("jobs:job:image config should be a hash or a string"));
  EXPECT_THAT(job_errors("image: ''"), ElementsAre("jobs:job:image name can't be blank"));
  EXPECT_THAT(job_errors("image: {entrypoint: [a]}"), ElementsAre("jobs:job:image name can't be blank"));
  EXPECT_THAT(job_errors("image: {name: [a]}"), ElementsAre("jobs:job:image name should be a string"));
  EXPECT_THAT(job_errors("image: {name: a, entrypoint: sh}"),
              ElementsAre("jobs:job:image entrypoint should be an array of strings"));
  EXPECT_THAT(job_errors("image: {name: a, nam: b}"),
              ElementsAre("jobs:job:image config contains unknown keys: nam"));
  EXPECT_THAT(job_errors("image: {name: a, alias: b}"),
              ElementsAre("jobs:job:image config contains unknown keys: alias"));
}

TEST(Image, pull_policy_messages) {
  EXPECT_THAT(job_errors("image: {name: a, pull_policy: often}"),
              ElementsAre("jobs:job:image:pull_policy config is not included in the list"));
  EXPECT_THAT(job_errors("image: {name: a, pull_policy: [always, often]}"),
              ElementsAre("jobs:job:image:pull_policy config contains unknown values: often"));
  EXPECT_THAT(job_errors("image: {name: a, pull_policy: []}"),
              ElementsAre("jobs:job:image:pull_policy config can't be blank"));
  EXPECT_THAT(job_errors("image: {name: a, pull_policy: 1}"),
              ElementsAre("jobs:job:image:pull_policy config should be an array of strings or a string"));
}

TEST(Image, executor_options_are_checked_by_pointer) {
  EXPECT_THAT(job_errors("image: {name: a, docker: {platform: 1}}"),
              ElementsAre("jobs:job:image executor opts value at `/docker/platform` is not a string"));
  EXPECT_THAT(job_errors("image: {name: a, docker: {user: ''}}"),
              ElementsAre("jobs:job:image executor opts string length at `/docker/user` is less than: 1"));
  EXPECT_THAT(job_errors("image: {name: a, docker: {invalid: x}}"),
              ElementsAre("jobs:job:image executor opts object property at `/docker/invalid` is a disallowed "
                          "additional property"));
}

TEST(Services, are_a_list_of_images) {
  const auto services =
      valid_job("services: [mysql, {name: pg, alias: db, command: [a], variables: {A: 1}}]").services;
  ASSERT_EQ(services.size(), 2U);
  EXPECT_EQ(services[0].name, "mysql");
  EXPECT_FALSE(services[0].has_command);
  EXPECT_EQ(services[1].alias, "db");
  EXPECT_THAT(services[1].command, ElementsAre("a"));
  ASSERT_EQ(services[1].variables.size(), 1U);
  EXPECT_EQ(services[1].variables[0].value, "1");
}

TEST(Services, messages) {
  EXPECT_THAT(job_errors("services: mysql"), ElementsAre("jobs:job:services config should be a array"));
  EXPECT_THAT(job_errors("services: [10, a]"),
              ElementsAre("jobs:job:services:service config should be a hash or a string"));
  EXPECT_THAT(job_errors("services: [{alias: a}]"),
              ElementsAre("jobs:job:services:service name can't be blank"));
  EXPECT_THAT(job_errors("services: [{name: a, command: x, alias: 1}]"),
              UnorderedElementsAre("jobs:job:services:service command should be an array of strings",
                                   "jobs:job:services:service alias should be a string"));
  EXPECT_THAT(read_entries("services: [{name: a, bad: 1}]\njob: {script: x}").errors,
              ElementsAre("services:service config contains unknown keys: bad"));
}

TEST(Services, an_empty_list_is_none) { EXPECT_THAT(valid_job("services: []").services, IsEmpty()); }

}  // namespace
}  // namespace fairlead::tests
