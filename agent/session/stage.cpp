// SPDX-License-Identifier: Apache-2.0
#include "agent/session/stage.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <functional>

#include "agent/session/process_tree.hpp"

namespace fairlead::agent {
namespace {

Stage::Time now() { return std::chrono::steady_clock::now(); }

std::int64_t wall_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

bool passed(const std::optional<Stage::Time>& time) { return time && *time <= now(); }

}  // namespace

Stage::Stage(ShellProcess shell) : shell_(std::move(shell)) {}

int Stage::wants_read(Stream stream) const {
  const UniqueFd& fd = stream == Stream::out ? shell_.out : shell_.err;
  return spool_.full() ? -1 : fd.get();
}

std::optional<Stage::Time> Stage::deadline() const {
  if (over_) return std::nullopt;
  if (!kill_at_) return drain_until_;
  if (!drain_until_) return kill_at_;
  return std::min(*kill_at_, *drain_until_);
}

void Stage::read(Stream stream) {
  static std::array<char, kMaxPart> buffer;
  const ssize_t got = ::read(pipe(stream).get(), buffer.data(), buffer.size());
  if (got > 0) {
    spool_.append(stream, wall_ns(), std::string(buffer.data(), static_cast<std::size_t>(got)));
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    pipe(stream).reset();
  }
}

void Stage::shell_ended(int wait_status) {
  wait_status_ = wait_status;
  kill_at_.reset();
}

void Stage::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  if (grace.count() <= 0) {
    hard_ = true;
    signal_all(SIGKILL);
    if (!wait_status_) kill_at_ = now() + kDrainGrace;  // again, should one have forked meanwhile
    return;
  }
  // The group at one stroke: no member can fork out of it meanwhile. Then
  // those that have left it.
  // CONT lets those act on it that are stopped (SIGSTOP, or a read from the terminal).
  if (!wait_status_) {
    ::kill(-shell_.pid, SIGTERM);
    ::kill(-shell_.pid, SIGCONT);
  }
  for (const pid_t pid : descendants()) {
    if (!wait_status_ && ::getpgid(pid) == shell_.pid) continue;
    ::kill(pid, SIGTERM);
    ::kill(pid, SIGCONT);
  }
  const Time end = now() + grace;
  if (!wait_status_ && (!kill_at_ || end < *kill_at_)) kill_at_ = end;
}

void Stage::advance(const std::function<void(pid_t, int)>& reaped) {
  if (over_) return;
  if (passed(kill_at_)) {
    hard_ = true;
    signal_all(SIGKILL);
    kill_at_ = now() + kDrainGrace;
  }
  if (!wait_status_) return;
  if (!drain_until_) {
    drain_until_ = now() + kDrainGrace;
    // The common case: the shell was the last writer, and all is in the pipe.
    read_all();
  }
  if (stopping_) {
    if (hard_ || passed(drain_until_) || descendants().empty()) kill_the_rest(reaped);
    return;
  }
  if (pipes_closed()) {
    over_ = true;
  } else if (passed(drain_until_)) {
    let_go_of_output();
  }
}

void Stage::read_all() {
  for (const Stream stream : {Stream::out, Stream::err}) {
    while (wants_read(stream) >= 0) {
      const std::uint64_t before = spool_.size();
      read(stream);
      if (spool_.size() == before) break;  // empty for now, or at its end
    }
  }
}

void Stage::let_go_of_output() {
  std::vector<pid_t> holders;
  for (const UniqueFd* fd : {&shell_.out, &shell_.err}) {
    struct stat status{};
    if (!*fd || ::fstat(fd->get(), &status) != 0) continue;
    const auto more = holders_of_pipe(descendants(), status.st_ino);
    holders.insert(holders.end(), more.begin(), more.end());
  }
  std::uint32_t hit = 0;
  for (const pid_t pid : holders) {
    if (::kill(pid, SIGKILL) == 0) ++hit;
  }
  killed_ += hit;
  drain_until_ = now() + kDrainGrace;
  if (hit > 0) return;  // their ends close the pipe
  // Held by someone who is not ours to kill: what is there is all we take,
  // unless the runner is slow and there is no room for it yet.
  read_all();
  if (spool_.full()) return;
  shell_.out.reset();
  shell_.err.reset();
  over_ = true;
}

void Stage::kill_the_rest(const std::function<void(pid_t, int)>& reaped) {
  killed_ += static_cast<std::uint32_t>(descendants().size());
  static_cast<void>(kill_all(std::chrono::seconds(5), reaped));
  read_all();
  if (spool_.full() && !pipes_closed()) return;  // comes back when there is room
  shell_.out.reset();
  shell_.err.reset();
  over_ = true;
}

std::optional<StageEnded> Stage::ended() const {
  if (!over_ || spool_.has_unsent()) return std::nullopt;
  StageEnded ended{.size = spool_.size(), .stopped = stopping_, .killed = killed_};
  if (WIFSIGNALED(*wait_status_)) {
    ended.signal = static_cast<std::uint32_t>(WTERMSIG(*wait_status_));
  } else {
    ended.code = static_cast<std::uint32_t>(WEXITSTATUS(*wait_status_));
  }
  return ended;
}

}  // namespace fairlead::agent
