// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace fairlead::local {

// What git says about the folder of a project, read once at the start.
struct GitRepository {
  std::filesystem::path top;         // of the working tree
  std::filesystem::path git_dir;     // .git, or the linked work tree's own folder
  std::filesystem::path common_dir;  // where objects and refs lie
  std::string head;                  // commit id; empty before the first commit
  std::string branch;                // empty when HEAD is detached
  std::string message;               // of the commit, whole
  std::string author;                // "Name <mail>"
  std::string timestamp;             // ISO 8601 with offset
  struct Ref {
    std::string name;    // in full
    std::string object;  // what it points at: a commit or a tag object
    std::string commit;
  };
  std::vector<Ref> refs;       // sorted by name
  std::string default_branch;  // origin/HEAD, else main or master where present
  std::string upstream;        // full name of the ref that `branch` follows; may be empty
  std::map<std::string, std::string>
      config;  // lower-case keys: remote.origin.url, user.name, extensions.*, ...

  std::string setting(const std::string& key) const;
  // The commit that a branch, tag, full ref name or id means; empty when unknown.
  std::string resolve(const std::string& name) const;
  std::string tag_at_head() const;  // a tag that points at HEAD; empty when there is none
};

// The repository that `directory` belongs to; nullopt when it is in none, or
// git is not installed (`why_not` says which).
Result<std::optional<GitRepository>> open_repository(const std::filesystem::path& directory,
                                                     std::string& why_not);

}  // namespace fairlead::local
