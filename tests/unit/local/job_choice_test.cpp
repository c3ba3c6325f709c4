// SPDX-License-Identifier: Apache-2.0
#include "local/job_choice.hpp"

#include <gtest/gtest.h>

namespace fairlead::local {
namespace {

parser::JobPlan job(std::string name, int stage, std::vector<std::string> needs = {}, bool dag = false) {
  parser::JobPlan plan;
  plan.name = name;
  plan.config_name = std::move(name);
  plan.stage_index = stage;
  plan.dag = dag || !needs.empty();
  for (std::string& need : needs) plan.needs.push_back({.job = std::move(need)});
  return plan;
}

parser::PlanResult five_jobs() {
  parser::PlanResult result;
  result.plan.emplace();
  result.plan->stages = {"a", "b", "c"};
  result.plan->jobs = {job("a1", 0), job("a2", 0), job("b1", 1, {"a1"}), job("c1", 2, {}, true),
                       job("c2", 2)};
  result.plan->jobs[4].when = model::When::manual;
  parser::Selection gone;
  gone.job = "gone";
  gone.reason = "no rule matched";
  result.selections.push_back(gone);
  return result;
}

std::vector<std::string> names(const parser::PipelinePlan& plan) {
  std::vector<std::string> out;
  for (const parser::JobPlan& one : plan.jobs) out.push_back(one.name);
  return out;
}

using Names = std::vector<std::string>;

TEST(JobChoice, NothingChosenIsEverything) {
  EXPECT_EQ(names(choose_jobs(five_jobs(), {})->plan).size(), 5U);
}

TEST(JobChoice, StagesAndEdgesStayOnlyAmongTheJobsKept) {
  const auto chosen = choose_jobs(five_jobs(), {.jobs = {"b1", "c2"}});
  EXPECT_EQ(names(chosen->plan), (Names{"b1", "c2"}));
  EXPECT_EQ(chosen->plan.stages, (Names{"b", "c"}));
  EXPECT_EQ(chosen->plan.jobs[0].stage_index, 0);
  EXPECT_EQ(chosen->plan.jobs[1].stage_index, 1);
  EXPECT_TRUE(chosen->plan.jobs[0].needs.empty());
}

TEST(JobChoice, NeedsAreFollowedByEdgesElseByStages) {
  EXPECT_EQ(names(choose_jobs(five_jobs(), {.jobs = {"b1"}, .with_needs = true})->plan), (Names{"a1", "b1"}));
  EXPECT_EQ(names(choose_jobs(five_jobs(), {.jobs = {"c1"}, .with_needs = true})->plan), (Names{"c1"}));
  EXPECT_EQ(names(choose_jobs(five_jobs(), {.jobs = {"c2"}, .with_needs = true})->plan),
            (Names{"a1", "a2", "b1", "c2"}));
}

TEST(JobChoice, NamingAManualJobPressesItsGate) {
  EXPECT_EQ(choose_jobs(five_jobs(), {.jobs = {"c2"}})->named_gates, (Names{"c2"}));
  EXPECT_TRUE(choose_jobs(five_jobs(), {.stages = {"c"}})->named_gates.empty());
}

TEST(JobChoice, UnknownNamesAreErrorsWithTheNearestOrTheReason) {
  const auto near = choose_jobs(five_jobs(), {.jobs = {"a11"}});
  EXPECT_EQ(near.error().code, ErrorCode::not_found);
  EXPECT_NE(near.error().message.find("did you mean"), std::string::npos) << near.error().message;
  const auto gone = choose_jobs(five_jobs(), {.jobs = {"gone"}});
  EXPECT_NE(gone.error().message.find("no rule matched"), std::string::npos);
  EXPECT_FALSE(choose_jobs(five_jobs(), {.stages = {"z"}}).ok());
}

TEST(JobChoice, OnlyManualJobsHaveAGate) {
  const auto result = five_jobs();
  EXPECT_EQ(*find_gates(*result.plan, result.selections, {"c2"}), (Names{"c2"}));
  EXPECT_EQ(find_gates(*result.plan, result.selections, {"a1"}).error().code, ErrorCode::invalid_argument);
}

TEST(JobChoice, BridgesAreNamedAndDropped) {
  auto result = five_jobs();
  result.plan->jobs[0].config.is_bridge = true;
  auto chosen = choose_jobs(result, {});
  EXPECT_EQ(chosen->bridges, (Names{"a1"}));
  drop_bridges(chosen->plan);
  EXPECT_EQ(names(chosen->plan), (Names{"a2", "b1", "c1", "c2"}));
  EXPECT_TRUE(chosen->plan.jobs[1].needs.empty());
}

}  // namespace
}  // namespace fairlead::local
