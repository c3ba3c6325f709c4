// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parser/select/conditions.hpp"
#include "tests/support/repository/fake_repository.hpp"

namespace fairlead::parser {
namespace {

using model::PipelineSource;

bool refs(const std::vector<std::string>& refs, const RefFacts& facts) {
  return Conditions(nullptr).refs(refs, facts);
}

TEST(OnlyRefs, ASourceIsNamedBareOrInThePlural) {
  EXPECT_TRUE(refs({"schedules"}, {.source = PipelineSource::schedule, .ref = "main"}));
  EXPECT_TRUE(refs({"push"}, {.source = PipelineSource::push, .ref = "main"}));
  EXPECT_TRUE(
      refs({"security_orchestration_policies"}, {.source = PipelineSource::security_orchestration_policy}));
  EXPECT_FALSE(refs({"pushs"}, {.source = PipelineSource::push, .ref = "main"}));
}

TEST(OnlyRefs, MergeRequestPipelinesAreNoBranchAndHaveNoRef) {
  const RefFacts merge_request{.source = PipelineSource::merge_request_event,
                               .ref = "refs/merge-requests/1/head",
                               .is_merge_request = true};
  EXPECT_FALSE(refs({"branches", "tags", "/.*/", "refs/merge-requests/1/head"}, merge_request));
  EXPECT_TRUE(refs({"merge_requests"}, merge_request));
}

TEST(OnlyRefs, APatternWithAnAtSignIsCutThere) {
  EXPECT_TRUE(refs({"/^v.*/@g/p"}, {.ref = "v1", .project_path = "g/p"}));
  EXPECT_FALSE(refs({"/^a@b$/"}, {.ref = "a@b", .project_path = "g/p"}));
}

struct Policy {
  RefPolicyConfig only;
  RefPolicyConfig except;
  model::Variables values{{.key = "A", .value = "yes"}};
  tests::FakeRepository repository;

  bool added(const RefFacts& facts = {.ref = "main"}) {
    ListVariables variables(values);
    return Conditions(&repository).only_except(&only, &except, facts, variables).added;
  }
};

TEST(OnlyExcept, EveryGroupOfOnlyMustHold) {
  Policy policy;
  policy.only = {.refs = {{"branches"}}, .variables = {{"$A == \"no\"", "$A"}}};
  EXPECT_TRUE(policy.added());
  EXPECT_FALSE(policy.added({.ref = "v1", .is_tag = true}));
  policy.values.clear();
  EXPECT_FALSE(policy.added());
}

TEST(OnlyExcept, AnyGroupOfExceptIsEnoughToDrop) {
  Policy policy;
  policy.except = {.refs = {{"tags"}}, .variables = {{"$A"}}};
  EXPECT_FALSE(policy.added());
  policy.values.clear();
  EXPECT_TRUE(policy.added());
  EXPECT_FALSE(policy.added({.ref = "v1", .is_tag = true}));
}

TEST(OnlyExcept, ChangesAreTrueWithoutADiff) {
  Policy policy;
  policy.only = {.changes = {{"src/**/*"}}};
  EXPECT_TRUE(policy.added());
  policy.repository.changed = std::vector<std::string>{"README.md"};
  EXPECT_FALSE(policy.added());
  policy.repository.changed = std::vector<std::string>{"src/a.c"};
  EXPECT_TRUE(policy.added());
}

TEST(OnlyExcept, KubernetesIsAskedOfItsVariable) {
  Policy policy;
  policy.only = {.kubernetes_active = true};
  EXPECT_FALSE(policy.added());
  policy.values.push_back({.key = "CI_KUBERNETES_ACTIVE", .value = "true"});
  EXPECT_TRUE(policy.added());
}

TEST(OnlyExcept, TheReasonNamesTheConditionThatDecided) {
  const model::Variables values;
  ListVariables variables(values);
  RefPolicyConfig only{.refs = {{"tags", "/^v/"}}};
  const PolicyOutcome outcome = Conditions(nullptr).only_except(&only, nullptr, {.ref = "main"}, variables);
  EXPECT_FALSE(outcome.added);
  EXPECT_EQ(outcome.reason, "`only:refs: [tags, /^v/]` does not hold");
}

}  // namespace
}  // namespace fairlead::parser
