// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "local/tree_writer.hpp"
#include "runner/build/sources.hpp"

namespace boost::asio {
class thread_pool;
}

namespace fairlead::local {

// Gives each job a copy of the working tree: tracked files and untracked ones
// that are not ignored, with modes and symlinks, as they were when this was
// made (see TreeWriter and SourceFiles). A job cannot change the user's files.
//
// `materialise` may run for several folders at once; big copies run on
// `pool`, which outlives this.
class WorkspaceCopy final : public runner::SourceProvider {
 public:
  static Result<std::shared_ptr<WorkspaceCopy>> open(WorkingTree& tree, asio::thread_pool& pool);

  Task<Result<void>> materialise(const std::filesystem::path& project_dir, executors::LogSink& log,
                                 CancelToken cancel) override;
  std::string_view heading() const override { return "Copying the working tree"; }

 private:
  WorkspaceCopy(SourceFiles sources, asio::thread_pool& pool);

  asio::thread_pool& pool_;
  TreeWriter writer_;
  std::string log_line_;
};

}  // namespace fairlead::local
