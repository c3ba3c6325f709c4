// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "executors/executor.hpp"

namespace fairlead::runner {

// Puts the sources into a job's project directory when they do not come from
// a Git server (`fairlead exec`: a copy of the working tree). With a provider
// in RunnerSettings the get_sources stage runs it in this process; without
// one it runs a Git script in the executor.
//
// Shared by all builds of a runner: `materialise` may run for several project
// directories at once, each on its own strand, and must not block the thread.
class SourceProvider {
 public:
  virtual ~SourceProvider() = default;

  // Makes `project_dir` (it may exist, from a former attempt or job) hold the
  // sources and nothing else. Lines for the job's log go to `log`, ended by a
  // newline, with frame offsets that count from 0 in this call. Returns
  // `cancelled` soon after `cancel` becomes hard or polite.
  virtual Task<Result<void>> materialise(const std::filesystem::path& project_dir, executors::LogSink& log,
                                         CancelToken cancel) = 0;

  // Heading of the stage in the log, in place of
  // "Getting source from Git repository".
  virtual std::string_view heading() const { return "Getting source from the working tree"; }
};

}  // namespace fairlead::runner
