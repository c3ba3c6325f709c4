// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace fairlead::parser {

// What selection asks of the repository. Implemented over a working tree
// (local) and over a git tree (server). Not thread-safe.
class RepositoryView {
 public:
  virtual ~RepositoryView() = default;
  // Every path of the tree, relative, with '/', sorted. Valid while this lives.
  virtual const std::vector<std::string>& paths() = 0;
  // Content of one file; not_found when it is not there. Bounded by `limit` bytes.
  virtual Result<std::string> read(const std::string& path, std::size_t limit) = 0;
  // Paths that differ between the pipeline's commit and what it is compared
  // with (before_sha, the merge base, or `compare_to`). nullopt: there is
  // nothing to compare with, so that `changes` is true. An unknown compare_to
  // is an error of code not_found.
  virtual Result<std::optional<std::vector<std::string>>> changed_paths(
      const std::optional<std::string>& compare_to) = 0;
  // Git blob id (or last commit id) of a file, for cache:key:files; empty when absent.
  virtual Result<std::string> blob_id(const std::string& path) = 0;
  virtual Result<std::string> last_commit_id(const std::string& path) = 0;
  // The tree of another project (rules:exists:project) at `ref`, or where its
  // default branch is; lives as long as this. not_found: no such project, or
  // no access to it. invalid_argument: it has no such ref.
  virtual Result<RepositoryView*> other_project(const std::string& path,
                                                const std::optional<std::string>& /*ref*/) {
    return make_error(ErrorCode::not_found, "no access to project " + path);
  }
};

}  // namespace fairlead::parser
