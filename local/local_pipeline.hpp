// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "executors/executor.hpp"
#include "local/pipeline_observer.hpp"
#include "local/project.hpp"
#include "model/status.hpp"
#include "parser/plan/plan.hpp"

namespace fairlead::local {

struct LocalRunOptions {
  int concurrency = 0;             // jobs at once; 0: one per core
  bool in_place = false;           // jobs run in the working tree itself
  std::vector<std::string> press;  // names of the gates to press when they are reached
  bool handle_signals = true;      // INT, TERM and HUP cancel politely, the second time hard
  std::string version;             // CI_RUNNER_VERSION and the log's first line
};

struct LocalRunOutcome {
  model::Status status = model::Status::created;  // of the pipeline
  bool interrupted = false;
};

// The engine of `fairlead exec`: a coordinator and a runner in this process,
// joined by InProcessClient. There is no second way to run a job: what happens
// to a job here happens to it on a server.
//
// One thread carries everything; copies and archives of some size go to a
// small pool. run() blocks until the pipeline has come to rest and nothing of
// it is left: no coroutine, no process, no copy of the tree.
class LocalPipeline {
 public:
  // `plan`: what to run of the project's plan. All references outlive this.
  LocalPipeline(Project& project, parser::PipelinePlan plan, executors::ExecutorProvider& provider,
                PipelineObserver& observer, LocalRunOptions options);
  ~LocalPipeline();
  LocalPipeline(const LocalPipeline&) = delete;
  LocalPipeline& operator=(const LocalPipeline&) = delete;

  // An Error: it could not begin. Called once.
  Result<LocalRunOutcome> run();

  // As a signal would; from any thread.
  void interrupt();

  // Where a job's artifact lies, for the summary; valid during and after run().
  std::vector<std::string> artifact_paths(const server::JobView& job) const;
  std::string log_path(const server::JobView& job) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairlead::local
