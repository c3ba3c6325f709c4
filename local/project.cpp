// SPDX-License-Identifier: Apache-2.0
#include "local/project.hpp"

#include <cstddef>

#include <fmt/core.h>

#include "parser/entry/entries.hpp"
#include "server/core/predefined_variables.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultName = ".gitlab-ci.yml";
// GitLab takes 2 MiB. More is read only to let the parser name the limit.
constexpr std::size_t kMaxConfig = std::size_t{16} << 20;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

}  // namespace

Result<std::unique_ptr<Project>> Project::open(const ProjectOptions& options) {
  std::error_code error;
  fs::path start = options.folder.empty() ? fs::current_path(error) : options.folder;
  if (error) return make_error(ErrorCode::not_found, "the current folder is gone: " + error.message());
  auto tree = WorkingTree::open(start);
  if (!tree) return std::move(tree.error());

  // Without --cwd a folder deep in a project means the project.
  const fs::path here = tree->root();
  const bool has_own_file = is_there(here / kDefaultName);
  if (options.folder.empty() && !has_own_file && tree->git() && !tree->is_repository_root() &&
      (options.file || is_there(tree->git()->top / kDefaultName))) {
    tree = WorkingTree::open(fs::path(tree->git()->top));
    if (!tree) return std::move(tree.error());
  }

  std::unique_ptr<Project> project(new Project(std::move(*tree)));
  const fs::path root = project->tree_.root();
  if (options.file) {
    const fs::path from_here = options.file->is_absolute() ? *options.file : here / *options.file;
    project->config_path_ = is_there(from_here) ? from_here : root / *options.file;
    if (!is_there(project->config_path_))
      return make_error(ErrorCode::not_found, fmt::format("there is no file {}", options.file->string()));
  } else {
    project->config_path_ = root / kDefaultName;
    if (!is_there(project->config_path_))
      return make_error(ErrorCode::not_found,
                        fmt::format("there is no {} in {}; --file names another file, --cwd another folder",
                                    kDefaultName, root.string()));
  }
  const fs::path relative = project->config_path_.lexically_normal().lexically_relative(root);
  project->config_name_ = relative.empty() || *relative.begin() == ".." ? project->config_path_.string()
                                                                        : relative.generic_string();

  auto event = simulate(project->tree_, options.simulation);
  if (!event) return std::move(event.error());
  project->event_ = std::move(*event);
  project->event_.project.config_path = project->config_name_;
  project->given_ = options.variables;
  project->predefined_ = server::predefined_pipeline_variables(
      project->event_.server, project->event_.project, project->event_.commit, project->event_.source,
      system_clock().wall_now());
  project->predefined_.insert(project->predefined_.end(), project->event_.extra_predefined.begin(),
                              project->event_.extra_predefined.end());
  project->view_ = std::make_unique<WorkingTreeView>(project->tree_, project->event_.change_base);
  return project;
}

bool Project::load() {
  const fs::path relative = config_path_.lexically_relative(tree_.root());
  auto text = tree_.read(relative.empty() ? config_path_.string() : relative.string(), kMaxConfig);
  if (!text) {
    const parser::FileId file = sources_.add(config_name_, "");
    diagnostics_.error(text.error().to_string(), {.file = file});
    return false;
  }
  WorkingTreeIncludes includes(tree_);
  parser::LoadContext context{.variables = predefined_, .repository = view_.get()};
  context.variables.insert(context.variables.end(), given_.begin(), given_.end());
  document_ =
      parser::load_document(config_name_, std::move(*text), includes, context, sources_, diagnostics_);
  if (!document_.root || diagnostics_.has_errors()) return false;
  config_ = parser::read_config(document_.root, diagnostics_);
  return config_.has_value() && !diagnostics_.has_errors();
}

bool Project::plan() {
  parser::PipelineContext context;
  context.source = event_.source;
  context.ref = event_.commit.ref;
  context.is_tag = event_.commit.is_tag;
  context.is_merge_request = event_.commit.is_merge_request;
  context.project_path = event_.project.path;
  context.ref_protected = event_.commit.ref_protected;
  context.predefined = predefined_;
  context.given = given_;
  context.repository = view_.get();
  result_ = parser::build_plan(*config_, context, diagnostics_);
  return result_->plan.has_value() && !diagnostics_.has_errors();
}

}  // namespace fairlead::local
