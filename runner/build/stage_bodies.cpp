// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <boost/asio/this_coro.hpp>

#include "base/files.hpp"
#include "base/log.hpp"
#include "runner/build/job_run.hpp"
#include "runner/build/pause.hpp"
#include "runner/build/sources.hpp"
#include "runner/script/go_duration.hpp"
#include "runner/script/script_writer.hpp"

namespace fairlead::runner {
namespace {

constexpr int kPrepareTries = 3;
constexpr Duration kPreparePause = std::chrono::seconds(3);

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

void JobRun::warn_of_ignored_image() {
  if (!settings_.warn_of_ignored_image) return;
  std::string ignored;
  if (job_.image && !job_.image->name.empty() && !features_.image)
    ignored = "image " + in_quotes(variables_.expand(job_.image->name));
  if (!job_.services.empty() && !features_.services) {
    if (!ignored.empty()) ignored += " and ";
    ignored += job_.services.size() == 1 ? "service " : "services ";
    for (std::size_t i = 0; i < job_.services.size(); ++i)
      ignored += (i == 0 ? "" : ", ") + in_quotes(variables_.expand(job_.services[i].name));
  }
  if (!ignored.empty())
    log_.warning("The " + in_quotes(context_.provider.name()) +
                 " executor runs jobs without containers: " + ignored + " will not be used.");
}

void JobRun::warn_of_unusable_names() {
  std::string names;
  for (const auto& variable : variables_.all())
    if (!is_shell_name(variable.key)) names += (names.empty() ? "" : ", ") + in_quotes(variable.key);
  if (!names.empty())
    log_.warning("Variables with names that no shell can take are not set in the job: " + names);
}

Task<StageResult> JobRun::prepare_once() {
  auto made = context_.provider.create(co_await asio::this_coro::executor);
  if (!made) co_return to_job_error(made.error());
  executor_ = std::move(*made);
  executors::PrepareRequest request;
  request.job = &job_;
  request.builds_dir = paths_.builds_dir;
  request.project_dir = paths_.project_dir;
  request.temp_dir = paths_.temp_dir;
  request.variables = variables_.all();
  trace_.begin_stage();
  auto prepared = co_await executor_->prepare(request, trace_, stop_.job_token());
  trace_.end_stage();
  if (prepared.ok()) co_return std::nullopt;
  JobError error = to_job_error(prepared.error());
  // gitlab-runner retries what it cannot explain; settings do not mend themselves.
  if (!is_worth_retrying(prepared.error())) co_return error;
  error.kind = JobError::Kind::system;
  co_return error;
}

Task<StageResult> JobRun::prepare_executor() {
  constexpr std::string_view kSection = "prepare_executor";
  begin(BuildStage::prepare_executor, kSection,
        "Preparing the " + in_quotes(context_.provider.name()) + " executor");
  for (const auto& warning : timeouts_.warnings) log_.warning(warning);
  if (settings_.debug_trace_disabled && variables_.is_true("CI_DEBUG_TRACE"))
    log_.warning("CI_DEBUG_TRACE: usage is disabled on this Runner");
  warn_of_ignored_image();
  warn_of_unusable_names();
  StageResult result;
  for (int attempt = 1; !stop_.stopped(); ++attempt) {
    result = co_await prepare_once();
    if (!result || stop_.stopped() || result->kind != JobError::Kind::system) break;
    log_.error("Preparation failed: " + result->message);
    if (attempt == kPrepareTries) break;
    co_await cleanup();
    executor_.reset();
    log_.info("Will be retried in " + format_go_duration(kPreparePause) + " ...");
    co_await pause_until(context_.clock, context_.clock.steady_now() + kPreparePause, stop_.job_token());
  }
  end(kSection);
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

Task<StageResult> JobRun::prepare_script_stage() {
  if (features_.local_files) {
    begin(BuildStage::prepare_script, "prepare_script", "Preparing environment");
    trace_.write("Running on " + host_name() + "...\n");
    remove_file_variables();  // of a former job that was killed
    end("prepare_script");
    co_return std::nullopt;
  }
  StageResult result = co_await script_stage(BuildStage::prepare_script, "Preparing environment",
                                             prepare_script(script_context()));
  if (!result || stop_.stopped()) co_return result;
  result->kind = JobError::Kind::system;
  result->reason = model::FailureReason::runner_system_failure;
  result->message =
      "prepare environment: " + result->message +
      ". Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information";
  co_return result;
}

Task<StageResult> JobRun::get_sources(int attempt) {
  std::string strategy = variables_.get("GIT_STRATEGY");
  bool no_git = strategy == "none" || strategy == "empty";
  if (settings_.sources || (no_git && features_.local_files)) co_return co_await sources_in_process();
  if (attempt == 2) {
    // Submodules that changed can break a fetch for good; a fresh tree mends it.
    StageResult cleared = co_await script_stage(
        BuildStage::clear_worktree, "Deleting all tracked and untracked files due to source fetch failure",
        clear_worktree_script(script_context()));
    if (cleared) co_return cleared;
  }
  co_return co_await script_stage(BuildStage::get_sources, "Getting source from Git repository",
                                  get_sources_script(script_context()));
}

Task<StageResult> JobRun::sources_in_process() {
  constexpr std::string_view kSection = "get_sources";
  ScriptContext scripts = script_context();
  begin(BuildStage::get_sources, kSection,
        settings_.sources ? settings_.sources->heading() : "Getting source from Git repository");
  StageResult result;
  auto run_hook = [&](std::string_view hook) -> Task<StageResult> {
    auto script = source_hook_script(scripts, hook);
    if (!script) co_return to_job_error(script.error());
    if (!*script) co_return std::nullopt;
    co_return co_await run_script(**script, stop_.job_token(), std::nullopt);
  };
  result = co_await run_hook("pre_get_sources_script");
  if (!result) {
    std::string strategy = variables_.get("GIT_STRATEGY");
    if (strategy == "none" || strategy == "empty") {
      log_.info(strategy == "none" ? "Skipping Git repository setup"
                                   : "Skipping Git repository setup and creating an empty build directory");
      Result<void> made = strategy == "empty" ? remove_tree(paths_.project_dir) : Result<void>();
      if (made) made = make_directories(paths_.project_dir);
      if (!made) result = to_job_error(made.error());
    } else {
      trace_.begin_stage();
      auto made = co_await settings_.sources->materialise(paths_.project_dir, trace_, stop_.job_token());
      trace_.end_stage();
      if (!made) result = to_job_error(made.error());
    }
  }
  if (!result && !stop_.stopped()) result = co_await run_hook("post_get_sources_script");
  end(kSection);
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

Task<StageResult> JobRun::user_scripts() {
  if (!job_.run.empty())
    co_return to_job_error(make_error(ErrorCode::unsupported,
                                      "this runner cannot run jobs with the keyword `run`; use `script`"));
  stop_.enter(JobStop::Phase::scripts);
  std::optional<SteadyTime> limit;
  if (timeouts_.script) limit = context_.clock.steady_now() + *timeouts_.script;
  StageResult result;
  for (const auto& step : job_.steps) {
    if (step.name == "after_script") continue;
    auto script = step_script(script_context(), step);
    if (!script) {
      result = to_job_error(script.error());
    } else if (*script) {
      const std::string& section = (*script)->name;
      begin(BuildStage::step_script, section, "Executing " + in_quotes(section) + " stage of the job script");
      result = co_await run_script(**script, stop_.script_token(), limit);
      end(section);
    }
    if (stop_.stopped()) co_return stop_.stopped();
    if (stop_.scripts_canceled()) result = JobStop::canceled_error();
    if (result && result->kind == JobError::Kind::timed_out)
      result->message = "script timeout: execution took longer than " +
                        format_go_duration(timeouts_.script.value_or(timeout_));
    if (result) break;
  }
  stop_.enter(JobStop::Phase::after_scripts);
  co_return result;
}

Task<StageResult> JobRun::after_script_stage(const StageResult& scripts) {
  std::string_view status = "success";
  if (scripts) {
    status = scripts->kind == JobError::Kind::canceled    ? "canceled"
             : scripts->kind == JobError::Kind::timed_out ? "timedout"
                                                          : "failed";
  }
  variables_.set("CI_JOB_STATUS", status);
  auto script = after_script(script_context());
  StageResult result;
  if (!script) {
    result = to_job_error(script.error());
  } else if (!*script) {
    co_return std::nullopt;
  } else {
    std::optional<SteadyTime> limit;
    if (timeouts_.after_script) limit = context_.clock.steady_now() + *timeouts_.after_script;
    begin(BuildStage::after_script, "after_script", "Running after_script");
    result = co_await run_script(**script, stop_.job_token(), limit);
    if (result && !stop_.stopped() && result->kind == JobError::Kind::timed_out)
      result->message =
          "execution took longer than " + format_go_duration(timeouts_.after_script.value_or(timeout_));
    if (result && !stop_.stopped() && variables_.is_true("AFTER_SCRIPT_IGNORE_ERRORS", true)) {
      log_.warning("after_script failed, but job will continue unaffected: " + result->message);
      result.reset();
    }
    end("after_script");
  }
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

}  // namespace fairlead::runner
