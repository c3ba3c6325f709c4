// SPDX-License-Identifier: Apache-2.0
#include "agent/session/shell_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace fairlead::agent {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// All that happens between fork and exec. Only async-signal-safe calls, and
// with vfork the parent's memory: nothing of it may be changed.
struct ChildPlan {
  const char* program;
  char* const* argv;
  const char* cwd;
  int in;
  int out;
  int err;
  int report;  // close-on-exec: gets errno when something fails

  [[noreturn]] void run() const {
    const bool ready = ::setsid() >= 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && reset_signals() &&
                       ::dup2(in, 0) >= 0 && ::dup2(out, 1) >= 0 && ::dup2(err, 2) >= 0 &&
                       (*cwd == '\0' || ::chdir(cwd) == 0);
    if (ready) {
      // Everything of ours is close-on-exec; this is for what was inherited.
      ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
      ::execv(program, argv);
    }
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(report, &error, sizeof error);
    ::_exit(127);
  }

  static bool reset_signals() {
    for (int number = 1; number < NSIG; ++number) {
      if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
  }
};

}  // namespace

Result<ScriptFile> ScriptFile::create() {
  UniqueFd fd(::memfd_create("script", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return system_error("cannot make a file for the script (memfd_create)", errno);
  return ScriptFile(std::move(fd));
}

Result<void> ScriptFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("cannot store the script", errno);
    }
    size_ += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<UniqueFd> ScriptFile::seal() && {
  ::fcntl(fd_.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return system_error("cannot rewind the script", errno);
  return std::move(fd_);
}

Result<ShellProcess> start_shell(const ShellCommand& command, const UniqueFd& script) {
  if (command.argv.empty()) return make_error(ErrorCode::invalid_argument, "no shell to start was given");
  auto out = make_pipe();
  if (!out) return std::move(out.error());
  auto err = command.separate_streams ? make_pipe() : Result<Pipe>(Pipe{});
  if (!err) return std::move(err.error());
  auto report = make_pipe();
  if (!report) return std::move(report.error());

  std::vector<char*> arguments;
  arguments.reserve(command.argv.size() + 1);
  for (const std::string& argument : command.argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const ChildPlan plan{.program = command.program.c_str(),
                       .argv = arguments.data(),
                       .cwd = command.cwd.c_str(),
                       .in = script.get(),
                       .out = out->write.get(),
                       .err = command.separate_streams ? err->write.get() : out->write.get(),
                       .report = report->write.get()};

  // No signal may run a handler of ours in the child, which shares our memory.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  // vfork, not posix_spawn: that has no death signal, and glibc's static form
  // needs clone3, which old container hosts refuse.
  const pid_t pid = ::vfork();
  if (pid == 0) plan.run();
  const int fork_error = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return system_error("cannot start " + command.program + " (fork)", fork_error);

  report->write.reset();
  int error = 0;
  ssize_t got = 0;
  while ((got = ::read(report->read.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got == static_cast<ssize_t>(sizeof error)) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return system_error("cannot start " + command.program + (command.cwd.empty() ? "" : " in " + command.cwd),
                        error);
  }
  ShellProcess shell{.pid = pid, .out = std::move(out->read), .err = std::move(err->read)};
  for (const UniqueFd* fd : {&shell.out, &shell.err}) {
    if (*fd) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  }
  return shell;
}

}  // namespace fairlead::agent
