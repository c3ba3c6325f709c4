// SPDX-License-Identifier: Apache-2.0
#include "tests/support/processes.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>

#include "base/unique_fd.hpp"

namespace fairlead::testing {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(10);

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Field 3 (state) and 4 (parent) of /proc/PID/stat, after the name in brackets.
bool read_stat(const fs::path& process, char& state, pid_t& parent) {
  const std::string text = slurp(process / "stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream rest(text.substr(name_end + 1));
  return static_cast<bool>(rest >> state >> parent);
}

template <class Visit>
void each_process(Visit visit) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    char state = '?';
    pid_t parent = 0;
    if (read_stat(entry.path(), state, parent)) visit(static_cast<pid_t>(std::stol(name)), state, parent);
  }
}

}  // namespace

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

std::vector<pid_t> children() {
  std::vector<pid_t> result;
  each_process([&](pid_t pid, char, pid_t parent) {
    if (parent == ::getpid()) result.push_back(pid);
  });
  return result;
}

bool is_alive(pid_t pid) {
  char state = '?';
  pid_t parent = 0;
  return read_stat("/proc/" + std::to_string(pid), state, parent) && state != 'Z' && state != 'X';
}

bool wait_gone(pid_t pid) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return errno == ESRCH;
  pollfd ended{pidfd.get(), POLLIN, 0};
  return ::poll(&ended, 1, std::chrono::milliseconds(kPatience).count()) > 0;
}

bool wait_line(const fs::path& file, const std::function<bool(const std::string&)>& enough,
               std::chrono::milliseconds patience) {
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  ::inotify_add_watch(watch.get(), file.parent_path().c_str(), IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO);
  const auto deadline = Steady::now() + patience;
  for (;;) {
    const std::string text = slurp(file);
    const std::size_t end = text.find('\n');
    if (end != std::string::npos && enough(text.substr(0, end))) return true;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now());
    pollfd changed{watch.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&changed, 1, static_cast<int>(left.count())) <= 0) return false;
    char events[4096];
    while (::read(watch.get(), events, sizeof events) > 0) {
    }
  }
}

std::string wait_line(const fs::path& file) {
  std::string found;
  wait_line(file, [&](const std::string& line) {
    found = line;
    return true;
  });
  return found;
}

std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> result;
  each_process([&](pid_t pid, char state, pid_t) {
    const std::string command = slurp("/proc/" + std::to_string(pid) + "/cmdline");
    if (state != 'Z' && command.find(text) != std::string::npos) result.push_back(pid);
  });
  return result;
}

}  // namespace fairlead::testing
