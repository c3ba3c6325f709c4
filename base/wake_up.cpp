// SPDX-License-Identifier: Apache-2.0
#include "base/wake_up.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace fairlead {

// The event is a timer that never expires by itself: Asio's timers already
// carry waiters, cancellation and shutdown of the context correctly.
struct WakeUp::State {
  explicit State(const asio::any_io_executor& executor)
      : timer(executor, asio::steady_timer::time_point::max()) {}

  asio::steady_timer timer;
  bool set = false;
};

WakeUp::WakeUp(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

void WakeUp::set() {
  state_->set = true;
  state_->timer.cancel();
}

void WakeUp::post() {
  asio::post(state_->timer.get_executor(), [state = state_] {
    state->set = true;
    state->timer.cancel();
  });
}

bool WakeUp::is_set() const { return state_->set; }

Task<bool> WakeUp::wait() {
  auto state = state_;  // the event outlives a WakeUp that goes away meanwhile
  if (state->set) co_return true;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  // Awaiting in an already cancelled coroutine would throw.
  if (cancellation.cancelled() != asio::cancellation_type::none) co_return false;
  co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return state->set;
}

Task<void> WakeUp::wait_uninterrupted() {
  auto state = state_;
  if (state->set) co_return;
  // An empty slot in the place of the coroutine's own: nothing reaches the wait.
  co_await state->timer.async_wait(
      asio::bind_cancellation_slot(asio::cancellation_slot(), asio::as_tuple(asio::use_awaitable)));
}

}  // namespace fairlead
