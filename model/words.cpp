// SPDX-License-Identifier: Apache-2.0
#include "model/words.hpp"

#include <array>
#include <utility>

#include "model/status.hpp"

namespace fairlead::model {
namespace {

template <class E, std::size_t N>
using Table = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view name_of(const Table<E, N>& table, E value) {
  for (const auto& [candidate, name] : table)
    if (candidate == value) return name;
  return "unknown";
}

template <class E, std::size_t N>
std::optional<E> value_of(const Table<E, N>& table, std::string_view text) {
  for (const auto& [value, name] : table)
    if (name == text) return value;
  return std::nullopt;
}

constexpr Table<Status, 13> kStatuses{{
    {Status::created, "created"},
    {Status::waiting_for_resource, "waiting_for_resource"},
    {Status::preparing, "preparing"},
    {Status::waiting_for_callback, "waiting_for_callback"},
    {Status::pending, "pending"},
    {Status::running, "running"},
    {Status::canceling, "canceling"},
    {Status::success, "success"},
    {Status::failed, "failed"},
    {Status::canceled, "canceled"},
    {Status::skipped, "skipped"},
    {Status::manual, "manual"},
    {Status::scheduled, "scheduled"},
}};

constexpr Table<When, 6> kWhens{{
    {When::on_success, "on_success"},
    {When::on_failure, "on_failure"},
    {When::always, "always"},
    {When::manual, "manual"},
    {When::delayed, "delayed"},
    {When::never, "never"},
}};

constexpr Table<FailureReason, 30> kFailureReasons{{
    {FailureReason::unknown_failure, "unknown_failure"},
    {FailureReason::script_failure, "script_failure"},
    {FailureReason::api_failure, "api_failure"},
    {FailureReason::stuck_or_timeout_failure, "stuck_or_timeout_failure"},
    {FailureReason::runner_system_failure, "runner_system_failure"},
    {FailureReason::missing_dependency_failure, "missing_dependency_failure"},
    {FailureReason::runner_unsupported, "runner_unsupported"},
    {FailureReason::stale_schedule, "stale_schedule"},
    {FailureReason::job_execution_timeout, "job_execution_timeout"},
    {FailureReason::archived_failure, "archived_failure"},
    {FailureReason::unmet_prerequisites, "unmet_prerequisites"},
    {FailureReason::scheduler_failure, "scheduler_failure"},
    {FailureReason::data_integrity_failure, "data_integrity_failure"},
    {FailureReason::forward_deployment_failure, "forward_deployment_failure"},
    {FailureReason::user_blocked, "user_blocked"},
    {FailureReason::project_deleted, "project_deleted"},
    {FailureReason::ci_quota_exceeded, "ci_quota_exceeded"},
    {FailureReason::pipeline_loop_detected, "pipeline_loop_detected"},
    {FailureReason::no_matching_runner, "no_matching_runner"},
    {FailureReason::trace_size_exceeded, "trace_size_exceeded"},
    {FailureReason::builds_disabled, "builds_disabled"},
    {FailureReason::environment_creation_failure, "environment_creation_failure"},
    {FailureReason::deployment_rejected, "deployment_rejected"},
    {FailureReason::failed_outdated_deployment_job, "failed_outdated_deployment_job"},
    {FailureReason::job_execution_server_timeout, "job_execution_server_timeout"},
    {FailureReason::runner_configuration_error, "runner_configuration_error"},
    {FailureReason::runner_external_dependency_failure, "runner_external_dependency_failure"},
    {FailureReason::runner_interrupted, "runner_interrupted"},
    {FailureReason::image_pull_failure, "image_pull_failure"},
    {FailureReason::job_canceled, "job_canceled"},
}};

constexpr Table<PipelineSource, 16> kSources{{
    {PipelineSource::push, "push"},
    {PipelineSource::web, "web"},
    {PipelineSource::trigger, "trigger"},
    {PipelineSource::schedule, "schedule"},
    {PipelineSource::api, "api"},
    {PipelineSource::external, "external"},
    {PipelineSource::pipeline, "pipeline"},
    {PipelineSource::chat, "chat"},
    {PipelineSource::webide, "webide"},
    {PipelineSource::merge_request_event, "merge_request_event"},
    {PipelineSource::external_pull_request_event, "external_pull_request_event"},
    {PipelineSource::parent_pipeline, "parent_pipeline"},
    {PipelineSource::ondemand_dast_scan, "ondemand_dast_scan"},
    {PipelineSource::ondemand_dast_validation, "ondemand_dast_validation"},
    {PipelineSource::security_orchestration_policy, "security_orchestration_policy"},
    {PipelineSource::container_registry_push, "container_registry_push"},
}};

}  // namespace

std::string_view to_string(Status status) { return name_of(kStatuses, status); }
std::optional<Status> status_from_string(std::string_view text) { return value_of(kStatuses, text); }

bool is_completed(Status status) {
  return status == Status::success || status == Status::failed || status == Status::canceled ||
         status == Status::skipped;
}
bool is_stopped(Status status) {
  return is_completed(status) || status == Status::manual || status == Status::scheduled;
}
bool is_alive(Status status) { return !is_stopped(status); }

std::string_view to_string(When when) { return name_of(kWhens, when); }
std::optional<When> when_from_string(std::string_view text) { return value_of(kWhens, text); }

std::string_view to_string(FailureReason reason) { return name_of(kFailureReasons, reason); }
std::optional<FailureReason> failure_reason_from_string(std::string_view text) {
  return value_of(kFailureReasons, text);
}

std::string_view to_string(PipelineSource source) { return name_of(kSources, source); }
std::optional<PipelineSource> pipeline_source_from_string(std::string_view text) {
  return value_of(kSources, text);
}

const Variable* find_variable(const Variables& variables, std::string_view key) {
  for (auto it = variables.rbegin(); it != variables.rend(); ++it)
    if (it->key == key) return &*it;
  return nullptr;
}

}  // namespace fairlead::model
