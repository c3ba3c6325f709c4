// SPDX-License-Identifier: Apache-2.0
#include "server/core/event_outbox.hpp"

#include <utility>

namespace fairlead::server {

class EventOutbox::Handle final : public Coordinator::Subscription {
 public:
  explicit Handle(std::shared_ptr<Subscriber> subscriber) : subscriber_(std::move(subscriber)) {}
  ~Handle() override {
    // Waits for a callback that runs on another thread. The function itself
    // may be the one on the stack: it is only marked, and dies with the rest.
    const std::lock_guard lock(subscriber_->mutex);
    subscriber_->ended = true;
  }

 private:
  std::shared_ptr<Subscriber> subscriber_;
};

void EventOutbox::put(Event event) {
  const std::lock_guard lock(mutex_);
  if (!subscribers_.empty()) events_.push_back(std::move(event));
}

void EventOutbox::deliver() {
  std::unique_lock lock(mutex_);
  if (delivering_) return;
  delivering_ = true;
  while (!events_.empty()) {
    const Event event = std::move(events_.front());
    events_.pop_front();
    std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
    const auto subscribers = subscribers_;
    lock.unlock();
    for (const auto& weak : subscribers) {
      if (const auto subscriber = weak.lock()) {
        const std::lock_guard one(subscriber->mutex);
        if (!subscriber->ended) subscriber->callback(event);
      }
    }
    lock.lock();
  }
  delivering_ = false;
}

std::unique_ptr<Coordinator::Subscription> EventOutbox::subscribe(
    std::function<void(const Event&)> callback) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->callback = std::move(callback);
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(subscriber);
  return std::make_unique<Handle>(std::move(subscriber));
}

}  // namespace fairlead::server
