// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

// trigger and the keywords that are checked and carried as written.
namespace fairlead::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> trigger_errors(const std::string& trigger) {
  return read_entries("b: {trigger: " + trigger + "}").errors;
}

TEST(Trigger, is_a_project_or_a_map) {
  EXPECT_EQ(read_entries("b: {trigger: g/p}").job("b").trigger->project, "g/p");
  EXPECT_TRUE(read_entries("b: {trigger: g/p}").job("b").is_bridge);
  const auto project = *read_entries(
                            "b: {trigger: {project: g/p, branch: m, strategy: depend, inputs: {a: 1}, "
                            "forward: {yaml_variables: false}}}")
                            .job("b")
                            .trigger;
  EXPECT_EQ(project.branch, "m");
  EXPECT_EQ(project.strategy, "depend");
  EXPECT_NE(project.forward, nullptr);
  EXPECT_NE(project.inputs, nullptr);
  const auto child = *read_entries("b: {trigger: {include: c.yml, strategy: mirror}}").job("b").trigger;
  EXPECT_NE(child.include, nullptr);
  EXPECT_FALSE(child.project.has_value());
}

TEST(Trigger, messages) {
  EXPECT_THAT(trigger_errors("[a]"), ElementsAre("jobs:b:trigger has to be either a string or a hash"));
  EXPECT_THAT(trigger_errors("''"), ElementsAre("jobs:b:trigger config can't be blank"));
  EXPECT_THAT(trigger_errors("slug"),
              ElementsAre("jobs:b:trigger project should be the full path of a project"));
  EXPECT_THAT(trigger_errors("{branch: m}"), ElementsAre("jobs:b:trigger project can't be blank"));
  EXPECT_THAT(trigger_errors("{project: [a]}"), ElementsAre("jobs:b:trigger project should be a string"));
  EXPECT_THAT(trigger_errors("{project: g/p, strategy: wait}"),
              ElementsAre("jobs:b:trigger strategy should be one of: depend, mirror"));
  EXPECT_THAT(trigger_errors("{project: g/p, ref: m}"),
              ElementsAre("jobs:b:trigger config contains unknown keys: ref"));
  EXPECT_THAT(trigger_errors("{include: a.yml, project: g/p}"),
              ElementsAre("jobs:b:trigger config contains unknown keys: project"));
  EXPECT_THAT(trigger_errors("{project: g/p, forward: {yaml_variables: 1}}"),
              ElementsAre("jobs:b:trigger:forward yaml variables should be a boolean value"));
}

TEST(Trigger, include_messages) {
  const auto of = [](const std::string& include) { return trigger_errors("{include: " + include + "}"); };
  EXPECT_THAT(of("[1]"), ElementsAre("jobs:b:trigger:include:include config should be a hash or a string"));
  EXPECT_THAT(of("[a, b, c, d]"), ElementsAre("jobs:b:trigger:include config is too long (maximum is 3)"));
  EXPECT_THAT(of("[{lokal: a}]"),
              ElementsAre("jobs:b:trigger:include:include config contains unknown keys: lokal"));
  EXPECT_THAT(
      of("[{artifact: a}]"),
      ElementsAre(
          "jobs:b:trigger:include:include config must specify the job where to fetch the artifact from"));
  EXPECT_THAT(
      of("[{project: g/p}]"),
      ElementsAre(
          "jobs:b:trigger:include:include config must specify the file where to fetch the config from"));
}

TEST(Bridge, takes_few_keywords) {
  EXPECT_THAT(read_entries("b: {trigger: g/p, tags: [a]}").errors,
              ElementsAre("jobs:b config contains unknown keys: tags"));
  EXPECT_THAT(read_entries("b: {trigger: g/p, when: delayed}").errors,
              ElementsAre("jobs:b when should be one of: on_success, on_failure, always, manual"));
  EXPECT_THAT(read_entries("b: {trigger: g/p, allow_failure: {exit_codes: 1}}").errors,
              ElementsAre("jobs:b allow failure should be a boolean value"));
  EXPECT_THAT(read_entries("b: {trigger: g/p, parallel: 2}").errors,
              ElementsAre("jobs:b:parallel config cannot use \"parallel: <number>\"."));
  EXPECT_THAT(read_entries("b: {trigger: g/p, parallel: {matrix: [{A: 1}]}}").errors, IsEmpty());
}

