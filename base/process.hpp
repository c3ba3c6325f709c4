// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

// Starting and ending child processes without Asio; base/subprocess.hpp is the
// coroutine form of the same.
namespace fairlead {

// How a process ended.
struct ExitStatus {
  int code = 0;    // exit code; meaningless when a signal ended it
  int signal = 0;  // 0, or the signal that ended it

  bool success() const { return code == 0 && signal == 0; }
  std::string to_string() const;  // "exit code 2", "signal 9 (Killed)"
};

// What a child's standard descriptor is.
class Stdio {
 public:
  static Stdio null() { return Stdio(Kind::null); }        // /dev/null
  static Stdio inherit() { return Stdio(Kind::inherit); }  // ours
  static Stdio pipe() { return Stdio(Kind::pipe); }        // a pipe to us
  // A file, socket or terminal; closed here once the child has it.
  static Stdio descriptor(UniqueFd fd) {
    Stdio stdio(Kind::descriptor);
    stdio.fd = std::move(fd);
    return stdio;
  }

  enum class Kind { null, inherit, pipe, descriptor };
  Kind kind;
  UniqueFd fd;

 private:
  explicit Stdio(Kind kind_in) : kind(kind_in) {}
};

struct ProcessSpec {
  // A new session: no controlling terminal, and Ctrl-C on ours does not reach
  // it. Both forms of group can be signalled as a whole.
  enum class Group { new_session, new_group, ours };

  std::vector<std::string> argv;  // argv[0] is looked up in the child's PATH unless it has a slash
  std::optional<std::vector<std::string>> env;  // "NAME=value"; nullopt: ours
  std::filesystem::path cwd;                    // empty: ours
  Stdio in = Stdio::null();
  Stdio out = Stdio::inherit();
  Stdio err = Stdio::inherit();
  Group group = Group::new_session;
};

// A started child. The owner must reap it: see reap().
struct Launched {
  pid_t pid = -1;
  UniqueFd pidfd;  // readable once the child has ended
  UniqueFd in;     // our ends of the pipes, blocking, close-on-exec
  UniqueFd out;
  UniqueFd err;
};

// Starts a child. It gets its three standard descriptors and no other, all
// signals at their defaults and unblocked. A program or folder that does not
// exist is an error here, not an exit code. The first use ignores SIGPIPE in
// this process: a child that stops reading must not end us.
Result<Launched> launch(ProcessSpec spec);

// Blocks until the child has ended and takes its status, so that no zombie stays.
ExitStatus reap(pid_t pid);

struct CommandLimits {
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
  std::size_t max_output = std::size_t{16} << 20;  // of stdout and stderr each
};

struct CommandOutput {
  ExitStatus status;
  std::string out;
  std::string err;
};

// Runs a small helper (git, say) to its end, blocking, with `input` as its
// stdin; `spec.in`, `out` and `err` are replaced by pipes. On timed_out and
// limit_exceeded its whole group has been killed. A non-zero exit code is a
// value, not an error.
Result<CommandOutput> run_command(ProcessSpec spec, std::string_view input = {}, CommandLimits limits = {});

}  // namespace fairlead
