// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"

namespace boost::asio {
class thread_pool;
}

namespace fairlead::runner {

// What the artifact and cache stages of one job work with. Archives are made
// and read on `pool`; everything else, `print` included, runs on the job's
// strand. All references outlive the stage.
struct JobFiles {
  std::filesystem::path project_dir;  // absolute; patterns are relative to it
  std::filesystem::path temp_dir;     // for archives on their way; made when needed
  asio::thread_pool& pool;
  Clock& clock;
  std::function<void(std::string_view text)> print;  // into the job's log, with line ends and colours
  CancelToken cancel;
  int compression_level = -1;  // zlib's 0..9; -1: its default (ARTIFACT_/CACHE_COMPRESSION_LEVEL)
};

// "fastest", "fast", "default", "slow", "slowest" (any case) -> zlib level; else -1.
int compression_level(std::string_view word);

}  // namespace fairlead::runner
