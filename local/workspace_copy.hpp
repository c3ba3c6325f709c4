// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "base/result.hpp"
#include "local/working_tree.hpp"
#include "runner/build/sources.hpp"

namespace boost::asio {
class thread_pool;
}

namespace fairlead::local {

// Gives each job a copy of the working tree: tracked files and untracked ones
// that are not ignored, as they are now, with modes and symlinks. Blocks are
// shared where the file system can (FICLONE), else copied by the kernel; a
// hard link is never made, so a job cannot change the user's files.
//
// The copy of a whole repository gets a .git of its own that borrows the
// user's objects: `git describe` and `git diff` work, commits stay in the copy.
//
// Small files are read once, when this is made. `materialise` may run several
// times at once; big copies run on `pool`, which outlives this.
class WorkspaceCopy final : public runner::SourceProvider {
 public:
  static Result<std::shared_ptr<WorkspaceCopy>> open(WorkingTree& tree, asio::thread_pool& pool);

  Task<Result<void>> materialise(const std::filesystem::path& project_dir, executors::LogSink& log,
                                 CancelToken cancel) override;
  std::string_view heading() const override { return "Copying the working tree"; }

  std::size_t file_count() const { return files_.size(); }

 private:
  struct File {
    std::string path;
    mode_t mode = 0;
    bool symlink = false;
    bool in_memory = false;
    std::string content;  // of a small file, or the target of a symlink
    std::uint64_t size = 0;
  };
  // What goes into the copy's .git.
  struct GitFolder {
    bool wanted = false;
    std::vector<std::pair<std::string, std::string>> texts;             // relative path, content
    std::vector<std::pair<std::string, std::filesystem::path>> copies;  // relative path, source
  };

  WorkspaceCopy(std::filesystem::path root, asio::thread_pool& pool) : root_(std::move(root)), pool_(pool) {}
  Result<void> read_tree(WorkingTree& tree);
  void read_git(const GitRepository& git);
  Result<void> copy_all(const std::filesystem::path& project_dir, const CancelToken& cancel) const;
  Result<void> write_git(const std::filesystem::path& project_dir) const;

  std::filesystem::path root_;
  asio::thread_pool& pool_;
  std::vector<File> files_;
  std::uint64_t bytes_to_copy_ = 0;  // of files that are not in memory
  GitFolder git_;
  std::string log_line_;
};

}  // namespace fairlead::local
