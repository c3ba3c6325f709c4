// SPDX-License-Identifier: Apache-2.0
#include "server/core/auto_retry.hpp"
#include "server/core/pipeline_graph.hpp"
#include "server/core/status_set.hpp"
#include "tests/support/conformance/conformance.hpp"

namespace fairlead::server {
namespace {

using nlohmann::json;

void check_composite(const json& data) {
  StatusSet set;
  for (const auto& name : data["statuses"]) {
    const auto status = model::status_from_string(name.get<std::string>());
    ASSERT_TRUE(status) << name;
    set.add(*status, data["allow_failure"].get<bool>());
  }
  EXPECT_EQ(model::to_string(set.composite(false)), data["stage"].get<std::string>());
  EXPECT_EQ(model::to_string(set.composite(true)), data["dag"].get<std::string>());
  EXPECT_EQ(set.warnings(), data["stage_warnings"].get<bool>());
  EXPECT_EQ(set.warnings(), data["dag_warnings"].get<bool>());
}

void check_order(const json& data) {
  // The order of keys within the object is lost in JSON; what the rule
  // promises is that needs come first, whatever the order of the input.
  std::vector<std::pair<std::string, std::vector<std::string>>> jobs;
  for (const auto& [name, needs] : data["needs"].items())
    jobs.emplace_back(name, needs.get<std::vector<std::string>>());
  const auto wanted = data["result"].get<std::vector<std::string>>();
  std::sort(jobs.begin(), jobs.end());
  do {
    const auto order = order_by_needs(jobs);
    ASSERT_EQ(order.size(), wanted.size());
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    for (const auto& [name, needs] : jobs)
      for (const auto& need : needs)
        if (data["needs"].contains(need)) EXPECT_LT(place[need], place[name]);
  } while (std::next_permutation(jobs.begin(), jobs.end()));
}

void check_order_as_written(const json& data) {
  std::vector<std::pair<std::string, std::vector<std::string>>> jobs;
  for (const auto& [name, needs] : data["needs"].items())
    jobs.emplace_back(name, needs.get<std::vector<std::string>>());
  EXPECT_EQ(order_by_needs(jobs), data["result"].get<std::vector<std::string>>());
}

void check_retry(const json& data) {
  JobState job;
  job.status = model::Status::failed;
  job.retries = data["retries_count"].get<int>();
  if (data["failure_reason"].is_string())
    job.failure_reason = model::failure_reason_from_string(data["failure_reason"].get<std::string>());
  const json& retry = data["retry"];
  if (retry.is_number()) job.retry_max = retry.get<int>();
  if (retry.is_object()) {
    if (retry.contains("max"))
      job.retry_max =
          retry["max"].is_string() ? std::stoi(retry["max"].get<std::string>()) : retry["max"].get<int>();
    if (retry.contains("when"))
      job.retry_when = retry["when"].is_string() ? std::vector{retry["when"].get<std::string>()}
                                                 : retry["when"].get<std::vector<std::string>>();
    if (retry.contains("exit_codes"))
      job.retry_exit_codes = retry["exit_codes"].is_number() ? std::vector{retry["exit_codes"].get<int>()}
                                                             : retry["exit_codes"].get<std::vector<int>>();
  }
  if (data.contains("exit_code") && data["exit_code"].is_number())
    job.exit_code = data["exit_code"].get<int>();
  EXPECT_EQ(auto_retry_allowed(job), data["allowed"].get<bool>());
}

[[maybe_unused]] const bool kRegistered = [] {
  const json data = tests::conformance_file("status.json");
  const auto group = [&](const char* name) { return data.is_object() ? data.value(name, json()) : json(); };
  tests::register_cases(
      "StatusComposite", group("composite_status"),
      [](const json& c) { return c["statuses"].dump() + c["allow_failure"].dump(); }, check_composite);
  tests::register_cases(
      "StatusNeedsFirst", group("dag_order"), [](const json& c) { return c["result"].dump(); }, check_order);
  tests::register_cases(
      "StatusNeedsOrder", group("dag_order"), [](const json& c) { return c["result"].dump(); },
      check_order_as_written);
  tests::register_cases(
      "StatusAutoRetry", group("auto_retry"),
      [](const json& c) {
        return c["retries_count"].dump() + c["retry"].dump() + c["failure_reason"].dump();
      },
      check_retry);
  return true;
}();

}  // namespace
}  // namespace fairlead::server
