// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/async.hpp"

namespace fairlead {

using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

// All time comes through here, so that tests can own it. Implementations are
// thread-safe and outlive everything that uses them.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;
  // Completes at `deadline` or, early, when the awaiting coroutine is
  // cancelled through Asio; returns true when the deadline was reached.
  virtual Task<bool> sleep_until(SteadyTime deadline) = 0;

  Task<bool> sleep_for(Duration duration);
};

// The process's real clock (a static object).
Clock& system_clock();

// A clock that stands still until a test moves it. `advance` wakes, in order
// of deadline, every sleeper whose deadline has come.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(WallTime start = WallTime(std::chrono::seconds(1'700'000'000)));
  ~VirtualClock() override;
  WallTime wall_now() const override;
  SteadyTime steady_now() const override;
  Task<bool> sleep_until(SteadyTime deadline) override;

  void advance(Duration by);
  // How many coroutines are asleep: lets a test wait until the code under
  // test has gone to sleep before it moves time.
  std::size_t sleepers() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
