// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/pipeline_processing/read_case.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <stdexcept>

namespace fairlead::server {
namespace {

std::vector<std::string> strings(const YAML::Node& node) {
  std::vector<std::string> out;
  if (node.IsScalar()) return {node.as<std::string>()};
  for (const auto& item : node) out.push_back(item.as<std::string>());
  return out;
}

JobState read_job(const std::string& name, const YAML::Node& node) {
  JobState job;
  job.name = name;
  if (node["when"]) job.when = model::when_from_string(node["when"].as<std::string>()).value();
  job.allow_failure = job.when == model::When::manual;
  if (const auto allow = node["allow_failure"]) {
    if (allow.IsScalar()) {
      job.allow_failure = allow.as<bool>();
    } else {
      job.allow_failure = false;
      for (const auto& code : strings(allow["exit_codes"]))
        job.allow_failure_exit_codes.push_back(std::stoi(code));
    }
  }
  if (node["start_in"]) job.start_in = std::chrono::seconds(5);
  if (node["resource_group"]) job.resource_group = node["resource_group"].as<std::string>();
  return job;
}

PipelineState read_pipeline(const YAML::Node& config) {
  std::vector<std::string> order{"build", "test", "deploy"};
  if (config["stages"]) order = strings(config["stages"]);
  order.insert(order.begin(), ".pre");
  order.push_back(".post");

  PipelineState pipeline;
  std::map<std::string, std::vector<JobState>> by_stage;
  std::vector<std::string> present;
  std::vector<std::pair<std::string, YAML::Node>> entries;
  for (const auto& entry : config) entries.emplace_back(entry.first.as<std::string>(), entry.second);
  for (const auto& [name, node] : entries) {
    if (name == "stages" || name == "workflow" || !node.IsMap()) continue;
    // The only rule in the data is one that never holds.
    if (node["rules"]) continue;
    present.push_back(name);
  }
  for (const auto& [name, node] : entries) {
    if (std::find(present.begin(), present.end(), name) == present.end()) continue;
    JobState job = read_job(name, node);
    if (const auto needs = node["needs"]) {
      job.dag = true;
      for (const auto& need : needs) {
        const auto wanted = need.IsScalar() ? need.as<std::string>() : need["job"].as<std::string>();
        if (std::find(present.begin(), present.end(), wanted) != present.end()) job.needs.push_back(wanted);
      }
    }
    by_stage[node["stage"] ? node["stage"].as<std::string>() : "test"].push_back(std::move(job));
  }
  JobId id = 0;
  for (const auto& stage : order) {
    if (by_stage[stage].empty()) continue;
    for (auto& job : by_stage[stage]) {
      job.id = ++id;
      job.stage_index = static_cast<int>(pipeline.stages.size());
      pipeline.jobs.push_back(job);
    }
    pipeline.stages.push_back({stage, model::Status::created});
  }
  if (const auto workflow = config["workflow"])
    if (const auto cancel = workflow["auto_cancel"])
      pipeline.cancel_on_job_failure =
          cancel["on_job_failure"] && cancel["on_job_failure"].as<std::string>() == "all";
  return pipeline;
}

ExpectedStates read_expected(const YAML::Node& node) {
  ExpectedStates expected;
  expected.pipeline = node["pipeline"].as<std::string>();
  for (const auto& stage : node["stages"])
    expected.stages[stage.first.as<std::string>()] = stage.second.as<std::string>();
  for (const auto& job : node["jobs"])
    expected.jobs[job.first.as<std::string>()] = job.second.as<std::string>();
  return expected;
}

}  // namespace

ProcessingCase read_case(const std::filesystem::path& file) {
  const YAML::Node root = YAML::LoadFile(file.string());
  ProcessingCase result;
  result.pipeline = read_pipeline(root["config"]);
  result.init = read_expected(root["init"]["expect"]);
  for (const auto& node : root["transitions"]) {
    Transition transition;
    transition.event = node["event"].as<std::string>();
    if (node["jobs"]) transition.jobs = strings(node["jobs"]);
    transition.expect = read_expected(node["expect"]);
    result.transitions.push_back(std::move(transition));
  }
  return result;
}

}  // namespace fairlead::server
