// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "server/core/coordinator.hpp"

namespace fairlead::server {

// Hands events to subscribers in order, one at a time, outside the
// Coordinator's lock. Whoever finds the outbox unattended empties it; others,
// and calls from within a callback, leave their events to that one.
class EventOutbox {
 public:
  // Under the Coordinator's lock, so that order is the order of happening.
  void put(Event event);
  // Without the lock.
  void deliver();

  std::unique_ptr<Coordinator::Subscription> subscribe(std::function<void(const Event&)> callback);

 private:
  struct Subscriber {
    // Recursive: a callback may end its own subscription.
    std::recursive_mutex mutex;
    std::function<void(const Event&)> callback;
    bool ended = false;
  };
  class Handle;

  std::mutex mutex_;
  std::deque<Event> events_;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  bool delivering_ = false;
};

}  // namespace fairlead::server
