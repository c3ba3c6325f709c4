// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::runner {

// Keeps other processes that use this class from changing the configuration:
// register, unregister and token rotation may run at once. An flock(2) of the
// folder, so that no lock file stays behind; freed with the object or the
// process. Readers need none: files are replaced as a whole.
class ConfigLock {
 public:
  // Waits for the lock. Makes the folder (0700) where it is missing.
  static Result<ConfigLock> take(const std::filesystem::path& config);

 private:
  explicit ConfigLock(UniqueFd folder) : folder_(std::move(folder)) {}
  UniqueFd folder_;
};

// Old text in (empty where there is no file yet), new text out.
using ConfigEdit = std::function<Result<std::string>(const std::string& text)>;

// Changes the file under the lock: reads it, edits, checks that the result is
// TOML, and replaces the file atomically with mode 0600. A symlink is
// followed. Nothing is written when the text stays the same.
Result<void> edit_config(const std::filesystem::path& path, const ConfigEdit& edit);

// What a new file begins with.
std::string new_config_text();

}  // namespace fairlead::runner
