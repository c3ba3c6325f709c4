// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/graph.hpp"
#include "cli/listing.hpp"

namespace fairlead::cli {
namespace {

parser::PipelinePlan plan() {
  parser::PipelinePlan out;
  out.stages = {"build", "test"};
  parser::JobPlan build;
  build.name = build.config_name = "build \"x\"";
  build.stage = "build";
  parser::JobPlan test;
  test.name = test.config_name = "test";
  test.stage = "test";
  test.stage_index = 1;
  test.dag = true;
  test.needs = {{.job = "build \"x\""}};
  test.tags = {"linux"};
  test.environment_name = "staging";
  test.allow_failure_exit_codes = {3, 4};
  parser::JobPlan ship;
  ship.name = ship.config_name = "ship";
  ship.stage = "test";
  ship.stage_index = 1;
  ship.when = model::When::manual;
  ship.allow_failure = true;
  out.jobs = {build, test, ship};
  return out;
}

TEST(Listing, JsonTellsNoNeedsFromEmptyNeeds) {
  const auto list = nlohmann::json::parse(list_as_json(plan()));
  ASSERT_EQ(list.size(), 3U);
  EXPECT_TRUE(list[0]["needs"].is_null());
  EXPECT_EQ(list[1]["needs"], nlohmann::json::array({"build \"x\""}));
  EXPECT_TRUE(list[0]["environment"].is_null());
  EXPECT_EQ(list[1]["environment"], "staging");
  for (const auto& job : list) EXPECT_EQ(job.size(), 7U);
}

TEST(Listing, TheTableHasOnlyColumnsThatAreUsed) {
  EXPECT_EQ("\n" + list_as_table(plan()), R"(
NAME       STAGE  WHEN        ALLOW FAILURE  NEEDS        TAGS   ENVIRONMENT
build "x"  build  on_success  no
test       test   on_success  exit 3,4       [build "x"]  linux  staging
ship       test   manual      yes
)");
}

TEST(Graph, TextShowsStagesAndNeeds) {
  EXPECT_EQ("\n" + draw_graph(plan(), GraphForm::text), R"(
build
└─ build "x"
test
├─ test  ← build "x"
└─ ship (manual)
)");
}

TEST(Graph, NamesAreQuotedForMermaidAndDot) {
  const std::string mermaid = draw_graph(plan(), GraphForm::mermaid);
  EXPECT_NE(mermaid.find("j0[\"build #quot;x#quot;\"]"), std::string::npos) << mermaid;
  EXPECT_NE(mermaid.find("  j0 --> j1\n  s0 -.-> j2\n"), std::string::npos) << mermaid;
  const std::string dot = draw_graph(plan(), GraphForm::dot);
  EXPECT_NE(dot.find("\"build \\\"x\\\"\" -> \"test\";"), std::string::npos) << dot;
}

}  // namespace
}  // namespace fairlead::cli
