// SPDX-License-Identifier: Apache-2.0
#include "base/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <exception>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/wake_up.hpp"

namespace fairlead {

struct TaskGroup::State {
  State(asio::any_io_executor executor_in, const CancelToken& parent)
      : executor(std::move(executor_in)), cancel(parent) {}

  asio::any_io_executor executor;
  CancelSource cancel;
  std::size_t running = 0;
  std::exception_ptr failure;  // the first one; join() rethrows it
  std::vector<WakeUp> joiners;

  void ended(const std::string& name, const std::exception_ptr& exception) {
    if (exception) {
      std::string what = "unknown exception";
      try {
        std::rethrow_exception(exception);
      } catch (const std::exception& error) {
        what = error.what();
      } catch (...) {  // what() says all that can be said
      }
      log(LogLevel::error, "exception out of a task", {{"task", name}, {"what", what}});
      if (!failure) failure = exception;
    }
    if (--running > 0) return;
    for (WakeUp& joiner : std::exchange(joiners, {})) joiner.set();
  }
};

TaskGroup::TaskGroup(asio::any_io_executor executor, const CancelToken& parent)
    : state_(std::make_shared<State>(std::move(executor), parent)) {}

TaskGroup::~TaskGroup() { assert(state_->running == 0 && "a TaskGroup must be joined before it goes"); }

CancelToken TaskGroup::token() const { return state_->cancel.token(); }

void TaskGroup::cancel(CancelLevel level) { state_->cancel.cancel(level); }

void TaskGroup::spawn(std::string name, Task<void> task) {
  ++state_->running;
  asio::co_spawn(state_->executor, std::move(task),
                 [state = state_, name = std::move(name)](const std::exception_ptr& exception) {
                   state->ended(name, exception);
                 });
}

std::size_t TaskGroup::size() const { return state_->running; }

Task<void> TaskGroup::join() {
  auto state = state_;
  // Joining is not interruptible: nothing may outlive the group.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (state->running > 0) {
    WakeUp wake(state->executor);
    state->joiners.push_back(wake);
    co_await wake.wait_uninterrupted();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (state->failure) std::rethrow_exception(std::exchange(state->failure, nullptr));
}

}  // namespace fairlead