TEST(Bridge, needs_a_trigger_or_a_pipeline) {
  EXPECT_THAT(read_entries("b: {needs: {pipeline: g/p}}").errors, IsEmpty());
  EXPECT_THAT(read_entries("b: {needs: []}").errors,
              ElementsAre("jobs:b config should contain either a trigger or a needs:pipeline"));
  EXPECT_THAT(read_entries("b: {needs: [{pipeline: a/b}, {pipeline: c/d}]}").errors,
              ElementsAre("jobs:b config should contain at most one bridge need"));
}

TEST(Release, messages) {
  EXPECT_THAT(
      job_errors("release: {tag_name: v1, description: d, name: n, ref: r, tag_message: m, milestones: [a], "
                 "released_at: '2019-03-15T08:00:00Z', assets: {links: [{name: n, url: u}]}}"),
      IsEmpty());
  EXPECT_THAT(job_errors("release: a"), ElementsAre("jobs:job:release config should be a hash"));
  EXPECT_THAT(job_errors("release: {}"), UnorderedElementsAre("jobs:job:release tag name can't be blank",
                                                              "jobs:job:release description can't be blank"));
  const std::string base = "release: {tag_name: v, description: d, ";
  EXPECT_THAT(job_errors(base + "released_at: tomorrow}"),
              ElementsAre("jobs:job:release released at must be a valid datetime"));
  EXPECT_THAT(job_errors(base + "milestones: 1}"),
              ElementsAre("jobs:job:release milestones should be an array of strings or a string"));
  EXPECT_THAT(job_errors(base + "assets: {links: []}}"),
              ElementsAre("jobs:job:release:assets links can't be blank"));
  EXPECT_THAT(job_errors(base + "assets: {links: [{name: n}]}}"),
              ElementsAre("jobs:job:release:assets:links:link url can't be blank"));
  EXPECT_THAT(job_errors(base + "tag: v}"),
              ElementsAre("jobs:job:release config contains unknown keys: tag"));
}

TEST(IdTokens, messages) {
  EXPECT_NE(valid_job("id_tokens: {T: {aud: a}, U: {aud: [a, b]}}").carried.at("id_tokens"), nullptr);
  EXPECT_THAT(job_errors("id_tokens: {T: {}}"),
              ElementsAre("jobs:job:id_tokens:t config missing required keys: aud"));
  EXPECT_THAT(job_errors("id_tokens: {T: {aud: a, sub: b}}"),
              ElementsAre("jobs:job:id_tokens:t config contains unknown keys: sub"));
  EXPECT_THAT(job_errors("id_tokens: {T: {aud: {a: b}}}"),
              ElementsAre("jobs:job:id_tokens:t aud should be an array of strings or a string"));
}

TEST(Secrets, messages) {
  EXPECT_THAT(
      job_errors("secrets: {S: {vault: a/b/c@d, file: false}, T: {gcp_secret_manager: {name: n, version: 2}, "
                 "token: $T}}"),
      IsEmpty());
  const std::string one =
      "jobs:job:secrets:s config must use exactly one of these keys: vault, azure_key_vault, "
      "gcp_secret_manager, "
      "akeyless, gitlab_secrets_manager, aws_secrets_manager";
  EXPECT_THAT(job_errors("secrets: {S: {token: $T}}"), ElementsAre(one));
  EXPECT_THAT(job_errors("secrets: {S: {vault: a, azure_key_vault: {name: n}}}"), ElementsAre(one));
  EXPECT_THAT(job_errors("secrets: {S: {vault: {path: p}}}"),
              ElementsAre("jobs:job:secrets:s:vault config missing required keys: engine, field"));
  EXPECT_THAT(job_errors("secrets: {S: {azure_key_vault: {version: v}}}"),
              ElementsAre("jobs:job:secrets:s:azure_key_vault name can't be blank"));
  EXPECT_THAT(job_errors("secrets: {S: {gcp_secret_manager: {name: n}}}"),
              ElementsAre("jobs:job:secrets:s config missing required keys: token"));
  EXPECT_THAT(job_errors("secrets: {S: {vault: a, extra: b}}"),
              ElementsAre("jobs:job:secrets:s config contains unknown keys: extra"));
}

