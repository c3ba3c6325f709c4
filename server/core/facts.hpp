// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "model/words.hpp"

// What the world around a pipeline is like, as plain values. local/ fills them
// from a working tree, later server/git from a hosted repository.
namespace fairlead::server {

// The coordinator itself: CI_SERVER_*, CI_API_V4_URL.
struct ServerFacts {
  std::string url = "http://localhost";  // without a trailing slash
  std::string name = "Fairlead";
  std::string version = "0.1.0";
  std::string revision = "unknown";
};

struct ProjectFacts {
  std::int64_t id = 1;
  std::string name;  // last part of the path, as shown
  std::string path;  // "group/sub/project"
  std::string description;
  std::string url;             // web address; may be empty
  std::string repository_url;  // what a runner clones; may be empty
  std::string visibility = "private";
  std::string default_branch = "main";
  std::string config_path = ".gitlab-ci.yml";
  std::string languages;  // CI_PROJECT_REPOSITORY_LANGUAGES: "c++,shell"
};

struct CommitFacts {
  std::string sha;  // 40 or 64 hex digits
  std::string before_sha = "0000000000000000000000000000000000000000";
  std::string ref;  // branch or tag name, or the merge request's ref
  bool is_tag = false;
  bool is_merge_request = false;  // then CI_COMMIT_BRANCH is absent
  bool ref_protected = false;
  std::string message;  // whole
  std::string tag_message;
  std::string author;     // "Name <mail>"
  std::string timestamp;  // ISO 8601 with offset
  int depth = 0;          // git_info.depth; 0: full
};

struct UserFacts {
  std::int64_t id = 1;
  std::string login;
  std::string name;
  std::string email;
};

struct Credential {
  std::string type = "registry";
  std::string url;
  std::string username;
  SecretString password;
};

// A runner that asks for jobs.
struct RunnerFacts {
  std::int64_t id = 1;
  std::string description;
  std::string short_token;  // CI_RUNNER_SHORT_TOKEN
  std::vector<std::string> tags;
  bool run_untagged = true;
  bool cancel_gracefully = true;  // can run after_script while `canceling`
  std::string version;
  std::string revision;
  std::string executable_arch;  // "linux/amd64"
};

}  // namespace fairlead::server
