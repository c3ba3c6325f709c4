// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "base/async.hpp"

namespace fairlead::runner {

// Runs blocking work on the pool and continues on the caller's executor.
// `work` must not touch what the strand uses meanwhile.
template <class Work, class Answer = decltype(std::declval<Work&>()())>
Task<Answer> offload(asio::thread_pool& pool, Work work) {
  std::optional<Answer> answer;
  auto run = [](Work owned, std::optional<Answer>& slot) -> Task<void> {
    slot.emplace(owned());
    co_return;
  };
  co_await asio::co_spawn(pool.get_executor(), run(std::move(work), answer), asio::use_awaitable);
  co_return std::move(*answer);
}

}  // namespace fairlead::runner
