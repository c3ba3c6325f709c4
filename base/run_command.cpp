// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/process.hpp"

namespace fairlead {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

// Feeds stdin and collects both outputs of a child until it has ended. What a
// descendant writes after the child's end is not waited for.
class Conversation {
 public:
  Conversation(Launched& child, std::string_view input, const CommandLimits& limits)
      : child_(child), input_(input), limits_(limits) {
    for (const UniqueFd* fd : {&child_.in, &child_.out, &child_.err}) {
      ::fcntl(fd->get(), F_SETFL, ::fcntl(fd->get(), F_GETFL) | O_NONBLOCK);
    }
    if (input_.empty()) child_.in.reset();
  }

  Result<void> run(CommandOutput& output) {
    const Deadline deadline = std::chrono::steady_clock::now() + limits_.timeout;
    for (;;) {
      // poll() skips entries with negative descriptors: what is closed.
      std::array<pollfd, 4> fds = {pollfd{child_.pidfd.get(), POLLIN, 0}, pollfd{child_.in.get(), POLLOUT, 0},
                                   pollfd{child_.out.get(), POLLIN, 0}, pollfd{child_.err.get(), POLLIN, 0}};
      const int ready = ::poll(fds.data(), fds.size(), milliseconds_until(deadline));
      if (ready < 0 && errno != EINTR) return system_error("poll", errno);
      if (ready == 0) {
        return make_error(ErrorCode::timed_out,
                          "did not end within " + std::to_string(limits_.timeout.count()) + " ms");
      }
      if (fds[1].revents != 0) write_input();
      if (fds[2].revents != 0) FAIRLEAD_TRY(read_some(child_.out, output.out));
      if (fds[3].revents != 0) FAIRLEAD_TRY(read_some(child_.err, output.err));
      if (fds[0].revents != 0) {
        while (child_.out && readable(child_.out)) FAIRLEAD_TRY(read_some(child_.out, output.out));
        while (child_.err && readable(child_.err)) FAIRLEAD_TRY(read_some(child_.err, output.err));
        return {};
      }
    }
  }

 private:
  static bool readable(const UniqueFd& fd) {
    pollfd one{fd.get(), POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
  }

  void write_input() {
    const ssize_t written = ::write(child_.in.get(), input_.data(), input_.size());
    if (written > 0) input_.remove_prefix(static_cast<std::size_t>(written));
    const bool broken = written < 0 && errno != EAGAIN && errno != EINTR;  // it does not want more
    if (input_.empty() || broken) child_.in.reset();
  }

  Result<void> read_some(UniqueFd& fd, std::string& into) {
    std::array<char, 64 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (got <= 0) {
      fd.reset();
      return {};
    }
    into.append(buffer.data(), static_cast<std::size_t>(got));
    if (into.size() > limits_.max_output) {
      return make_error(ErrorCode::limit_exceeded,
                        "wrote more than " + std::to_string(limits_.max_output) + " bytes of output");
    }
    return {};
  }

  Launched& child_;
  std::string_view input_;
  const CommandLimits& limits_;
};

}  // namespace

Result<CommandOutput> run_command(ProcessSpec spec, std::string_view input, CommandLimits limits) {
  const std::string name = spec.argv.empty() ? std::string() : spec.argv[0];
  const bool own_group = spec.group != ProcessSpec::Group::ours;
  spec.in = Stdio::pipe();
  spec.out = Stdio::pipe();
  spec.err = Stdio::pipe();
  auto child = launch(std::move(spec));
  if (!child) return std::move(child.error());

  CommandOutput output;
  Result<void> talked = Conversation(*child, input, limits).run(output);
  // While the child is not reaped its number is ours, so this hits no other.
  if (!talked) ::kill(own_group ? -child->pid : child->pid, SIGKILL);
  output.status = reap(child->pid);
  if (!talked) {
    talked.error().message = name + " " + talked.error().message;
    return std::move(talked.error());
  }
  return output;
}

}  // namespace fairlead
