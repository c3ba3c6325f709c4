// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace fairlead::testing {

// A LogSink that keeps everything and checks that frames are contiguous.
class RecordingSink final : public executors::LogSink {
 public:
  Task<Result<std::uint64_t>> deliver(std::span<const executors::LogFrame> frames) override {
    ++deliveries;
    if (before) co_await before();
    if (failure) co_return *failure;
    for (const executors::LogFrame& frame : frames) {
      if (frame.offset != text.size()) contiguous = false;
      text += frame.bytes;
      (frame.stream == executors::LogStream::err ? err : out) += frame.bytes;
      times.push_back(frame.time);
    }
    co_return text.size();
  }

  std::string text;
  std::string out;
  std::string err;
  std::vector<WallTime> times;
  bool contiguous = true;
  std::size_t deliveries = 0;
  std::function<Task<void>()> before;  // awaited in each delivery: a slow sink
  std::optional<Error> failure;        // a broken sink
};

}  // namespace fairlead::testing
