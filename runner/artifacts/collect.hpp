// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace fairlead::runner {

// What to put into an archive, as the job file says it (expanded already).
struct FileSelection {
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  bool untracked = false;

  bool empty() const { return paths.empty() && !untracked; }
};

// Files, folders and symlinks by path relative to the project, sorted.
using FileSet = std::map<std::string, struct stat>;

struct Collected {
  FileSet files;
  std::string log;  // gitlab-runner's lines about what was found, with colours
};

// Looks up the selection in the project folder: blocking work, for a pool.
// Nothing here is an error: a path that is missing, outside the project or
// unreadable gives a warning in the log, as gitlab-runner does.
Collected collect_files(const FileSelection& selection, const std::filesystem::path& project_dir);

}  // namespace fairlead::runner
