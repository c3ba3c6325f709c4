// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>

namespace fairlead {

// A value and the mutex that guards it as one object: there is no way to the
// value but through the lock.
//
//   Sync<std::vector<Job>> jobs;
//   jobs.lock()->push_back(job);                         // one operation
//   { auto held = jobs.lock(); held->clear(); use(*held); }  // several
//   jobs.with([](auto& list) { list.clear(); });
//
// Never hold it across a co_await.
template <class T>
class Sync {
 public:
  Sync() = default;
  explicit Sync(T value) : value_(std::move(value)) {}
  Sync(const Sync&) = delete;
  Sync& operator=(const Sync&) = delete;

  template <class Value>
  class [[nodiscard]] Held {
   public:
    Held(Value& value, std::mutex& mutex) : lock_(mutex), value_(&value) {}
    Value& operator*() const { return *value_; }
    Value* operator->() const { return value_; }

   private:
    std::unique_lock<std::mutex> lock_;
    Value* value_;
  };

  Held<T> lock() { return Held<T>(value_, mutex_); }
  Held<const T> lock() const { return Held<const T>(value_, mutex_); }

  template <class Function>
  decltype(auto) with(Function&& function) {
    const std::lock_guard guard(mutex_);
    return std::forward<Function>(function)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace fairlead
