// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "local/working_tree.hpp"

namespace fairlead::local {

// One file of a job's tree, ready to be written.
struct SourceFile {
  std::string path;  // relative, '/'
  mode_t mode = 0;
  bool symlink = false;
  bool in_memory = false;
  std::string content;  // of a file in memory, or the target of a symlink
};

// What every job's tree is made of: the working tree as it is now and, for a
// whole repository, a .git that borrows the user's objects. In that .git
// `git describe` and `git diff` work and commits stay inside; hooks, filters
// and credentials of the user's configuration are left out.
struct SourceFiles {
  std::filesystem::path root;
  std::vector<SourceFile> files;
  std::size_t tracked = 0;          // those of the working tree, without .git
  std::uint64_t bytes_on_disk = 0;  // of files that are not in memory
};

// Small files are read at once; of bigger ones only the names are kept.
Result<SourceFiles> read_source_files(WorkingTree& tree);

}  // namespace fairlead::local
