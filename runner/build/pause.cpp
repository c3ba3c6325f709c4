// SPDX-License-Identifier: Apache-2.0
#include "runner/build/pause.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace fairlead::runner {

Task<bool> pause_until(Clock& clock, SteadyTime deadline, CancelToken stop) {
  using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace)
  if (stop.cancelled()) co_return false;
  auto first = co_await (clock.sleep_until(deadline) || wait_cancelled(std::move(stop)));
  co_return first.index() == 0 && std::get<0>(first);
}

}  // namespace fairlead::runner
