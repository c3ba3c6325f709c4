// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/artifacts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>

#include "base/files.hpp"
#include "runner/artifacts/archive_writer.hpp"
#include "runner/artifacts/collect.hpp"
#include "runner/artifacts/extract.hpp"
#include "runner/artifacts/helper_log.hpp"
#include "runner/artifacts/offload.hpp"

namespace fairlead::runner {

namespace {

namespace fs = std::filesystem;

constexpr int kTries = 3;
constexpr int kTriesUnavailable = 6;  // the server says 503
constexpr Duration kPause = std::chrono::seconds(1);

// A file of ours that is gone when the stage has ended.
class ScratchFile {
 public:
  ScratchFile(const fs::path& folder, std::string_view kind) {
    static std::atomic<std::uint64_t> serial{0};
    path_ = folder / fmt::format("{}-{}-{}", kind, ::getpid(), serial++);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { ::unlink(path_.c_str()); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool fits(model::When when, bool job_succeeded) {
  switch (when) {
    case model::When::always:
      return true;
    case model::When::on_failure:
      return !job_succeeded;
    default:
      return job_succeeded;
  }
}

bool wanted(const proto::JobArtifact& artifact, bool job_succeeded) {
  return fits(artifact.when, job_succeeded) && (!artifact.paths.empty() || artifact.untracked);
}

bool wanted(const proto::JobDependency& dependency) {
  return dependency.has_file || !dependency.filename.empty();
}

struct Answer {
  std::string_view status;  // as GitLab's runner shows it
  ErrorCode code;
  std::string_view meaning;
};

Answer answer_of(ArtifactVerdict verdict) {
  switch (verdict) {
    case ArtifactVerdict::done:
      break;
    case ArtifactVerdict::too_large:
      return {"413 Request Entity Too Large", ErrorCode::limit_exceeded, "too large"};
    case ArtifactVerdict::forbidden:
      return {"403 Forbidden", ErrorCode::permission_denied, "permission denied"};
    case ArtifactVerdict::not_found:
      return {"404 Not Found", ErrorCode::not_found, "not found"};
    case ArtifactVerdict::refused:
      return {"400 Bad Request", ErrorCode::invalid_argument, "invalid argument"};
  }
  return {"201 Created", ErrorCode::internal, ""};
}

// Asks up to three times (six where the server is unavailable).
template <class Ask>
Task<Result<ArtifactVerdict>> with_tries(JobFiles& files, std::string_view context, Ask ask) {
  Duration pause = kPause;
  for (int tries = 1;; ++tries, pause *= 2) {
    auto reply = co_await ask();
    std::string reason;
    bool again = false;
    if (!reply.ok()) {
      reason = reply.error().message;
      // What is wrong with the file itself stays wrong.
      again = reply.error().code != ErrorCode::invalid_argument &&
              tries < (reply.error().code == ErrorCode::unavailable ? kTriesUnavailable : kTries);
    } else if (*reply == ArtifactVerdict::refused) {
      reason = "invalid argument";
      again = tries < kTries;
    }
    if (!again || files.cancel.cancelled()) co_return reply;
    files.print(helper_line(HelperLevel::warning, "Retrying...",
                            {{"context", std::string(context)}, {"error", reason}}));
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (files.clock.sleep_for(pause) || wait_cancelled(files.cancel));
    if (files.cancel.cancelled()) co_return reply;
  }
}

Task<Result<void>> upload_one(JobFiles& files, CoordinatorClient& coordinator, const JobKey& job,
                              const proto::JobArtifact& artifact) {
  files.print(notice_line("Uploading artifacts..."));
  const auto format = archive_format_from_string(artifact.artifact_format);
  if (!format)
    co_return make_error(
        ErrorCode::unsupported,
        fmt::format("unknown artifact format \"{}\"; known are zip, gzip, raw", artifact.artifact_format));
  const std::string type = artifact.artifact_type.empty() ? "archive" : artifact.artifact_type;
  FAIRLEAD_CO_TRY(make_directories(files.temp_dir, 0700));
  const ScratchFile scratch(files.temp_dir, "artifacts");

  FileSelection selection{artifact.paths, artifact.exclude, artifact.untracked};
  ArchiveOptions options{*format, files.compression_level, files.cancel};
  struct Packed {
    std::string log;
    bool empty = true;
    Result<void> archive;
  };
  auto pack = [&selection, &options, &scratch, &project = files.project_dir] {
    Packed packed;
    Collected collected = collect_files(selection, project);
    packed.log = std::move(collected.log);
    packed.empty = collected.files.empty();
    if (!packed.empty) packed.archive = write_archive(collected.files, project, scratch.path(), options);
    return packed;
  };
  Packed packed = co_await offload(files.pool, std::move(pack));
  if (!packed.log.empty()) files.print(packed.log);
  if (packed.empty) {
    files.print(helper_line(HelperLevel::error, "No files to upload"));
    co_return Result<void>();
  }
  if (!packed.archive.ok()) {
    files.print(helper_line(HelperLevel::fatal, packed.archive.error().message));
    co_return std::move(packed.archive).context("archiving the artifacts");
  }

  ArtifactUpload upload;
  upload.file = scratch.path();
  upload.filename = archive_filename(artifact.name.empty() ? "artifacts" : artifact.name, *format);
  upload.artifact_type = type;
  upload.artifact_format = artifact.artifact_format.empty() ? "zip" : artifact.artifact_format;
  upload.expire_in = artifact.expire_in;
  auto ask = [&]() -> Task<Result<ArtifactVerdict>> { return coordinator.upload_artifact(job, upload); };
  auto reply = co_await with_tries(files, "artifacts-uploader", ask);

  const std::string what = fmt::format("Uploading artifacts as \"{}\" to coordinator...", type);
  if (!reply.ok()) {
    files.print(helper_line(HelperLevel::error, what + " error",
                            {{"error", reply.error().message}, {"id", std::to_string(job.id)}}));
    co_return std::move(reply.error());
  }
  const Answer answer = answer_of(*reply);
  const std::string line = fmt::format("{} {}", what, answer.status);
  if (*reply == ArtifactVerdict::done) {
    files.print(helper_line(HelperLevel::info, line, {{"id", std::to_string(job.id)}}));
    co_return Result<void>();
  }
  files.print(helper_line(HelperLevel::error, line, {{"id", std::to_string(job.id)}}));
  files.print(helper_line(HelperLevel::fatal, answer.meaning));
  co_return make_error(answer.code, fmt::format("uploading artifacts as \"{}\": {}", type, answer.status));
}

Task<Result<void>> download_one(JobFiles& files, CoordinatorClient& coordinator,
                                const proto::JobDependency& dependency) {
  files.print(
      notice_line(fmt::format("Downloading artifacts for {} ({})...", dependency.name, dependency.id)));
  FAIRLEAD_CO_TRY(make_directories(files.temp_dir, 0700));
  const ScratchFile scratch(files.temp_dir, "dependency");
  auto ask = [&]() -> Task<Result<ArtifactVerdict>> {
    return coordinator.download_artifact(dependency, scratch.path());
  };
  auto reply = co_await with_tries(files, "artifacts-downloader", ask);

  const std::string what = "Downloading artifacts from coordinator...";
  const std::string id = std::to_string(dependency.id);
  if (!reply.ok()) {
    files.print(
        helper_line(HelperLevel::error, what + " error", {{"error", reply.error().message}, {"id", id}}));
    co_return std::move(reply).context("downloading the artifacts of " + dependency.name).error();
  }
  if (*reply != ArtifactVerdict::done) {
    const Answer answer = answer_of(*reply);
    files.print(helper_line(HelperLevel::error, what + " " + std::string(answer.meaning),
                            {{"id", id}, {"responseStatus", std::string(answer.status)}}));
    files.print(helper_line(HelperLevel::fatal, answer.meaning));
    co_return make_error(answer.code,
                         fmt::format("downloading the artifacts of {}: {}", dependency.name, answer.status));
  }
  files.print(helper_line(HelperLevel::info, what + " ok", {{"id", id}, {"responseStatus", "200 OK"}}));

  auto unpack = [&scratch, &files] {
    return extract_archive(scratch.path(), files.project_dir, files.cancel);
  };
  auto extracted = co_await offload(files.pool, std::move(unpack));
  if (!extracted.ok()) {
    files.print(helper_line(HelperLevel::fatal, extracted.error().message));
    co_return std::move(extracted).context("extracting the artifacts of " + dependency.name).error();
  }
  for (const std::string& warning : extracted->warnings)
    files.print(helper_line(HelperLevel::warning, warning));
  co_return Result<void>();
}

}  // namespace

bool has_artifacts_to_upload(std::span<const proto::JobArtifact> artifacts, bool job_succeeded) {
  return std::any_of(artifacts.begin(), artifacts.end(),
                     [&](const auto& artifact) { return wanted(artifact, job_succeeded); });
}

bool has_artifacts_to_download(std::span<const proto::JobDependency> dependencies) {
  return std::any_of(dependencies.begin(), dependencies.end(),
                     [](const auto& dependency) { return wanted(dependency); });
}

Task<Result<void>> upload_artifacts(JobFiles& files, CoordinatorClient& coordinator, const JobKey& job,
                                    std::span<const proto::JobArtifact> artifacts, bool job_succeeded) {
  for (const proto::JobArtifact& artifact : artifacts) {
    if (!wanted(artifact, job_succeeded)) continue;
    if (files.cancel.cancelled())
      co_return make_error(ErrorCode::cancelled, "uploading artifacts was cancelled");
    FAIRLEAD_CO_TRY(co_await upload_one(files, coordinator, job, artifact));
  }
  co_return Result<void>();
}

Task<Result<void>> download_artifacts(JobFiles& files, CoordinatorClient& coordinator,
                                      std::span<const proto::JobDependency> dependencies) {
  for (const proto::JobDependency& dependency : dependencies) {
    if (!wanted(dependency)) continue;
    if (files.cancel.cancelled())
      co_return make_error(ErrorCode::cancelled, "downloading artifacts was cancelled");
    FAIRLEAD_CO_TRY(co_await download_one(files, coordinator, dependency));
  }
  co_return Result<void>();
}

}  // namespace fairlead::runner
