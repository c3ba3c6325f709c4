// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/pipeline_processing/read_case.hpp"

#include <yaml-cpp/yaml.h>

#include <stdexcept>

#include "parser/entry/entries.hpp"
#include "parser/load.hpp"
#include "parser/plan/plan.hpp"
#include "server/core/plan_state.hpp"
#include "server/core/predefined_variables.hpp"

namespace fairlead::server {
namespace {

class NoIncludes final : public parser::IncludeSource {
 public:
  Result<std::string> read_local(const std::string& path, std::size_t) override {
    return make_error(ErrorCode::not_found, path);
  }
  Result<std::vector<std::string>> list_local() override { return std::vector<std::string>(); }
};

[[noreturn]] void refuse(const parser::Diagnostics& diagnostics) {
  std::string text = "the configuration was refused:";
  for (const auto& diagnostic : diagnostics.all()) text += "\n" + diagnostic.message;
  throw std::runtime_error(text);
}

// The whole way of a file: text, document, configuration, plan, states.
PipelineState read_pipeline(const YAML::Node& config) {
  const CommitFacts commit{.sha = std::string(40, 'a'), .ref = "master"};
  parser::PipelineContext context;
  context.ref = commit.ref;
  context.project_path = "group/project";
  context.predefined =
      predefined_pipeline_variables({}, {.path = context.project_path}, commit, context.source, WallTime());

  YAML::Emitter text;
  text << config;
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  NoIncludes includes;
  const auto document = parser::load_document(".gitlab-ci.yml", text.c_str(), includes,
                                              {.variables = context.predefined}, files, diagnostics);
  if (document.root == nullptr) refuse(diagnostics);
  const auto read = parser::read_config(document.root, diagnostics);
  if (!read) refuse(diagnostics);
  const auto planned = parser::build_plan(*read, context, diagnostics);
  if (!planned.plan) refuse(diagnostics);
  auto state = initial_state(*planned.plan);
  if (!state.ok()) throw std::runtime_error(state.error().to_string());
  JobId id = 0;
  for (auto& job : state->jobs) job.id = ++id;
  return *std::move(state);
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
    for (const auto& job : node["jobs"]) transition.jobs.push_back(job.as<std::string>());
    transition.expect = read_expected(node["expect"]);
    result.transitions.push_back(std::move(transition));
  }
  return result;
}

}  // namespace fairlead::server
