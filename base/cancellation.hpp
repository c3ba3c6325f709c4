// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/async.hpp"

namespace fairlead {

// How urgently something should end. Levels only rise.
enum class CancelLevel { none = 0, polite = 1, hard = 2 };

// The read end of a node in the cancellation tree (process -> job -> stage).
// Copyable and cheap; may be used from any thread. A default-made token is
// never cancelled.
class CancelToken {
 public:
  CancelToken() = default;

  CancelLevel level() const;
  bool cancelled(CancelLevel at_least = CancelLevel::polite) const { return level() >= at_least; }

  // Runs `callback` once when the level first reaches `at_least`; at once, on
  // this thread, when it already has. Otherwise it runs on the thread that
  // cancels, so it should only post. Destroying (or resetting) the returned
  // registration prevents later calls and waits for one that is running on
  // another thread.
  class Registration {
   public:
    virtual ~Registration() = default;
  };
  [[nodiscard]] std::unique_ptr<Registration> on_cancel(CancelLevel at_least,
                                                        std::function<void()> callback) const;

 private:
  friend class CancelSource;
  struct Node;
  explicit CancelToken(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

// The write end. Cancelling a source cancels all its descendants, never its
// ancestors. A child made from an already cancelled parent is born cancelled.
class CancelSource {
 public:
  CancelSource();
  explicit CancelSource(const CancelToken& parent);
  CancelSource(CancelSource&&) noexcept = default;
  CancelSource& operator=(CancelSource&&) noexcept = default;
  ~CancelSource();  // does not cancel

  CancelToken token() const;
  void cancel(CancelLevel level = CancelLevel::polite);

 private:
  std::shared_ptr<CancelToken::Node> node_;
};

// Completes when the token reaches the level, on the caller's executor; also
// ends (returning the level reached so far) when the awaiting coroutine is
// itself cancelled through Asio (as by the || operator).
Task<CancelLevel> wait_cancelled(CancelToken token, CancelLevel at_least = CancelLevel::polite);

}  // namespace fairlead
