// SPDX-License-Identifier: Apache-2.0
#include "local/workspace_copy.hpp"

#include <fmt/core.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/files.hpp"

namespace fairlead::local {
namespace {

// Below both the copy takes less time than a trip to another thread and back.
constexpr std::size_t kFewFiles = 64;
constexpr std::uint64_t kFewBytes = 1 << 20;

}  // namespace

WorkspaceCopy::WorkspaceCopy(SourceFiles sources, asio::thread_pool& pool)
    : pool_(pool),
      writer_(std::move(sources),
              [&pool](std::filesystem::path unwanted) {
                asio::post(pool, [unwanted = std::move(unwanted)] { (void)remove_tree(unwanted); });
              }),
      log_line_(
          fmt::format("{} files from {}\n", writer_.sources().tracked, writer_.sources().root.string())) {}

Result<std::shared_ptr<WorkspaceCopy>> WorkspaceCopy::open(WorkingTree& tree, asio::thread_pool& pool) {
  auto sources = read_source_files(tree);
  if (!sources) return std::move(sources.error());
  return std::shared_ptr<WorkspaceCopy>(new WorkspaceCopy(std::move(*sources), pool));
}

Task<Result<void>> WorkspaceCopy::materialise(const std::filesystem::path& project_dir,
                                              executors::LogSink& log, CancelToken cancel) {
  Result<void> done;
  if (writer_.sources().files.size() <= kFewFiles && writer_.sources().bytes_on_disk <= kFewBytes) {
    done = writer_.make(project_dir, cancel);
  } else {
    // On the pool, and back to the job's own executor for the rest.
    const auto work = [this, &project_dir, &cancel, &done]() -> Task<void> {
      done = writer_.make(project_dir, cancel);
      co_return;
    };
    co_await asio::co_spawn(pool_, work, asio::use_awaitable);
  }
  if (!done) co_return std::move(done.error());
  const std::array frames{executors::LogFrame{.offset = 0,
                                              .stream = executors::LogStream::out,
                                              .time = system_clock().wall_now(),
                                              .bytes = log_line_}};
  auto taken = co_await log.deliver(frames);
  (void)taken;  // a log that cannot be kept has said so itself
  co_return Result<void>();
}

}  // namespace fairlead::local
