// SPDX-License-Identifier: Apache-2.0
//
// The order of a job's stages, as gitlab-runner's common/build.go has it:
//
//   prepare_executor, prepare_script: a failure skips everything below
//   get_sources, restore_cache, download_artifacts: the first failure skips
//     the rest of these and the scripts, not what follows them
//   steps (step_script, ..) until the first failure, then after_script
//   archive_cache, upload_artifacts: in the form for success or for failure
//   cleanup_file_variables
//
// When the whole job is to stop (JobStop::stopped), nothing further runs.
#include "runner/build/job_run.hpp"

#include "base/log.hpp"
#include "runner/build/pause.hpp"
#include "runner/script/go_duration.hpp"

namespace fairlead::runner {

JobRun::JobRun(const Parts& parts)
    : job_(parts.job),
      settings_(parts.settings),
      context_(parts.context),
      variables_(parts.variables),
      paths_(parts.paths),
      trace_(parts.trace),
      log_(parts.log),
      stop_(parts.stop),
      deadline_(parts.deadline),
      features_(parts.context.provider.features()),
      timeouts_(stage_timeouts(parts.variables, parts.timeout)),
      timeout_(parts.timeout) {}

Task<StageResult> JobRun::run() {
  StageResult result = co_await prepare_executor();
  if (!result) result = co_await prepare_script_stage();
  if (!result) result = co_await after_preparation();
  if (stop_.stopped()) {
    // The stage that removes them is skipped, yet secrets must not lie about.
    if (features_.local_files) remove_file_variables();
    result = stop_.stopped();
  }
  co_return result;
}

Task<StageResult> JobRun::after_preparation() {
  StageResult result =
      co_await attempts("GET_SOURCES_ATTEMPTS", BuildStage::get_sources, &JobRun::get_sources);
  if (!result)
    result = co_await attempts("RESTORE_CACHE_ATTEMPTS", BuildStage::restore_cache, &JobRun::restore_cache);
  if (!result)
    result = co_await attempts("ARTIFACT_DOWNLOAD_ATTEMPTS", BuildStage::download_artifacts,
                               &JobRun::download_artifacts_stage);
  if (!result) {
    result = co_await user_scripts();
    if (!stop_.stopped()) {
      StageResult after = co_await after_script_stage(result);
      if (!result) result = std::move(after);
    }
  }
  stop_.enter(JobStop::Phase::after_scripts);
  if (!stop_.stopped()) co_await archive_cache(!result);
  StageResult upload;
  if (!stop_.stopped()) upload = co_await upload_artifacts_stage(!result);
  if (!stop_.stopped()) {
    StageResult removal = co_await cleanup_file_variables();
    if (removal && !stop_.stopped()) log_.warning("Failed to remove file variables: " + removal->message);
  }
  // What went wrong before the upload is the more important news.
  co_return result ? std::move(result) : std::move(upload);
}

Task<StageResult> JobRun::attempts(std::string_view variable, BuildStage stage,
                                   Task<StageResult> (JobRun::*one_try)(int attempt)) {
  if (stop_.stopped()) co_return stop_.stopped();
  auto count = stage_attempts(variables_, variable, to_string(stage));
  if (!count) co_return to_job_error(count.error());
  StageResult result;
  for (int attempt = 1; attempt <= *count; ++attempt) {
    if (attempt > 1) {
      Duration delay = retry_delay(attempt);
      log_.error(result->message);
      log_.info("Retrying in " + format_go_duration(delay));
      co_await pause_until(context_.clock, context_.clock.steady_now() + delay, stop_.job_token());
    }
    if (!stop_.stopped()) result = co_await (this->*one_try)(attempt);
    if (stop_.stopped()) co_return stop_.stopped();
    if (!result) break;
  }
  co_return result;
}

void JobRun::begin(BuildStage stage, std::string_view section, std::string_view heading) {
  if (context_.on_stage) context_.on_stage(stage, section);
  log_.begin_section(section);
  log_.heading(heading);
}

void JobRun::end(std::string_view section) { log_.end_section(section); }

Task<StageResult> JobRun::script_stage(BuildStage stage, std::string heading, ScriptResult script) {
  if (stop_.stopped()) co_return stop_.stopped();
  if (!script) co_return to_job_error(script.error());
  if (!*script) co_return std::nullopt;
  begin(stage, (*script)->name, heading);
  StageResult result = co_await run_script(**script, stop_.job_token(), std::nullopt);
  end((*script)->name);
  co_return result;
}

Task<StageResult> JobRun::run_script(const executors::StageScript& script, CancelToken cancel,
                                     std::optional<SteadyTime> deadline) {
  executors::RunLimits limits;
  limits.cancel = std::move(cancel);
  limits.deadline = deadline ? std::min(*deadline, deadline_) : deadline_;
  limits.graceful_kill = settings_.graceful_kill;
  trace_.begin_stage();
  auto exit = co_await executor_->run(script, trace_, limits);
  trace_.end_stage();
  // The executor may see the deadline a moment before our own timer does.
  if (exit.ok() && std::holds_alternative<executors::TimedOut>(*exit) && *limits.deadline == deadline_)
    stop_.time_out();
  if (stop_.stopped()) co_return stop_.stopped();
  if (!exit) co_return to_job_error(exit.error());
  co_return to_stage_result(*exit, context_.provider.name());
}

ScriptContext JobRun::script_context() const {
  ScriptContext context{.job = job_, .variables = variables_};
  context.shell = settings_.shell.value_or(features_.default_shell);
  context.login = settings_.login_shell;
  context.project_dir = paths_.project_dir;
  context.temp_dir = paths_.temp_dir;
  context.xtrace = variables_.is_true("CI_DEBUG_TRACE") && !settings_.debug_trace_disabled;
  context.user_agent = settings_.program + " " + settings_.version;
  context.clone_url = settings_.clone_url;
  context.clean_git_config = settings_.clean_git_config;
  context.pre_get_sources_script = settings_.pre_get_sources_script;
  context.post_get_sources_script = settings_.post_get_sources_script;
  context.pre_build_script = settings_.pre_build_script;
  context.post_build_script = settings_.post_build_script;
  return context;
}

Task<void> JobRun::cleanup() {
  if (!executor_) co_return;
  // A token of its own: the job's is often cancelled by now.
  CancelSource limit;
  auto done = co_await executor_->cleanup(limit.token());
  if (!done)
    log(LogLevel::warning, "the executor could not clean up", {{"job", job_.id}, {"error", done.error()}});
}

}  // namespace fairlead::runner
