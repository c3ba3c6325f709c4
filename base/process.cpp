// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/files.hpp"

namespace fairlead {
namespace {

// The child's end and ours of one standard descriptor. A child's end of -1
// stands for "ours, as it is".
struct Ends {
  UniqueFd child;
  UniqueFd ours;
};

// posix_spawn's dup2 actions run in order, so a source in 0..2 could be
// overwritten before its turn: all sources live above.
Result<UniqueFd> above_standard(UniqueFd fd) {
  if (fd.get() > 2) return fd;
  UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved) return system_error("cannot duplicate a descriptor", errno);
  return moved;
}

Result<Ends> open_ends(Stdio& stdio, int number) {
  Ends ends;
  switch (stdio.kind) {
    case Stdio::Kind::inherit:
      if (::fcntl(number, F_GETFD) >= 0) return ends;
      [[fallthrough]];  // ours is closed
    case Stdio::Kind::null:
      ends.child = UniqueFd(::open("/dev/null", (number == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC));
      if (!ends.child) return system_error("cannot open /dev/null", errno);
      break;
    case Stdio::Kind::pipe: {
      std::array<int, 2> fds{};
      if (::pipe2(fds.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
      ends.child = UniqueFd(fds[number == 0 ? 0 : 1]);
      ends.ours = UniqueFd(fds[number == 0 ? 1 : 0]);
      break;
    }
    case Stdio::Kind::descriptor:
      ends.child = std::move(stdio.fd);
      break;
  }
  auto moved = above_standard(std::move(ends.child));
  if (!moved) return std::move(moved.error());
  ends.child = std::move(moved.value());
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

const char* path_of(const std::optional<std::vector<std::string>>& env) {
  if (!env) return nullptr;
  for (const std::string& entry : *env) {
    if (entry.starts_with("PATH=")) return entry.c_str() + 5;
  }
  return nullptr;
}

class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void set_group(ProcessSpec::Group group) {
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (group == ProcessSpec::Group::new_session) flags |= POSIX_SPAWN_SETSID;
    if (group == ProcessSpec::Group::new_group) flags |= POSIX_SPAWN_SETPGROUP;
    sigset_t set;
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes_, &set);
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&attributes_, &set);
    ::posix_spawnattr_setflags(&attributes_, flags);
  }
  void change_folder(const std::filesystem::path& folder) {
    ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  void place(int number, const Ends& ends) {
    const int source = ends.child ? ends.child.get() : number;
    ::posix_spawn_file_actions_adddup2(&actions_, source, number);
  }
  void close_the_rest() { ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3); }

  int spawn(pid_t& pid, const std::string& program, char* const* argv, char* const* env) {
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv, env);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

void ignore_sigpipe_once() {
  static const bool done = [] {
    ::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

std::string ExitStatus::to_string() const {
  if (signal == 0) return "exit code " + std::to_string(code);
  const char* name = ::sigdescr_np(signal);
  return "signal " + std::to_string(signal) + (name != nullptr ? std::string(" (") + name + ")" : "");
}

Result<Launched> launch(ProcessSpec spec) {
  if (spec.argv.empty()) return make_error(ErrorCode::invalid_argument, "no program to start was given");
  auto program = find_program(spec.argv[0], path_of(spec.env));
  if (!program) return std::move(program).context("starting " + spec.argv[0]).error();
  struct stat status{};
  if (!spec.cwd.empty() && (::stat(spec.cwd.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))) {
    return make_error(ErrorCode::not_found,
                      "cannot start " + spec.argv[0] + " in " + spec.cwd.string() + ": no such directory");
  }
  ignore_sigpipe_once();

  std::array<Ends, 3> ends;
  std::array<Stdio*, 3> stdio = {&spec.in, &spec.out, &spec.err};
  SpawnPlan plan;
  plan.set_group(spec.group);
  if (!spec.cwd.empty()) plan.change_folder(spec.cwd);
  for (int number = 0; number < 3; ++number) {
    const auto index = static_cast<std::size_t>(number);
    auto opened = open_ends(*stdio[index], number);
    if (!opened) return std::move(opened).context("starting " + spec.argv[0]).error();
    ends[index] = std::move(opened.value());
    plan.place(number, ends[index]);
  }
  plan.close_the_rest();

  const std::vector<char*> argv = pointers(spec.argv);
  std::vector<char*> env;
  if (spec.env) env = pointers(*spec.env);
  Launched child;
  // A relative program name is meant from here, not from the child's folder.
  const std::string file =
      spec.cwd.empty() ? program->string() : std::filesystem::absolute(*program).string();
  const int error = plan.spawn(child.pid, file, argv.data(), spec.env ? env.data() : environ);
  if (error != 0) return system_error("cannot start " + file, error);

  // Safe from reuse of the number: nobody else reaps our children.
  child.pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  if (!child.pidfd) {
    const int pidfd_error = errno;
    ::kill(child.pid, SIGKILL);
    reap(child.pid);
    return system_error("cannot watch the process of " + file + " (pidfd_open)", pidfd_error);
  }
  child.in = std::move(ends[0].ours);
  child.out = std::move(ends[1].ours);
  child.err = std::move(ends[2].ours);
  return child;
}

ExitStatus reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace fairlead
