// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "agent/session/protocol.hpp"
#include "base/async.hpp"
#include "base/process.hpp"

namespace fairlead::executors {

// The runner's end of one supervisor process: starts it, speaks the protocol,
// sees it end. Used on one strand.
//
// Destroyed without finish() it closes the socket and blocks until the
// supervisor has killed the job and is gone: no path leaves processes behind.
class SupervisorLink {
 public:
  static Result<std::unique_ptr<SupervisorLink>> start(const asio::any_io_executor& strand,
                                                       const std::filesystem::path& agent);
  SupervisorLink(const asio::any_io_executor& strand, UniqueFd socket, Launched process);
  SupervisorLink(const SupervisorLink&) = delete;
  SupervisorLink& operator=(const SupervisorLink&) = delete;
  ~SupervisorLink();

  // Goes out with the next send(): spares the supervisor a wake-up.
  void queue(const agent::Message& message);
  // Never waits: what the socket does not take now follows by itself. A
  // broken connection shows in receive().
  void send(const agent::Message& message);
  // At least one message, in order. Their string_views are valid until the next call.
  Task<Result<void>> receive(std::vector<agent::Message>& messages);
  // Ends the job: no process of it is left, but for those named. The link is
  // of no further use.
  Task<Result<agent::Finished>> finish();

 private:
  struct Outgoing;
  static void write_on(const std::shared_ptr<Outgoing>& outgoing);

  std::shared_ptr<Outgoing> outgoing_;  // also owns the socket
  asio::posix::stream_descriptor pidfd_;
  pid_t pid_;
  bool reaped_ = false;
  bool broken_ = false;  // the socket has ended: Asio would wait for ever for more
  std::string incoming_;
  std::size_t consumed_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace fairlead::executors
