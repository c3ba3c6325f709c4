// SPDX-License-Identifier: Apache-2.0
#include "runner/build/job_error.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace fairlead::runner {
namespace {

using model::FailureReason;

// The words of Go's os package, which gitlab-runner prints.
std::string signal_name(int signal) {
  switch (signal) {
    case SIGKILL:
      return "killed";
    case SIGTERM:
      return "terminated";
    case SIGINT:
      return "interrupt";
    case SIGQUIT:
      return "quit";
    case SIGHUP:
      return "hangup";
    case SIGABRT:
      return "aborted";
    case SIGSEGV:
      return "segmentation fault";
    case SIGBUS:
      return "bus error";
    case SIGFPE:
      return "floating point exception";
    case SIGILL:
      return "illegal instruction";
    case SIGPIPE:
      return "broken pipe";
    case SIGALRM:
      return "alarm clock";
    default:
      return "signal " + std::to_string(signal);
  }
}

}  // namespace

StageResult to_stage_result(const executors::StageExit& exit, std::string_view executor) {
  if (const auto* exited = std::get_if<executors::Exited>(&exit)) {
    if (exited->code == 0) return std::nullopt;
    return JobError{
        .exit_code = exited->code,
        .message = (executor == "shell" ? "exit status " : "exit code ") + std::to_string(exited->code)};
  }
  if (const auto* signaled = std::get_if<executors::Signaled>(&exit))
    return JobError{.exit_code = 128 + signaled->signal,
                    .message = "signal: " + signal_name(signaled->signal)};
  if (std::holds_alternative<executors::OutOfMemory>(exit))
    return JobError{.exit_code = 128 + SIGKILL, .message = "out of memory: the job was killed"};
  if (std::holds_alternative<executors::TimedOut>(exit))
    return JobError{.kind = JobError::Kind::timed_out,
                    .reason = FailureReason::job_execution_timeout,
                    .message = "execution took too long"};
  return JobError{
      .kind = JobError::Kind::canceled, .reason = FailureReason::job_canceled, .message = "canceled"};
}

bool is_worth_retrying(const Error& error) {
  return error.code != ErrorCode::invalid_argument && error.code != ErrorCode::unsupported &&
         error.code != ErrorCode::permission_denied;
}

JobError to_job_error(const Error& error) {
  bool configuration = error.code == ErrorCode::invalid_argument || error.code == ErrorCode::unsupported;
  return {.kind = configuration ? JobError::Kind::failed : JobError::Kind::system,
          .reason = configuration ? FailureReason::runner_configuration_error
                                  : FailureReason::runner_system_failure,
          .message = error.to_string()};
}

model::FailureReason reason_to_send(model::FailureReason reason, std::span<const std::string> supported) {
  switch (reason) {
    case FailureReason::script_failure:
    case FailureReason::runner_system_failure:
    case FailureReason::job_execution_timeout:
      return reason;
    // The server has no such words, whatever it lists.
    case FailureReason::image_pull_failure:
      return FailureReason::runner_system_failure;
    case FailureReason::job_canceled:
      return FailureReason::unknown_failure;
    default:
      break;
  }
  if (std::find(supported.begin(), supported.end(), model::to_string(reason)) != supported.end())
    return reason;
  if (reason == FailureReason::runner_configuration_error) return FailureReason::script_failure;
  if (reason == FailureReason::runner_external_dependency_failure)
    return FailureReason::runner_system_failure;
  return FailureReason::unknown_failure;
}

}  // namespace fairlead::runner
