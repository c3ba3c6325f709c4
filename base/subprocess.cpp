// SPDX-License-Identifier: Apache-2.0
#include "base/subprocess.hpp"

#include <sys/wait.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <optional>

#include "base/alarm.hpp"

namespace fairlead {

namespace {

struct OutputPipe {
  std::optional<asio::posix::stream_descriptor> stream;
  bool ended = false;
};

}  // namespace

struct Subprocess::State {
  State(const asio::any_io_executor& executor, Launched child, ProcessSpec::Group group)
      : pid(child.pid), own_group(group != ProcessSpec::Group::ours), pidfd(executor, child.pidfd.release()) {
    if (child.in) in.emplace(executor, child.in.release());
    if (child.out) out.stream.emplace(executor, child.out.release());
    if (child.err) err.stream.emplace(executor, child.err.release());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (status) return;
    signal(SIGKILL);
    reap(pid);
  }

  void signal(int number) const {
    // Until it is reaped the number cannot mean another process or group.
    if (!status) ::kill(own_group ? -pid : pid, number);
  }

  pid_t pid;
  bool own_group;
  std::optional<ExitStatus> status;
  asio::posix::stream_descriptor pidfd;
  std::optional<asio::posix::stream_descriptor> in;
  OutputPipe out;
  OutputPipe err;
};

namespace {

Task<Result<std::size_t>> read_from(OutputPipe& pipe, std::span<char> buffer) {
  if (pipe.ended) co_return std::size_t{0};
  if (!pipe.stream) co_return make_error(ErrorCode::internal, "this output of the process is not a pipe");
  const auto [error, size] = co_await pipe.stream->async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                                   asio::as_tuple(asio::use_awaitable));
  if (error == asio::error::eof) {
    // Asio would wait for ever in a read after the end.
    pipe.ended = true;
    co_return std::size_t{0};
  }
  if (error) co_return system_error("cannot read the output of a process", error.value());
  co_return size;
}

// TERM, then KILL. Lives as long as one wait().
struct Stopper {
  std::function<void(int)> send;
  std::optional<Alarm> grace_over;
  bool sent = false;
};

}  // namespace

Result<Subprocess> Subprocess::start(const asio::any_io_executor& executor, ProcessSpec spec) {
  const auto group = spec.group;
  auto child = launch(std::move(spec));
  if (!child) return std::move(child.error());
  return Subprocess(std::make_shared<State>(executor, std::move(child.value()), group));
}

Subprocess::Subprocess(std::shared_ptr<State> state) : state_(std::move(state)) {}
Subprocess::Subprocess(Subprocess&&) noexcept = default;
Subprocess& Subprocess::operator=(Subprocess&&) noexcept = default;
Subprocess::~Subprocess() = default;

pid_t Subprocess::pid() const { return state_->pid; }

Task<Result<std::size_t>> Subprocess::read_out(std::span<char> buffer) {
  return read_from(state_->out, buffer);
}
Task<Result<std::size_t>> Subprocess::read_err(std::span<char> buffer) {
  return read_from(state_->err, buffer);
}

Task<Result<void>> Subprocess::write_in(std::string_view bytes) {
  auto state = state_;
  if (!state->in) co_return make_error(ErrorCode::internal, "the input of this process is not an open pipe");
  const auto [error, size] = co_await asio::async_write(*state->in, asio::buffer(bytes.data(), bytes.size()),
                                                        asio::as_tuple(asio::use_awaitable));
  if (error) co_return system_error("cannot write to a process", error.value());
  co_return Result<void>();
}

void Subprocess::close_in() { state_->in.reset(); }

void Subprocess::signal(int number) { state_->signal(number); }

Task<Result<ExitStatus>> Subprocess::wait(CancelToken cancel, Duration grace, Clock& clock) {
  auto state = state_;
  if (state->status) co_return *state->status;
  const auto executor = state->pidfd.get_executor();
  // Cancelling happens on any thread: it posts to ours, where a wait that is
  // over meanwhile makes it nothing.
  auto stopper = std::make_shared<Stopper>();
  stopper->send = [weak = std::weak_ptr(state)](int number) {
    if (const auto live = weak.lock()) live->signal(number);
  };
  const auto polite = cancel.on_cancel(CancelLevel::polite, [=, &clock] {
    asio::post(executor, [=, &clock] {
      if (!stopper->send) return;
      stopper->sent = true;
      stopper->send(SIGTERM);
      stopper->grace_over.emplace(executor, clock, clock.steady_now() + grace,
                                  [weak = std::weak_ptr(stopper)] {
                                    if (const auto live = weak.lock(); live && live->send)
                                      live->send(SIGKILL);
                                  });
    });
  });
  const auto hard = cancel.on_cancel(CancelLevel::hard, [=] {
    asio::post(executor, [=] {
      if (!stopper->send) return;
      stopper->sent = true;
      stopper->send(SIGKILL);
    });
  });

  const auto [error] = co_await state->pidfd.async_wait(asio::posix::stream_descriptor::wait_read,
                                                        asio::as_tuple(asio::use_awaitable));
  stopper->grace_over.reset();
  stopper->send = nullptr;
  if (error) co_return system_error("cannot wait for a process", error.value());
  if (stopper->sent && state->own_group) state->signal(SIGKILL);
  state->status = reap(state->pid);
  co_return *state->status;
}

}  // namespace fairlead
