// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <mutex>

#include "base/wake_up.hpp"

namespace fairlead {
namespace {

class SystemClock final : public Clock {
 public:
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }

  Task<bool> sleep_until(SteadyTime deadline) override {
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return false;
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return !error;
  }
};

}  // namespace

Task<bool> Clock::sleep_for(Duration duration) { return sleep_until(steady_now() + duration); }

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

struct VirtualClock::State {
  std::mutex mutex;
  WallTime wall;
  SteadyTime steady{std::chrono::hours(1)};
  std::multimap<SteadyTime, WakeUp> sleeping;

  void move_to(SteadyTime time) {
    wall += std::chrono::duration_cast<WallTime::duration>(time - steady);
    steady = time;
  }
};

VirtualClock::VirtualClock(WallTime start) : state_(std::make_shared<State>()) { state_->wall = start; }
VirtualClock::~VirtualClock() = default;

WallTime VirtualClock::wall_now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->wall;
}

SteadyTime VirtualClock::steady_now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->steady;
}

Task<bool> VirtualClock::sleep_until(SteadyTime deadline) {
  // Takes the sleeper off the list however the coroutine ends: woken (then
  // advance() has done it), cancelled, or destroyed with its context.
  struct Sleeper {
    std::shared_ptr<State> state;
    WakeUp wake;
    SteadyTime deadline;
    bool listed = false;
    std::multimap<SteadyTime, WakeUp>::iterator entry{};

    bool enlist() {
      const std::lock_guard lock(state->mutex);
      if (deadline <= state->steady) return false;
      entry = state->sleeping.emplace(deadline, wake);
      listed = true;
      return true;
    }
    ~Sleeper() {
      if (!listed) return;
      const std::lock_guard lock(state->mutex);
      // Time that has come means that advance() removed the entry.
      if (state->steady < deadline) state->sleeping.erase(entry);
    }
  };
  Sleeper sleeper{state_, WakeUp(co_await asio::this_coro::executor), deadline};
  if (!sleeper.enlist()) co_return true;
  co_return co_await sleeper.wake.wait();
}

void VirtualClock::advance(Duration by) {
  const std::lock_guard lock(state_->mutex);
  const SteadyTime target = state_->steady + by;
  while (!state_->sleeping.empty() && state_->sleeping.begin()->first <= target) {
    const auto first = state_->sleeping.begin();
    state_->move_to(first->first);
    first->second.post();
    state_->sleeping.erase(first);
  }
  state_->move_to(target);
}

std::size_t VirtualClock::sleepers() const {
  const std::lock_guard lock(state_->mutex);
  return state_->sleeping.size();
}

}  // namespace fairlead
