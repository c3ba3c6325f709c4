// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The small words that parser, server and runner share, spelled as on the wire.
namespace fairlead::model {

// `when` of a job. `never` occurs only in rules.
enum class When { on_success, on_failure, always, manual, delayed, never };
std::string_view to_string(When when);
std::optional<When> when_from_string(std::string_view text);

// Why a job failed; GitLab's enum (app/models/concerns/enums/ci/commit_status.rb)
// plus what only the runner says (image_pull_failure, job_canceled).
enum class FailureReason {
  unknown_failure,
  script_failure,
  api_failure,
  stuck_or_timeout_failure,
  runner_system_failure,
  missing_dependency_failure,
  runner_unsupported,
  stale_schedule,
  job_execution_timeout,
  archived_failure,
  unmet_prerequisites,
  scheduler_failure,
  data_integrity_failure,
  forward_deployment_failure,
  user_blocked,
  project_deleted,
  ci_quota_exceeded,
  pipeline_loop_detected,
  no_matching_runner,
  trace_size_exceeded,
  builds_disabled,
  environment_creation_failure,
  deployment_rejected,
  failed_outdated_deployment_job,
  job_execution_server_timeout,
  runner_configuration_error,
  runner_external_dependency_failure,
  runner_interrupted,
  image_pull_failure,
  job_canceled,
};
std::string_view to_string(FailureReason reason);
std::optional<FailureReason> failure_reason_from_string(std::string_view text);

// What made a pipeline ($CI_PIPELINE_SOURCE).
enum class PipelineSource {
  push,
  web,
  trigger,
  schedule,
  api,
  external,
  pipeline,
  chat,
  webide,
  merge_request_event,
  external_pull_request_event,
  parent_pipeline,
  ondemand_dast_scan,
  ondemand_dast_validation,
  security_orchestration_policy,
  container_registry_push,
};
std::string_view to_string(PipelineSource source);
std::optional<PipelineSource> pipeline_source_from_string(std::string_view text);

// One variable on its way to a job (job payload `variables[]`).
struct Variable {
  std::string key;
  std::string value;
  bool is_public = true;  // wire name: public. False hides it from the trace's variable list
  bool file = false;      // the job sees a path to a file with this content
  bool masked = false;    // replaced by [MASKED] in the trace
  bool raw = false;       // never expanded

  bool operator==(const Variable&) const = default;
};

// Later entries win over earlier ones of the same key. Order is meaning.
using Variables = std::vector<Variable>;

// The last entry with this key, or nullptr. Valid until `variables` changes.
const Variable* find_variable(const Variables& variables, std::string_view key);

}  // namespace fairlead::model
