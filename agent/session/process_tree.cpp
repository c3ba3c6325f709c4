// SPDX-License-Identifier: Apache-2.0
#include "agent/session/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/unique_fd.hpp"

namespace fairlead::agent {
namespace {

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using Dir = std::unique_ptr<DIR, DirCloser>;

template <class Visit>
void each_number(const char* folder, Visit visit) {
  const Dir dir(::opendir(folder));
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get())) {
    char* end = nullptr;
    const long number = std::strtol(entry->d_name, &end, 10);
    if (end != entry->d_name && *end == '\0') visit(static_cast<pid_t>(number), entry->d_name);
  }
}

bool read_text(const std::string& path, std::string& text) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  text.clear();
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  ssize_t got = 0;
  while ((got = ::read(fd.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

// From /proc/PID/task/*/children; false where the kernel does not offer it.
bool append_children(pid_t pid, std::vector<pid_t>& to) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  bool offered = false;
  each_number(tasks.c_str(), [&](pid_t, const char* task) {
    std::string text;
    if (!read_text(tasks + "/" + task + "/children", text)) return;
    offered = true;
    for (const char* at = text.c_str(); *at != '\0';) {
      char* end = nullptr;
      const long child = std::strtol(at, &end, 10);
      if (end == at) break;
      to.push_back(static_cast<pid_t>(child));
      at = *end == ' ' ? end + 1 : end;
    }
  });
  return offered;
}

// Without CONFIG_PROC_CHILDREN: the parents of all processes.
std::vector<pid_t> descendants_by_scan() {
  std::unordered_map<pid_t, std::vector<pid_t>> children;
  each_number("/proc", [&](pid_t pid, const char* name) {
    std::string text;
    if (!read_text(std::string("/proc/") + name + "/stat", text)) return;
    const std::size_t name_end = text.rfind(')');
    char state = 0;
    int parent = 0;
    if (name_end != std::string::npos &&
        std::sscanf(text.c_str() + name_end + 1, " %c %d", &state, &parent) == 2) {
      children[parent].push_back(pid);
    }
  });
  std::vector<pid_t> found = children[::getpid()];
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto below = children.find(found[i]);
    if (below != children.end()) found.insert(found.end(), below->second.begin(), below->second.end());
  }
  return found;
}

bool is_zombie(pid_t pid) {
  std::string text;
  if (!read_text("/proc/" + std::to_string(pid) + "/stat", text)) return true;
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && name_end + 2 < text.size() && text[name_end + 2] == 'Z';
}

}  // namespace

std::vector<pid_t> descendants() {
  std::vector<pid_t> found;
  if (!append_children(::getpid(), found)) return descendants_by_scan();
  for (std::size_t i = 0; i < found.size(); ++i) append_children(found[i], found);
  return found;
}

std::vector<pid_t> holders_of_pipe(const std::vector<pid_t>& processes, std::uint64_t inode) {
  const std::string wanted = "pipe:[" + std::to_string(inode) + "]";
  std::vector<pid_t> holders;
  for (const pid_t pid : processes) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    bool holds = false;
    each_number(folder.c_str(), [&](int, const char* name) {
      std::array<char, 64> target{};
      const ssize_t size = ::readlink((folder + "/" + name).c_str(), target.data(), target.size());
      if (size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == wanted) holds = true;
    });
    if (holds) holders.push_back(pid);
  }
  return holders;
}

std::size_t signal_all(int signal) {
  std::size_t taken = 0;
  for (const pid_t pid : descendants()) {
    if (::kill(pid, signal) == 0) ++taken;
  }
  return taken;
}

std::vector<pid_t> kill_all(std::chrono::milliseconds patience,
                            const std::function<void(pid_t, int status)>& reaped) {
  using Steady = std::chrono::steady_clock;
  const auto deadline = Steady::now() + patience;
  // Woken by each child's end. SIGCHLD must be blocked for a signalfd.
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  const UniqueFd ended(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  for (;;) {
    for (;;) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid < 0 && errno == ECHILD) return {};
      if (pid <= 0) break;
      reaped(pid, status);
    }
    // Again after each end: a process may have forked since the last look, and
    // the killed one's children are ours only now.
    signal_all(SIGKILL);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
    if (left <= 0) break;
    pollfd event{ended.get(), POLLIN, 0};
    // The upper bound is for ends of grandchildren, which send us nothing.
    ::poll(&event, 1, static_cast<int>(std::min<std::int64_t>(left, 50)));
    signalfd_siginfo drained;  // NOLINT(cppcoreguidelines-pro-type-member-init): not looked at
    while (::read(ended.get(), &drained, sizeof drained) > 0) {
    }
  }
  std::vector<pid_t> survivors = descendants();
  std::erase_if(survivors, is_zombie);
  return survivors;
}

}  // namespace fairlead::agent
