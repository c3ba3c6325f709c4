// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "base/clock.hpp"

namespace fairlead {

// Calls `action` on `executor` when the clock reaches `deadline`, unless the
// alarm is destroyed before. Made and destroyed on that executor (a strand or
// a single-threaded context).
class Alarm {
 public:
  Alarm(const asio::any_io_executor& executor, Clock& clock, SteadyTime deadline,
        std::function<void()> action);
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm();

  struct State;  // defined in the source file

 private:
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