TEST(Identity, is_google_cloud) {
  EXPECT_THAT(job_errors("identity: google_cloud"), IsEmpty());
  EXPECT_THAT(job_errors("identity: other"), ElementsAre("jobs:job identity should be one of: google_cloud"));
}

TEST(Pages, publish_joins_the_artifacts) {
  EXPECT_THAT(read_entries("pages: {script: x}").job("pages").artifacts->paths, ElementsAre("public"));
  EXPECT_THAT(read_entries("pages: {script: x, publish: site, artifacts: {paths: [a]}}")
                  .job("pages")
                  .artifacts->paths,
              ElementsAre("a", "site"));
  EXPECT_THAT(valid_job("pages: {publish: out}").artifacts->paths, ElementsAre("out"));
  EXPECT_FALSE(read_entries("pages: {script: x, pages: false}").job("pages").artifacts.has_value());
}

TEST(Pages, messages) {
  EXPECT_THAT(job_errors("publish: a"),
              ElementsAre("jobs:job publish can only be used within a `pages` job"));
  EXPECT_THAT(job_errors("pages: {prefix: a}"),
              ElementsAre("jobs:job:pages config contains unknown keys: prefix"));
  EXPECT_THAT(job_errors("pages: {path_prefix: 1}"),
              ElementsAre("jobs:job:pages path prefix should be a string"));
  EXPECT_THAT(job_errors("pages: {expire_in: soon}"),
              ElementsAre("jobs:job:pages expire in should be a duration"));
  EXPECT_THAT(job_errors("pages: a"),
              ElementsAre("jobs:job:pages config should be a hash or a boolean value"));
}

TEST(DastConfiguration, messages) {
  EXPECT_THAT(job_errors("dast_configuration: {site_profile: a, dast_profile: b}"),
              ElementsAre("jobs:job:dast_configuration config contains unknown keys: dast_profile"));
  EXPECT_THAT(job_errors("dast_configuration: a"),
              ElementsAre("jobs:job:dast_configuration config should be a hash"));
}

TEST(Run, is_a_list_of_steps) {
  const auto of = [](const std::string& run) { return read_entries("j: {run: " + run + "}").errors; };
  EXPECT_THAT(of("[{name: a, script: b, env: {K: v}}, {name: c, step: ./s, inputs: {a: 1}}, "
                 "{name: d, func: {git: {url: u, rev: r}}}]"),
              IsEmpty());
  EXPECT_THAT(of("a"), ElementsAre("jobs:j run value at root is not an array"));
  EXPECT_THAT(of("[a]"), ElementsAre("jobs:j run value at `/0` is not an object"));
  EXPECT_THAT(of("[{script: a}]"),
              ElementsAre("jobs:j run object at `/0` is missing required properties: name"));
  EXPECT_THAT(of("[{name: a}]"),
              ElementsAre("jobs:j run object at `/0` is missing required properties: script"));
  EXPECT_THAT(of("[{name: a, script: [b]}]"), ElementsAre("jobs:j run value at `/0/script` is not a string"));
  EXPECT_THAT(of("[{name: a, script: b, inputs: {c: d}}]"),
              ElementsAre("jobs:j run object property at `/0/inputs` is a disallowed additional property"));
  EXPECT_THAT(of("[{name: a, step: {git: {url: u}}}]"),
              ElementsAre("jobs:j run object at `/0/step/git` is missing required properties: rev"));
}

TEST(Inputs, have_defaults_of_their_type) {
  EXPECT_THAT(
      job_errors("inputs: {a: {default: x}, b: {type: number, default: 1}, c: {type: array, default: []}}"),
      IsEmpty());
  EXPECT_THAT(job_errors("inputs: {a: {type: string}}"),
              ElementsAre("jobs:job:inputs:a must have a default value"));
  EXPECT_THAT(job_errors("inputs: {a: {default: 1}}"),
              ElementsAre("`a` input: default value is not a string"));
  EXPECT_THAT(job_errors("inputs: {a: {type: array, default: 1}}"),
              ElementsAre("`a` input: default value is not an array"));
  EXPECT_THAT(job_errors("inputs: {a: {type: object, default: 1}}"),
              ElementsAre("jobs:job:inputs:a input type unknown value: object"));
}

}  // namespace
}  // namespace fairlead::tests
