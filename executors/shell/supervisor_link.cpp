// SPDX-License-Identifier: Apache-2.0
#include "executors/shell/supervisor_link.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace fairlead::executors {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;
// A little more than the supervisor's own patience with what it kills.
constexpr int kLastWaitMs = 12'000;

Error lost() {
  return make_error(ErrorCode::system,
                    "the job's supervisor (fairlead-agent) ended unexpectedly; was it killed from outside?");
}

}  // namespace

// Lives as long as a write is under way.
struct SupervisorLink::Outgoing {
  explicit Outgoing(asio::local::stream_protocol::socket socket_in) : socket(std::move(socket_in)) {}

  asio::local::stream_protocol::socket socket;
  std::string queued;
  std::string in_flight;
};

Result<std::unique_ptr<SupervisorLink>> SupervisorLink::start(const asio::any_io_executor& strand,
                                                              const std::filesystem::path& agent) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return system_error("cannot make a socket pair", errno);
  }
  UniqueFd ours(fds[0]);
  ProcessSpec spec;
  spec.argv = {agent.string(), "supervise"};
  spec.in = Stdio::descriptor(UniqueFd(fds[1]));
  spec.out = Stdio::null();
  auto process = launch(std::move(spec));
  if (!process) return std::move(process).context("starting the job's supervisor").error();
  return std::make_unique<SupervisorLink>(strand, std::move(ours), std::move(process.value()));
}

SupervisorLink::SupervisorLink(const asio::any_io_executor& strand, UniqueFd socket, Launched process)
    : outgoing_(std::make_shared<Outgoing>(
          asio::local::stream_protocol::socket(strand, asio::local::stream_protocol(), socket.release()))),
      pidfd_(strand, process.pidfd.release()),
      pid_(process.pid) {}

SupervisorLink::~SupervisorLink() {
  if (reaped_) return;
  boost::system::error_code ignored;
  // Not close(): a write under way keeps the socket object alive.
  outgoing_->socket.shutdown(asio::socket_base::shutdown_both, ignored);
  pollfd ended{pidfd_.native_handle(), POLLIN, 0};
  if (::poll(&ended, 1, kLastWaitMs) == 0) ::kill(pid_, SIGKILL);
  reap(pid_);
}

void SupervisorLink::queue(const agent::Message& message) { agent::encode(message, outgoing_->queued); }

void SupervisorLink::send(const agent::Message& message) {
  queue(message);
  if (outgoing_->in_flight.empty()) write_on(outgoing_);
}

void SupervisorLink::write_on(const std::shared_ptr<Outgoing>& outgoing) {
  if (outgoing->queued.empty()) return;
  std::swap(outgoing->queued, outgoing->in_flight);
  // Nearly all messages fit at once: no round through the executor for them.
  const ssize_t sent = ::send(outgoing->socket.native_handle(), outgoing->in_flight.data(),
                              outgoing->in_flight.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) outgoing->in_flight.erase(0, static_cast<std::size_t>(sent));
  if (outgoing->in_flight.empty()) return;
  asio::async_write(outgoing->socket, asio::buffer(outgoing->in_flight),
                    [outgoing](const boost::system::error_code& error, std::size_t) {
                      outgoing->in_flight.clear();
                      if (!error) write_on(outgoing);
                    });
}

Task<Result<void>> SupervisorLink::receive(std::vector<agent::Message>& messages) {
  messages.clear();
  if (broken_) co_return lost();
  // Only what is not decoded yet moves, not the whole buffer.
  filled_ -= consumed_;
  std::memmove(incoming_.data(), incoming_.data() + consumed_, filled_);
  consumed_ = 0;
  while (messages.empty()) {
    if (incoming_.size() < filled_ + kReadSize) incoming_.resize(filled_ + kReadSize);
    const auto [error, size] = co_await outgoing_->socket.async_read_some(
        asio::buffer(incoming_.data() + filled_, incoming_.size() - filled_),
        asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) {
      co_return make_error(ErrorCode::cancelled, "waiting for the job's supervisor was given up");
    }
    if (error) {
      broken_ = true;
      co_return lost();
    }
    filled_ += size;
    std::string_view rest(incoming_.data(), filled_);
    for (;;) {
      auto message = agent::decode(rest);
      if (!message) {
        broken_ = true;
        co_return std::move(message).context("reading from the job's supervisor").error();
      }
      if (!*message) break;
      messages.push_back(std::move(**message));
    }
    consumed_ = filled_ - rest.size();
  }
  co_return Result<void>();
}

Task<Result<agent::Finished>> SupervisorLink::finish() {
  send(agent::Finish{});
  Result<agent::Finished> result = lost();
  std::vector<agent::Message> messages;
  while (!result.ok()) {
    if (auto received = co_await receive(messages); !received) {
      if (received.error().code == ErrorCode::cancelled) co_return std::move(received.error());
      break;
    }
    for (agent::Message& message : messages) {
      if (auto* finished = std::get_if<agent::Finished>(&message)) result = std::move(*finished);
    }
  }
  const auto [error] = co_await pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                  asio::as_tuple(asio::use_awaitable));
  if (error) co_return system_error("cannot wait for the job's supervisor", error.value());
  reap(pid_);
  reaped_ = true;
  co_return result;
}

}  // namespace fairlead::executors
