// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "local/simulation.hpp"
#include "local/working_tree.hpp"
#include "parser/diagnostic.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/load.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::local {

struct ProjectOptions {
  std::filesystem::path folder;               // --cwd; empty: found from the current folder
  std::optional<std::filesystem::path> file;  // --file
  Simulation simulation;
  model::Variables variables;  // --variable, --variables-file
};

// A working tree with its configuration file and the event to simulate.
// Loading happens in steps, so that each command pays for what it needs.
class Project {
 public:
  // Finds the project: the folder given; else the current folder if it has a
  // configuration file, else the top of its git working tree. Errors:
  // not_found (no file), invalid_argument (wrong names).
  static Result<std::unique_ptr<Project>> open(const ProjectOptions& options);

  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  // Reads and checks the file with all its includes. Problems are in
  // diagnostics(). False: there is no usable configuration.
  bool load();
  // Makes the plan. False: there is no pipeline, diagnostics() say why.
  bool plan();

  WorkingTree& tree() { return tree_; }
  const SimulatedEvent& event() const { return event_; }
  const std::string& config_name() const { return config_name_; }
  const model::Variables& given() const { return given_; }
  parser::SourceFiles& sources() { return sources_; }
  parser::Diagnostics& diagnostics() { return diagnostics_; }
  const parser::LoadedDocument& document() const { return document_; }
  const parser::PipelineConfig& config() const { return *config_; }
  parser::PlanResult& result() { return *result_; }
  parser::RepositoryView& repository() { return *view_; }

 private:
  explicit Project(WorkingTree tree) : tree_(std::move(tree)) {}

  WorkingTree tree_;
  std::filesystem::path config_path_;
  std::string config_name_;
  SimulatedEvent event_;
  model::Variables predefined_;
  model::Variables given_;
  std::unique_ptr<WorkingTreeView> view_;
  parser::SourceFiles sources_;
  parser::Diagnostics diagnostics_;
  parser::LoadedDocument document_;
  std::optional<parser::PipelineConfig> config_;
  std::optional<parser::PlanResult> result_;
};

}  // namespace fairlead::local
