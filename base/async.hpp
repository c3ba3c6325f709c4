// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace fairlead {

namespace asio = boost::asio;

// Every coroutine of the product. It runs on the executor that it was spawned
// on (a job's strand, usually) and starts when it is awaited or spawned.
// Errors travel as Result; an exception out of a Task means that we are wrong.
template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace fairlead
