// SPDX-License-Identifier: Apache-2.0
#include "base/alarm.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

namespace fairlead {

struct Alarm::State {
  explicit State(const asio::any_io_executor& executor_in) : executor(executor_in) {}

  asio::any_io_executor executor;
  asio::cancellation_signal stop;
  std::function<void()> action;  // empty once the alarm is gone
  bool ended = false;
};

namespace {

Task<void> ring(std::shared_ptr<Alarm::State> state, Clock& clock, SteadyTime deadline) {
  // An alarm that is gone ends this coroutine by itself, without an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (!state->action) co_return;
  const bool reached = co_await clock.sleep_until(deadline);
  if (reached && state->action) std::exchange(state->action, nullptr)();
}

}  // namespace

Alarm::Alarm(const asio::any_io_executor& executor, Clock& clock, SteadyTime deadline,
             std::function<void()> action)
    : state_(std::make_shared<State>(executor)) {
  state_->action = std::move(action);
  asio::co_spawn(
      executor, ring(state_, clock, deadline),
      asio::bind_cancellation_slot(state_->stop.slot(), [state = state_](const std::exception_ptr& error) {
        state->ended = true;
        if (error) std::rethrow_exception(error);  // an action must not throw
      }));
}

Alarm::~Alarm() {
  state_->action = nullptr;
  if (state_->ended) return;
  // co_spawn (1.81) dispatches the emit and does not keep the signal alive
  // for it: what is posted after it does.
  state_->stop.emit(asio::cancellation_type::terminal);
  asio::post(state_->executor, [state = state_] {});
}

}  // namespace fairlead
