// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

// Keywords that say when, how often and where a job runs.
namespace fairlead::tests {
namespace {

using model::When;
using parser::Seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(When, is_a_word) {
  EXPECT_EQ(valid_job("").when, When::on_success);
  EXPECT_FALSE(valid_job("").when_given);
  EXPECT_EQ(valid_job("when: manual").when, When::manual);
  EXPECT_TRUE(valid_job("when: manual").when_given);
  const std::string message =
      "jobs:job when should be one of: on_success, on_failure, always, manual, delayed";
  EXPECT_THAT(job_errors("when: never"), ElementsAre(message));
  EXPECT_THAT(job_errors("when: [manual]"), ElementsAre(message));
  EXPECT_THAT(job_errors("when: true"), ElementsAre(message));
}

TEST(StartIn, belongs_to_delayed_jobs) {
  EXPECT_EQ(valid_job("when: delayed\nstart_in: 1 day").start_in, Seconds(86400));
  EXPECT_THAT(job_errors("when: delayed"), ElementsAre("jobs:job start in should be a duration"));
  EXPECT_THAT(job_errors("when: delayed\nstart_in: soon"),
              ElementsAre("jobs:job start in should be a duration"));
  EXPECT_THAT(job_errors("when: delayed\nstart_in: 8 days"),
              ElementsAre("jobs:job start in should not exceed the limit"));
  EXPECT_THAT(job_errors("start_in: 1 day"), ElementsAre("jobs:job start in must be blank"));
}

TEST(AllowFailure, is_a_boolean_or_exit_codes) {
  EXPECT_FALSE(valid_job("").allow_failure.has_value());
  EXPECT_TRUE(valid_job("allow_failure: true").allow_failure->value);
  EXPECT_THAT(valid_job("allow_failure: {exit_codes: 3}").allow_failure->exit_codes, ElementsAre(3));
  EXPECT_THAT(valid_job("allow_failure: {exit_codes: [3, 4]}").allow_failure->exit_codes, ElementsAre(3, 4));
  EXPECT_THAT(job_errors("allow_failure: yes please"),
              ElementsAre("jobs:job allow failure should be a hash or a boolean value"));
  EXPECT_THAT(job_errors("allow_failure: {exit_codes: a}"),
              ElementsAre("jobs:job:allow_failure exit codes should be an array of integers or an integer"));
  EXPECT_THAT(job_errors("allow_failure: {codes: 1}"),
              ElementsAre("jobs:job:allow_failure config contains unknown keys: codes"));
}

TEST(Retry, is_a_number_or_a_map) {
  EXPECT_EQ(valid_job("retry: 2").retry->max, 2);
  const auto retry =
      *valid_job("retry: {max: 1, when: [script_failure, api_failure], exit_codes: [1, 2]}").retry;
  EXPECT_EQ(retry.max, 1);
  EXPECT_THAT(retry.when, ElementsAre("script_failure", "api_failure"));
  EXPECT_THAT(retry.exit_codes, ElementsAre(1, 2));
  EXPECT_THAT(valid_job("retry: {max: 1, when: always}").retry->when, IsEmpty());
  EXPECT_THAT(valid_job("retry: {max: 1, when: unknown_failure}").retry->when,
              ElementsAre("unknown_failure"));
}

TEST(Retry, messages_do_not_name_the_job) {
  EXPECT_THAT(job_errors("retry: 3"), ElementsAre("retry config must be less than or equal to 2"));
  EXPECT_THAT(job_errors("retry: -1"), ElementsAre("retry config must be greater than or equal to 0"));
  EXPECT_THAT(job_errors("retry: '2'"), ElementsAre("retry config has to be either an integer or a hash"));
  EXPECT_THAT(job_errors("retry: {max: 3}"), ElementsAre("retry max must be less than or equal to 2"));
  EXPECT_THAT(job_errors("retry: {max: 1.5}"), ElementsAre("retry max must be an integer"));
  EXPECT_THAT(job_errors("retry: {max: a}"), ElementsAre("retry max is not a number"));
  EXPECT_THAT(job_errors("retry: {maximum: 1}"), ElementsAre("retry config contains unknown keys: maximum"));
  EXPECT_THAT(job_errors("retry: {when: a}"), ElementsAre("retry when is not included in the list"));
  EXPECT_THAT(job_errors("retry: {when: [a, api_failure]}"),
              ElementsAre("retry when contains unknown values: a"));
  EXPECT_THAT(job_errors("retry: {when: 1}"),
              ElementsAre("retry when should be an array of strings or a string"));
  EXPECT_THAT(job_errors("retry: {exit_codes: a}"),
              ElementsAre("retry exit codes should be an array of integers or an integer"));
}

TEST(Timeout, is_a_duration_of_a_month_at_most) {
  EXPECT_EQ(valid_job("timeout: 1m 3s").timeout, Seconds(63));
  EXPECT_THAT(job_errors("timeout: soon"), ElementsAre("jobs:job:timeout config should be a duration"));
  EXPECT_THAT(job_errors("timeout: 3600"), ElementsAre("jobs:job:timeout config should be a duration"));
  EXPECT_THAT(job_errors("timeout: 2 months"),
              ElementsAre("jobs:job:timeout config should not exceed the limit"));
}

TEST(Parallel, is_a_number_or_a_matrix) {
  EXPECT_EQ(valid_job("parallel: 200").parallel, 200);
  const auto matrix = valid_job("parallel: {matrix: [{A: [x, 1, true], B: y}, {C: 1.5}]}").matrix;
  ASSERT_EQ(matrix.size(), 2U);
  EXPECT_THAT(matrix[0][0].second, ElementsAre("x", "1", "true"));
  EXPECT_THAT(matrix[0][1].second, ElementsAre("y"));
  EXPECT_THAT(matrix[1][0].second, ElementsAre("1.5"));
}

TEST(Parallel, messages) {
  EXPECT_THAT(job_errors("parallel: 0"),
              ElementsAre("jobs:job:parallel config must be greater than or equal to 1"));
  EXPECT_THAT(job_errors("parallel: 201"),
              ElementsAre("jobs:job:parallel config must be less than or equal to 200"));
  EXPECT_THAT(job_errors("parallel: 1.5"), ElementsAre("jobs:job:parallel config must be an integer"));
  EXPECT_THAT(job_errors("parallel: '5'"), ElementsAre("jobs:job:parallel should be an integer or a hash"));
  EXPECT_THAT(job_errors("parallel: {}"),
              ElementsAre("jobs:job:parallel config missing required keys: matrix"));
  EXPECT_THAT(job_errors("parallel: {matrix: {A: 1}}"),
              ElementsAre("jobs:job:parallel:matrix config should be an array of hashes"));
  EXPECT_THAT(job_errors("parallel: {matrix: [{}]}"),
              ElementsAre("jobs:job:parallel:matrix:variables config requires at least 1 items"));
  const std::string pairs =
      "jobs:job:parallel:matrix:variables config should be a hash of key value pairs, value can be an array";
  EXPECT_THAT(job_errors("parallel: {matrix: [{A: []}]}"), ElementsAre(pairs));
  EXPECT_THAT(job_errors("parallel: {matrix: [{A: [[1]]}]}"), ElementsAre(pairs));
  std::string fifteen;
  for (int i = 0; i < 15; ++i) fifteen += std::to_string(i) + ",";
  EXPECT_THAT(job_errors("parallel: {matrix: [{A: [" + fifteen + "], B: [" + fifteen + "]}]}"),
              ElementsAre("jobs:job:parallel:matrix config generates too many jobs (maximum is 200)"));
}

TEST(Tags, are_a_list_of_fewer_than_fifty) {
  EXPECT_THAT(valid_job("tags: [a, b]").tags, ElementsAre("a", "b"));
  EXPECT_THAT(job_errors("tags: a"), ElementsAre("jobs:job:tags config should be an array of strings"));
  std::string list;
  for (int i = 0; i < 50; ++i) list += "t,";
  EXPECT_THAT(job_errors("tags: [" + list + "]"),
              ElementsAre("jobs:job:tags config must be less than the limit of 50 tags"));
}

TEST(Coverage, is_a_pattern) {
  EXPECT_EQ(valid_job("coverage: '/\\d+%/'").coverage, "\\d+%");
  const std::string message = "jobs:job:coverage config must be a regular expression with re2 syntax";
  EXPECT_THAT(job_errors("coverage: abc"), ElementsAre(message));
  EXPECT_THAT(job_errors("coverage: '/(?=x)/'"), ElementsAre(message));
  EXPECT_THAT(job_errors("coverage: 1"), ElementsAre(message));
}

TEST(SmallKeywords, messages) {
  EXPECT_THAT(job_errors("stage: 1"), ElementsAre("jobs:job:stage config should be a string"));
  EXPECT_THAT(job_errors("interruptible: 1"),
              ElementsAre("jobs:job:interruptible config should be a boolean value"));
  EXPECT_THAT(job_errors("resource_group: 1"), ElementsAre("jobs:job resource group should be a string"));
  EXPECT_THAT(job_errors("resource_group: " + std::string(256, 'a')),
              ElementsAre("jobs:job resource group is too long (maximum is 255 characters)"));
  EXPECT_THAT(job_errors("manual_confirmation: [a]"),
              ElementsAre("jobs:job manual confirmation should be a string"));
  EXPECT_THAT(job_errors("extends: {a: b}"),
              ElementsAre("jobs:job extends should be an array of strings or a string"));
  EXPECT_EQ(valid_job("manual_confirmation: sure?").manual_confirmation, "sure?");
  EXPECT_EQ(valid_job("resource_group: g").resource_group, "g");
}

TEST(Environment, is_a_name_or_a_map) {
  EXPECT_EQ(valid_job("environment: production").environment->name, "production");
  EXPECT_EQ(valid_job("environment: production").environment->action, "start");
  const auto environment =
      *valid_job(
           "environment: {name: review/$REF, url: 'https://x:$P', action: verify, auto_stop_in: 1 day, "
           "deployment_tier: staging, kubernetes: {agent: 'p:a'}}")
           .environment;
  EXPECT_EQ(environment.url, "https://x:$P");
  EXPECT_EQ(environment.action, "verify");
  EXPECT_EQ(environment.auto_stop_in, "1 day");
  EXPECT_EQ(environment.deployment_tier, "staging");
  EXPECT_NE(environment.kubernetes, nullptr);
  EXPECT_FALSE(valid_job("environment: null").environment.has_value());
}

TEST(Environment, messages) {
  const auto of = [](const std::string& body) { return job_errors("environment: " + body); };
  const std::string name =
      "jobs:job:environment name can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and "
      "spaces, but "
      "it cannot start or end with '/'";
  EXPECT_THAT(of("1"), ElementsAre("jobs:job:environment config should be a hash or a string"));
  EXPECT_THAT(of("'production:eu'"), ElementsAre(name));
  EXPECT_THAT(of("/a"), ElementsAre(name));
  EXPECT_THAT(of("{name: a/}"), ElementsAre(name));
  EXPECT_THAT(of("{url: 'https://a'}"), ElementsAre("jobs:job:environment name can't be blank"));
  EXPECT_THAT(of("{name: a, names: b}"),
              ElementsAre("jobs:job:environment config contains unknown keys: names"));
  EXPECT_THAT(of("{name: a, url: 1}"), ElementsAre("jobs:job:environment url should be a string"));
  EXPECT_THAT(of("{name: a, url: '" + std::string(256, 'u') + "'}"),
              ElementsAre("jobs:job:environment url is too long (maximum is 255 characters)"));
  EXPECT_THAT(of("{name: a, action: run}"),
              ElementsAre("jobs:job:environment action should be start, stop, prepare, verify, or access"));
  EXPECT_THAT(of("{name: a, deployment_tier: qa}"),
              ElementsAre("jobs:job:environment deployment tier must be one of production, staging, testing, "
                          "development, other"));
  EXPECT_THAT(of("{name: a, on_stop: [b]}"), ElementsAre("jobs:job:environment on stop should be a string"));
  EXPECT_THAT(of("{name: a, auto_stop_in: soon}"),
              ElementsAre("jobs:job:environment auto stop in should be a duration"));
  EXPECT_THAT(of("{name: a, auto_stop_in: $T}"), IsEmpty());
  EXPECT_THAT(of("{name: a, kubernetes: {agents: b}}"),
              ElementsAre("jobs:job:environment:kubernetes config contains unknown keys: agents"));
}

TEST(KeysTogether, some_exclude_each_other) {
  EXPECT_THAT(job_errors("run: [{name: a, script: b}]"),
              ElementsAre("jobs:job config these keys cannot be used together: script, run"));
  EXPECT_THAT(read_entries("j: {run: [{name: a, script: b}], before_script: c}").errors,
              ElementsAre("jobs:j config these keys cannot be used together: run, before_script"));
  EXPECT_THAT(job_errors("trigger: g/p"),
              UnorderedElementsAre("jobs:job config contains unknown keys: trigger",
                                   "jobs:job config these keys cannot be used together: script, trigger"));
}

}  // namespace
}  // namespace fairlead::tests
