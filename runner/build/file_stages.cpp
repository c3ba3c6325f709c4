// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "base/log.hpp"
#include "runner/artifacts/artifacts.hpp"
#include "runner/build/job_run.hpp"
#include "runner/script/script_writer.hpp"

namespace fairlead::runner {
namespace {

// Another way for files that lie elsewhere (containers) comes with the first
// executor that needs it.
JobError not_local(std::string_view executor) {
  return to_job_error(make_error(ErrorCode::unsupported,
                                 "artifacts and caches need the job's files on this machine, and the \"" +
                                     std::string(executor) + "\" executor keeps them elsewhere"));
}

}  // namespace

JobFiles JobRun::job_files(std::string_view compression_variable) {
  return JobFiles{.project_dir = paths_.project_dir,
                  .temp_dir = paths_.temp_dir,
                  .pool = context_.pool,
                  .clock = context_.clock,
                  .print = [this](std::string_view text) { trace_.write(text); },
                  .cancel = stop_.job_token(),
                  .compression_level = compression_level(variables_.get(compression_variable))};
}

CacheSettings JobRun::cache_settings() const {
  return {.cache_dir = paths_.cache_dir,
          .default_key = job_.job_info.name + "/" + job_.git_info.ref,
          .fallback_key = variables_.get("CACHE_FALLBACK_KEY")};
}

std::vector<proto::JobCache> JobRun::expanded_caches() const {
  std::vector<proto::JobCache> caches = job_.cache;
  for (auto& cache : caches) {
    cache.key = variables_.expand(cache.key);
    cache.policy = variables_.expand(cache.policy);
    for (auto& path : cache.paths) path = variables_.expand(path);
    for (auto& key : cache.fallback_keys) key = variables_.expand(key);
  }
  return caches;
}

std::vector<proto::JobArtifact> JobRun::expanded_artifacts() const {
  std::vector<proto::JobArtifact> artifacts = job_.artifacts;
  for (auto& artifact : artifacts) {
    artifact.name = variables_.expand(artifact.name);
    artifact.expire_in = variables_.expand(artifact.expire_in);
    for (auto& path : artifact.paths) path = variables_.expand(path);
    for (auto& path : artifact.exclude) path = variables_.expand(path);
  }
  return artifacts;
}

Task<StageResult> JobRun::restore_cache(int /*attempt*/) {
  auto caches = expanded_caches();
  if (!has_caches_to_restore(caches)) co_return std::nullopt;
  begin(BuildStage::restore_cache, "restore_cache", "Restoring cache");
  StageResult result;
  if (!features_.local_files) {
    log_.warning(not_local(context_.provider.name()).message);
  } else if (paths_.cache_dir.empty()) {
    log_.warning("No cache_dir is set for this runner: caches are neither restored nor saved.");
  } else {
    JobFiles files = job_files("CACHE_COMPRESSION_LEVEL");
    CacheSettings settings = cache_settings();
    auto restored = co_await restore_caches(files, settings, caches);
    if (!restored) result = to_job_error(restored.error());
  }
  end("restore_cache");
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

Task<StageResult> JobRun::download_artifacts_stage(int /*attempt*/) {
  if (!has_artifacts_to_download(job_.dependencies)) co_return std::nullopt;
  begin(BuildStage::download_artifacts, "download_artifacts", "Downloading artifacts");
  StageResult result;
  if (features_.local_files) {
    JobFiles files = job_files("ARTIFACT_COMPRESSION_LEVEL");
    auto done = co_await download_artifacts(files, context_.coordinator, job_.dependencies);
    if (!done) result = JobError{.exit_code = 1, .message = done.error().to_string()};
  } else {
    result = not_local(context_.provider.name());
  }
  end("download_artifacts");
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

Task<void> JobRun::archive_cache(bool succeeded) {
  auto caches = expanded_caches();
  if (!has_caches_to_save(caches, succeeded)) co_return;
  BuildStage stage = succeeded ? BuildStage::archive_cache : BuildStage::archive_cache_on_failure;
  begin(stage, to_string(stage),
        succeeded ? "Saving cache for successful job" : "Saving cache for failed job");
  if (!features_.local_files) {
    log_.warning(not_local(context_.provider.name()).message);
  } else if (!paths_.cache_dir.empty()) {
    JobFiles files = job_files("CACHE_COMPRESSION_LEVEL");
    CacheSettings settings = cache_settings();
    auto saved = co_await save_caches(files, settings, caches, succeeded);
    if (!saved && !stop_.stopped()) log_.warning("Failed to save cache: " + saved.error().to_string());
  }
  end(to_string(stage));
}

Task<StageResult> JobRun::upload_artifacts_stage(bool succeeded) {
  if (!has_artifacts_to_upload(job_.artifacts, succeeded)) co_return std::nullopt;
  BuildStage stage =
      succeeded ? BuildStage::upload_artifacts_on_success : BuildStage::upload_artifacts_on_failure;
  begin(stage, to_string(stage),
        succeeded ? "Uploading artifacts for successful job" : "Uploading artifacts for failed job");
  StageResult result;
  if (features_.local_files) {
    JobFiles files = job_files("ARTIFACT_COMPRESSION_LEVEL");
    auto artifacts = expanded_artifacts();
    JobKey key{.id = job_.id, .token = job_.token};
    auto done = co_await upload_artifacts(files, context_.coordinator, key, artifacts, succeeded);
    if (!done) result = JobError{.exit_code = 1, .message = done.error().to_string()};
  } else {
    result = not_local(context_.provider.name());
  }
  end(to_string(stage));
  co_return stop_.stopped() ? stop_.stopped() : std::move(result);
}

void JobRun::remove_file_variables() {
  std::error_code ignored;  // what cannot be removed was not ours, or is gone
  for (const auto& variable : variables_.all())
    if (variable.file && is_shell_name(variable.key))
      std::filesystem::remove(variables_.file_of(variable.key), ignored);
  std::filesystem::remove(paths_.temp_dir / kJobEnvironmentFile, ignored);
}

Task<StageResult> JobRun::cleanup_file_variables() {
  constexpr std::string_view kHeading = "Cleaning up project directory and file based variables";
  if (!features_.local_files)
    co_return co_await script_stage(BuildStage::cleanup_file_variables, std::string(kHeading),
                                    cleanup_file_variables_script(script_context()));
  begin(BuildStage::cleanup_file_variables, "cleanup_file_variables", kHeading);
  remove_file_variables();
  end("cleanup_file_variables");
  co_return std::nullopt;
}

}  // namespace fairlead::runner
