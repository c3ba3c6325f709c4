// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::agent {

// A stage's script as it grows, in an anonymous file of memory: unlike a pipe
// a shell reads it in blocks, and any size fits.
class ScriptFile {
 public:
  static Result<ScriptFile> create();
  Result<void> append(std::string_view bytes);
  std::size_t size() const { return size_; }
  // No more changes from anyone; back to the start for reading.
  Result<UniqueFd> seal() &&;

 private:
  explicit ScriptFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
  std::size_t size_ = 0;
};

struct ShellProcess {
  pid_t pid = -1;  // also its session and process group
  UniqueFd out;    // non-blocking; both streams when they were not to be separate
  UniqueFd err;
};

struct ShellCommand {
  std::string program;            // an absolute path
  std::vector<std::string> argv;  // with argv[0]
  std::string cwd;                // empty: ours
  bool separate_streams = false;
};

// Starts the shell in a session of its own with the script as its stdin,
// signals at their defaults and no other descriptors than the three. It dies
// with this process (PR_SET_PDEATHSIG).
Result<ShellProcess> start_shell(const ShellCommand& command, const UniqueFd& script);

}  // namespace fairlead::agent
