// SPDX-License-Identifier: Apache-2.0
#include "runner/build/job_paths.hpp"

#include <algorithm>

namespace fairlead::runner {
namespace {

namespace fs = std::filesystem;

fs::path temp_of(const fs::path& project) {
  fs::path temp = project;
  temp += ".tmp";
  return temp;
}

// "group/sub/project" of the job; never absolute, never with dot segments.
Result<fs::path> project_path(const proto::JobPayload& job) {
  fs::path path = job.job_info.project_full_path.empty() ? fs::path(job.job_info.project_name)
                                                         : fs::path(job.job_info.project_full_path);
  if (path.empty()) path = "project-" + std::to_string(job.job_info.project_id);
  bool sound = path.is_relative() && std::none_of(path.begin(), path.end(), [](const fs::path& part) {
                 return part == ".." || part == "." || part.empty();
               });
  if (!sound)
    return make_error(ErrorCode::invalid_argument,
                      "the job's project path \"" + path.string() + "\" is no path of a project");
  return path;
}

}  // namespace

Result<JobPaths> default_paths(const proto::JobPayload& job, const RunnerSettings& settings,
                               const executors::ExecutorFeatures& features) {
  auto project = project_path(job);
  if (!project) return project.error();
  JobPaths paths;
  paths.builds_dir = settings.builds_dir.lexically_normal();
  if (!paths.builds_dir.is_absolute())
    return make_error(ErrorCode::invalid_argument,
                      "builds_dir \"" + settings.builds_dir.string() + "\" must be an absolute path");
  if (settings.project_dir) {
    paths.project_dir = settings.project_dir->lexically_normal();
  } else {
    paths.project_dir = paths.builds_dir;
    if (features.shared)
      paths.project_dir =
          paths.project_dir / settings.short_token / std::to_string(settings.concurrent_project_id);
    paths.project_dir /= *project;
  }
  paths.temp_dir = settings.temp_dir ? *settings.temp_dir : temp_of(paths.project_dir);
  if (!settings.cache_dir.empty()) paths.cache_dir = settings.cache_dir / *project;
  return paths;
}

Result<JobPaths> with_clone_path(JobPaths paths, const std::string& clone_path,
                                 const RunnerSettings& settings) {
  if (!settings.custom_build_dir)
    return make_error(ErrorCode::invalid_argument,
                      "setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature");
  fs::path wanted = fs::path(clone_path).lexically_normal();
  if (wanted.has_parent_path() && wanted.filename().empty()) wanted = wanted.parent_path();
  fs::path below = wanted.lexically_relative(paths.builds_dir);
  if (!wanted.is_absolute() || below.empty() || below == "." || *below.begin() == "..")
    return make_error(
        ErrorCode::invalid_argument,
        "the GIT_CLONE_PATH=\"" + clone_path + "\" has to be within \"" + paths.builds_dir.string() + "\"");
  paths.project_dir = wanted;
  if (!settings.temp_dir) paths.temp_dir = temp_of(wanted);
  return paths;
}

}  // namespace fairlead::runner
