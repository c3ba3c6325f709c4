// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "local/source_files.hpp"

namespace fairlead::local {

// Makes folders hold exactly the source files. Where it has made the same
// folder before, only what a job changed since is put right: creating and
// deleting files costs a journalling file system far more than looking at
// them. A file counts as unchanged when inode and time of change are those
// that it got here; where that time is too close to tell, its bytes decide.
//
// Blocks are shared where the file system can (FICLONE), else copied by the
// kernel; never a hard link. Folders may be made at the same time on several
// threads, but not one folder twice.
class TreeWriter {
 public:
  // `discard` gets folders that are of no use any more, already moved aside.
  TreeWriter(SourceFiles sources, std::function<void(std::filesystem::path)> discard);

  Result<void> make(const std::filesystem::path& folder, const CancelToken& cancel);
  const SourceFiles& sources() const { return sources_; }

 private:
  // What a file was when we had written it.
  struct Stamp {
    ino_t inode = 0;
    timespec changed{};
    bool racy = true;  // a change right afterwards would have had the same time
  };
  struct Made {
    std::vector<Stamp> files;  // as sources_.files
    mode_t folder_mode = 0;
  };
  struct Sweep;

  std::shared_ptr<Made> take_known(const std::filesystem::path& folder);
  bool sweep(const Sweep& state, int folder, const std::string& prefix) const;
  bool unchanged(int folder, const char* name, const SourceFile& file, const Stamp& stamp) const;
  bool move_away(const Sweep& state, int folder, const char* name) const;
  Result<void> write(int folder, int root, const SourceFile& file, Stamp& stamp) const;

  SourceFiles sources_;
  std::function<void(std::filesystem::path)> discard_;
  std::unordered_map<std::string_view, std::size_t> index_;  // path -> position; views into sources_
  std::unordered_set<std::string> folders_;                  // every folder that files lie in
  // Asking a file system that cannot share blocks costs as much as a small copy.
  mutable std::atomic<bool> can_clone_ = true;
  mutable std::atomic<std::uint64_t> moved_ = 0;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<Made>> made_;
};

}  // namespace fairlead::local
