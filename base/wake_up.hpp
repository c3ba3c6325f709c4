// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/async.hpp"

namespace fairlead {

// A one-shot event for coroutines: the building stone of everything here that
// waits for something other than a descriptor.
//
// Copies share one event. `executor` is the one that the waiting coroutines
// run on (a strand or a single-threaded context).
class WakeUp {
 public:
  explicit WakeUp(const asio::any_io_executor& executor);

  // From code that runs on the executor.
  void set();
  // From any thread; takes effect on the executor.
  void post();
  // On the executor.
  bool is_set() const;

  // True once the event is set; false when the awaiting coroutine was
  // cancelled through Asio first (as by the || operator). Never throws.
  Task<bool> wait();
  // Waits however often the coroutine is cancelled through Asio. The caller
  // has switched off throw_if_cancelled.
  Task<void> wait_uninterrupted();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
