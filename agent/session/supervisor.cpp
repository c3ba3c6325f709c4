// SPDX-License-Identifier: Apache-2.0
// The loop of a job's supervisor: one thread, one poll() over the control
// socket, the signals and the running stage's pipes. Nothing here waits for
// anything else, so a stop is heard at any time.
#include "agent/session/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>

#include "agent/session/process_tree.hpp"
#include "agent/session/protocol.hpp"
#include "agent/session/shell_process.hpp"
#include "agent/session/stage.hpp"

namespace fairlead::agent {
namespace {

// Frames wait in memory only this far; the rest waits in the spool.
constexpr std::size_t kMaxOutgoing = std::size_t{256} << 10;
constexpr std::chrono::seconds kKillPatience{10};

class Supervisor {
 public:
  explicit Supervisor(UniqueFd control) : control_(std::move(control)) {}

  int run() {
    if (!prepare()) return 1;
    encode(Hello{}, outgoing_);
    while (!leaving_) turn();
    const std::vector<pid_t> survivors = kill_all(kKillPatience, [](pid_t, int) {});
    if (answer_finish_) {
      Finished finished;
      for (const pid_t pid : survivors) finished.survivors.push_back(static_cast<std::uint32_t>(pid));
      send(finished);
      ::fcntl(control_.get(), F_SETFL, 0);  // blocking: the last word must go out
      flush();
    }
    return broken_ ? 1 : 0;
  }

 private:
  bool prepare() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::sigaddset(&set, number);
    ::sigprocmask(SIG_SETMASK, &set, nullptr);
    ::signal(SIGCHLD, SIG_DFL);  // an inherited "ignore" would reap behind our back
    signals_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    ::fcntl(control_.get(), F_SETFD, FD_CLOEXEC);
    return signals_ && ::fcntl(control_.get(), F_SETFL, O_NONBLOCK) == 0;
  }

  void turn() {
    fill_outgoing();
    flush();
    if (leaving_) return;
    std::array<pollfd, 4> fds = {pollfd{signals_.get(), POLLIN, 0}, pollfd{control_.get(), POLLIN, 0},
                                 pollfd{-1, POLLIN, 0}, pollfd{-1, POLLIN, 0}};
    if (more_than_hello_ && !outgoing_.empty()) fds[1].events |= POLLOUT;
    if (stage_) {
      fds[2].fd = stage_->wants_read(Stream::out);
      fds[3].fd = stage_->wants_read(Stream::err);
    }
    if (::poll(fds.data(), fds.size(), timeout()) < 0) return;  // EINTR: again
    // Pipes before signals: what the shell wrote last comes before its end.
    if (stage_ && fds[2].revents != 0) stage_->read(Stream::out);
    if (stage_ && fds[3].revents != 0) stage_->read(Stream::err);
    if (fds[0].revents != 0) take_signals();
    if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) take_messages();
    if (stage_) stage_->advance([this](pid_t pid, int status) { child_ended(pid, status); });
  }

  int timeout() const {
    const auto deadline = stage_ ? stage_->deadline() : std::nullopt;
    if (!deadline) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_signo != SIGCHLD) leaving_ = true;
    }
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) child_ended(pid, status);
  }

  void child_ended(pid_t pid, int status) {
    if (stage_ && pid == stage_->pid()) stage_->shell_ended(status);
  }

  void take_messages() {
    std::array<char, kMaxPart> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    const ssize_t got = ::recv(control_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      leaving_ = true;  // the runner is gone
      return;
    }
    incoming_.append(buffer.data(), static_cast<std::size_t>(got));
    std::string_view rest = incoming_;
    while (!leaving_) {
      auto message = decode(rest);
      if (!message) return fail(message.error().message.c_str());
      if (!*message) break;
      std::visit([this](auto& m) { handle(m); }, **message);
    }
    incoming_.erase(0, incoming_.size() - rest.size());
  }

  void handle(StartStage& start) {
    if (stage_ || start_) return fail("a stage was started while another runs");
    auto script = ScriptFile::create();
    if (!script) return refuse(script.error());
    script_.emplace(std::move(script.value()));
    start_.emplace(std::move(start));
  }

  void handle(ScriptPart& part) {
    if (!script_) return;  // of a stage that was refused
    if (script_->size() + part.bytes.size() > kMaxScript) {
      return refuse(make_error(ErrorCode::limit_exceeded,
                               "the script is larger than " + std::to_string(kMaxScript >> 20) + " MiB"));
    }
    if (auto stored = script_->append(part.bytes); !stored) refuse(stored.error());
  }

  void handle(RunStage&) {
    if (!script_) return;
    auto script = std::move(*script_).seal();
    const StartStage start = std::move(*start_);
    forget_start();
    if (!script) return refuse(script.error());
    auto shell = start_shell({.program = start.program,
                              .argv = start.argv,
                              .cwd = start.cwd,
                              .separate_streams = start.separate_streams},
                             script.value());
    if (!shell) return refuse(shell.error());
    stage_.emplace(std::move(shell.value()));
  }

  void handle(const Acknowledge& acknowledge) {
    if (stage_ && !stage_->spool().acknowledge(acknowledge.offset))
      fail("output was acknowledged before it was sent");
  }

  void handle(const StopStage& stop) {
    constexpr std::uint64_t kLongest = std::uint64_t{1000} * 3600 * 24 * 365;
    if (stage_) stage_->stop(std::chrono::milliseconds(std::min(stop.grace_ms, kLongest)));
  }

  void handle(const Finish&) {
    leaving_ = true;
    answer_finish_ = true;
  }

  template <class Unexpected>
  void handle(const Unexpected&) {
    fail("a message for runners came from the runner");
  }

  void refuse(const Error& error) {
    forget_start();
    send(StageFailed{.error = static_cast<std::uint32_t>(error.code), .message = error.message});
  }

  void forget_start() {
    start_.reset();
    script_.reset();
  }

  void fill_outgoing() {
    if (!stage_) return;
    while (outgoing_.size() < kMaxOutgoing && stage_->spool().has_unsent())
      send(stage_->spool().take_unsent());
    if (const auto ended = stage_->ended()) {
      send(*ended);
      stage_.reset();
    }
  }

  void send(const Message& message) {
    encode(message, outgoing_);
    more_than_hello_ = true;
  }

  void flush() {
    if (!more_than_hello_) return;
    std::size_t sent = 0;
    while (sent < outgoing_.size()) {
      const ssize_t part =
          ::send(control_.get(), outgoing_.data() + sent, outgoing_.size() - sent, MSG_NOSIGNAL);
      if (part < 0 && errno == EINTR) continue;
      if (part < 0 && errno != EAGAIN) leaving_ = true;
      if (part < 0) break;
      sent += static_cast<std::size_t>(part);
    }
    outgoing_.erase(0, sent);
  }

  void fail(const char* what) {
    const std::string line = std::string("fairlead-agent: broken session: ") + what + "\n";
    [[maybe_unused]] const ssize_t written = ::write(2, line.data(), line.size());
    leaving_ = true;
    broken_ = true;
  }

  UniqueFd control_;
  UniqueFd signals_;
  std::string incoming_;
  std::string outgoing_;
  std::optional<StartStage> start_;
  std::optional<ScriptFile> script_;
  std::optional<Stage> stage_;
  bool more_than_hello_ = false;
  bool leaving_ = false;
  bool answer_finish_ = false;
  bool broken_ = false;
};

}  // namespace

int supervise(UniqueFd control) { return Supervisor(std::move(control)).run(); }

}  // namespace fairlead::agent
