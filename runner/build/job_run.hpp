// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "runner/artifacts/job_files.hpp"
#include "runner/build/build.hpp"
#include "runner/build/job_error.hpp"
#include "runner/build/job_log.hpp"
#include "runner/build/job_paths.hpp"
#include "runner/build/job_stop.hpp"
#include "runner/build/stage_times.hpp"
#include "runner/cache/cache.hpp"
#include "runner/script/job_variables.hpp"
#include "runner/script/stage_scripts.hpp"
#include "runner/trace/trace.hpp"

namespace fairlead::runner {

// The stages of one job, in order. Knows nothing of claiming and reporting,
// which is Build's. All references outlive it; all on the job's strand.
class JobRun {
 public:
  struct Parts {
    const proto::JobPayload& job;
    const RunnerSettings& settings;
    const BuildContext& context;
    JobVariables& variables;
    const JobPaths& paths;
    Trace& trace;
    JobLog& log;
    JobStop& stop;
    SteadyTime deadline;  // of the whole job
    Duration timeout;
  };
  explicit JobRun(const Parts& parts);

  // From prepare_executor to cleanup_file_variables.
  Task<StageResult> run();
  // Ends what the executor holds; safe after any outcome of run(), also none.
  Task<void> cleanup();

 private:
  // job_run.cpp: the order of things
  Task<StageResult> after_preparation();
  Task<StageResult> attempts(std::string_view variable, BuildStage stage,
                             Task<StageResult> (JobRun::*one_try)(int attempt));

  // stage_bodies.cpp: what each stage does
  Task<StageResult> prepare_executor();
  Task<StageResult> prepare_once();
  Task<StageResult> prepare_script_stage();
  Task<StageResult> get_sources(int attempt);
  // By the SourceProvider, or a strategy that needs no Git: no process but hooks.
  Task<StageResult> sources_in_process();
  Task<StageResult> user_scripts();
  Task<StageResult> after_script_stage(const StageResult& scripts);

  // file_stages.cpp: artifacts, caches, file variables
  Task<StageResult> restore_cache(int attempt);
  Task<StageResult> download_artifacts_stage(int attempt);
  Task<void> archive_cache(bool succeeded);
  Task<StageResult> upload_artifacts_stage(bool succeeded);
  Task<StageResult> cleanup_file_variables();
  void remove_file_variables();
  JobFiles job_files(std::string_view compression_variable);
  CacheSettings cache_settings() const;
  std::vector<proto::JobCache> expanded_caches() const;
  std::vector<proto::JobArtifact> expanded_artifacts() const;

  // A stage's section and heading around what it does.
  void begin(BuildStage stage, std::string_view section, std::string_view heading);
  void end(std::string_view section);
  // Runs a stage that is one script, in a section of its own; nothing at all
  // when there is no script.
  Task<StageResult> script_stage(BuildStage stage, std::string heading, ScriptResult script);
  Task<StageResult> run_script(const executors::StageScript& script, CancelToken cancel,
                               std::optional<SteadyTime> deadline);
  ScriptContext script_context() const;
  void warn_of_ignored_image();
  void warn_of_unusable_names();

  const proto::JobPayload& job_;
  const RunnerSettings& settings_;
  const BuildContext& context_;
  JobVariables& variables_;
  const JobPaths& paths_;
  Trace& trace_;
  JobLog& log_;
  JobStop& stop_;
  SteadyTime deadline_;
  executors::ExecutorFeatures features_;
  StageTimeouts timeouts_;
  Duration timeout_;
  std::unique_ptr<executors::Executor> executor_;
};

}  // namespace fairlead::runner
