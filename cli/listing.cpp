// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "terminal/text.hpp"

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::vector<std::string> need_names(const parser::JobPlan& job) {
  std::vector<std::string> names;
  for (const parser::Need& need : job.needs) names.push_back(need.job);
  return names;
}

std::string allow_failure_text(const parser::JobPlan& job) {
  if (job.allow_failure_exit_codes.empty()) return job.allow_failure ? "yes" : "no";
  std::string codes;
  for (const int code : job.allow_failure_exit_codes)
    codes += (codes.empty() ? "" : ",") + std::to_string(code);
  return "exit " + codes;
}

}  // namespace

std::string list_as_table(const parser::PipelinePlan& plan) {
  constexpr std::size_t kColumns = 7;
  std::vector<std::array<std::string, kColumns>> rows{
      {"NAME", "STAGE", "WHEN", "ALLOW FAILURE", "NEEDS", "TAGS", "ENVIRONMENT"}};
  for (const parser::JobPlan& job : plan.jobs) {
    rows.push_back({terminal::printable(job.name), terminal::printable(job.stage),
                    std::string(model::to_string(job.when)), allow_failure_text(job),
                    job.dag ? "[" + terminal::printable(joined(need_names(job))) + "]" : "",
                    terminal::printable(joined(job.tags)), terminal::printable(job.environment_name)});
  }
  std::array<std::size_t, kColumns> widths{};
  std::array<bool, kColumns> used{true, true, true, true, false, false, false};
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < kColumns; ++c) {
      widths[c] = std::max(widths[c], terminal::display_width(rows[r][c]));
      used[c] = used[c] || (r > 0 && !rows[r][c].empty());
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < kColumns; ++c)
      if (used[c]) line += terminal::pad(row[c], widths[c]) + "  ";
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string list_as_json(const parser::PipelinePlan& plan) {
  Json list = Json::array();
  for (const parser::JobPlan& job : plan.jobs) {
    Json object;
    object["name"] = job.name;
    object["stage"] = job.stage;
    object["when"] = model::to_string(job.when);
    object["allow_failure"] = job.allow_failure;
    object["needs"] = job.dag ? Json(need_names(job)) : Json();
    object["tags"] = job.tags;
    object["environment"] = job.environment_name.empty() ? Json() : Json(job.environment_name);
    list.push_back(std::move(object));
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fairlead::cli
