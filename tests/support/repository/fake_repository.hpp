// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/repository_view.hpp"

namespace fairlead::tests {

// A repository made of values: files, diffs by what they are compared with,
// other projects by path and ref. Counts what it is asked.
class FakeRepository final : public parser::RepositoryView {
 public:
  std::vector<std::string> files;
  std::optional<std::vector<std::string>> changed;                // against the usual base
  std::map<std::string, std::vector<std::string>> changed_since;  // against a ref
  // Path, ref ("" for the default branch) -> files. A path without any entry
  // is a project that nobody may see.
  std::map<std::string, std::map<std::string, std::vector<std::string>>> projects;
  int diffs_asked = 0;

  const std::vector<std::string>& paths() override {
    std::sort(files.begin(), files.end());
    return files;
  }
  Result<std::string> read(const std::string& path, std::size_t /*limit*/) override {
    return make_error(ErrorCode::not_found, path);
  }
  Result<std::optional<std::vector<std::string>>> changed_paths(
      const std::optional<std::string>& compare_to) override {
    ++diffs_asked;
    if (!compare_to) return changed;
    const auto it = changed_since.find(*compare_to);
    if (it == changed_since.end()) return make_error(ErrorCode::not_found, *compare_to);
    return std::optional(it->second);
  }
  Result<std::string> blob_id(const std::string& /*path*/) override { return std::string(); }
  Result<std::string> last_commit_id(const std::string& /*path*/) override { return std::string(); }
  Result<parser::RepositoryView*> other_project(const std::string& path,
                                                const std::optional<std::string>& ref) override {
    const auto project = projects.find(path);
    if (project == projects.end()) return make_error(ErrorCode::not_found, path);
    const auto tree = project->second.find(ref.value_or(""));
    if (tree == project->second.end()) return make_error(ErrorCode::invalid_argument, *ref);
    others_.push_back(std::make_unique<FakeRepository>());
    others_.back()->files = tree->second;
    return static_cast<parser::RepositoryView*>(others_.back().get());
  }

 private:
  std::vector<std::unique_ptr<FakeRepository>> others_;
};

}  // namespace fairlead::tests
