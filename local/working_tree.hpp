// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "local/git_repository.hpp"
#include "parser/include/include_source.hpp"
#include "parser/repository_view.hpp"

namespace fairlead::local {

// The folder that a user works in, as a project: its files are what git
// tracks, and what is untracked but not ignored. Without git, all files.
class WorkingTree {
 public:
  // `root`: the project's folder, absolute. Fails when it is not a directory.
  static Result<WorkingTree> open(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  const std::optional<GitRepository>& git() const { return git_; }
  // Why there is no git(): "it is not a git repository".
  const std::string& why_no_git() const { return why_no_git_; }
  // The project is the whole repository, not a folder in it.
  bool is_repository_root() const;

  // Relative paths, sorted, without deleted files; those of checked-out
  // submodules too. Asked from git on first use.
  Result<const std::vector<std::string>*> files();

  // A regular file of the tree (or a symlink to one). Never blocks on a FIFO.
  Result<std::string> read(const std::string& path, std::size_t limit) const;

 private:
  std::filesystem::path root_;
  std::optional<GitRepository> git_;
  std::string why_no_git_;
  std::optional<std::vector<std::string>> files_;
};

// include:local from the working tree.
class WorkingTreeIncludes final : public parser::IncludeSource {
 public:
  explicit WorkingTreeIncludes(WorkingTree& tree) : tree_(tree) {}
  Result<std::string> read_local(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> list_local() override;

 private:
  WorkingTree& tree_;
};

// What `changes` compares the working tree with.
struct ChangeBase {
  std::string commit;       // empty: there is nothing to compare with
  bool merge_base = false;  // compare with where both histories part (merge requests)
};

// The working tree as rules see it. What is not committed yet counts as
// changed: it is part of what the pipeline runs.
class WorkingTreeView final : public parser::RepositoryView {
 public:
  WorkingTreeView(WorkingTree& tree, ChangeBase base) : tree_(tree), base_(std::move(base)) {}
  const std::vector<std::string>& paths() override;
  Result<std::string> read(const std::string& path, std::size_t limit) override;
  Result<std::optional<std::vector<std::string>>> changed_paths(
      const std::optional<std::string>& compare_to) override;
  Result<std::string> blob_id(const std::string& path) override;
  Result<std::string> last_commit_id(const std::string& path) override;

 private:
  Result<std::vector<std::string>> differences(const ChangeBase& base);

  WorkingTree& tree_;
  ChangeBase base_;
  std::map<std::string, std::vector<std::string>> known_;  // differences, by base
};

}  // namespace fairlead::local
