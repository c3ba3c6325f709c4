// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/words.hpp"

namespace fairlead::runner {

// Name, in the temporary folder, of the file that $GITLAB_ENV names: its
// KEY=VALUE lines become variables of the stages that follow.
inline constexpr std::string_view kJobEnvironmentFile = "gitlab_runner_env";

// What the runner itself adds to a job's variables.
struct RunnerFacts {
  std::string short_token;
  std::string version;
  std::string revision;
  std::string job_image;         // payload.image.name, or empty
  model::Variables environment;  // the runner's configuration
  std::filesystem::path builds_dir;
  std::filesystem::path project_dir;
  std::filesystem::path temp_dir;
  int concurrent_id = 0;
  int concurrent_project_id = 0;
  std::int64_t timeout_seconds = 7200;
  bool shared_environment = true;  // the executor's directories outlive the job
};

// All variables of a job in gitlab-runner's order (common/build.go), lowest
// precedence first, nothing expanded yet.
model::Variables assemble_variables(const model::Variables& job, const RunnerFacts& facts);

// The variables of a job after the runner's one expansion pass. A value, used
// on the job's strand. Lookups are by the last entry of a key.
class JobVariables {
 public:
  JobVariables() = default;
  // Expands every value that is not raw, once, against the unexpanded values:
  // `$NAME` and `${NAME}`; unknown is empty, `$$` is `$`, a file variable
  // stands for its path, `<temp_dir>/KEY`.
  JobVariables(model::Variables unexpanded, std::filesystem::path temp_dir);

  // Each key once, in order of first mention, with its final value. File
  // variables carry their content.
  const model::Variables& all() const { return variables_; }
  const model::Variable* find(std::string_view key) const;
  // As the job sees it: a file variable is its path; unknown is empty.
  std::string get(std::string_view key) const;
  // "true", "1", "t" and so on, as Go's strconv.ParseBool takes them;
  // `fallback` for anything else.
  bool is_true(std::string_view key, bool fallback = false) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  // One expansion pass over `text` (artifact names, cache keys, image names).
  std::string expand(std::string_view text) const;
  std::filesystem::path file_of(std::string_view key) const;

  // Replaces or adds a value that is final (CI_JOB_STATUS).
  void set(std::string_view key, std::string_view value);

 private:
  model::Variables variables_;
  std::unordered_map<std::string, std::size_t> index_;
  std::filesystem::path temp_dir_;
};

}  // namespace fairlead::runner
