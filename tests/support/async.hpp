// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/async.hpp"

namespace fairlead::testing {

// Runs one coroutine to its end on `context`; an exception passes through.
// Whatever else the context has to do goes on meanwhile.
inline void run_task(asio::io_context& context, Task<void> task) {
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& error) {
    failure = error;
    ended = true;
  });
  context.restart();
  while (!ended && context.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!ended) throw std::logic_error("the context ran out of work before the task ended");
}

// A coroutine's value into `into`: co_spawn itself wants a default-made one.
template <class T>
Task<void> store(Task<T> task, std::optional<T>& into) {
  into.emplace(co_await std::move(task));
}

template <class T>
T run_task(asio::io_context& context, Task<T> task) {
  std::optional<T> value;
  run_task(context, store(std::move(task), value));
  return std::move(*value);
}

// Handles what is ready now; what waits for time or descriptors stays waiting.
inline void settle(asio::io_context& context) {
  context.restart();
  while (context.poll() > 0) {
  }
}

}  // namespace fairlead::testing
