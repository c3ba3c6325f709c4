// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "runner/coordinator/api_connection.hpp"
#include "runner/coordinator/coordinator_client.hpp"

namespace fairlead::runner {

// POST jobs/:id/artifacts: a multipart body with the file as its one part,
// read while it is sent (chunked, constant memory). An error names the file.
Result<ApiCall> artifact_upload_call(const JobKey& job, const ArtifactUpload& upload);

// 201 done; 400 refused; 401 and 403 forbidden; 404 not_found; 413 too_large.
// Errors: unavailable for 503, system for all others.
Result<ArtifactVerdict> upload_verdict(const HttpResponse& answer);
// 200 done; 401 and 403 forbidden; 404 not_found; else an error.
Result<ArtifactVerdict> download_verdict(const HttpResponse& answer);

// A file under its way: bytes go to a temporary neighbour, which takes the
// name at the end or vanishes with the object.
class ReceivedFile {
 public:
  static Result<ReceivedFile> create(std::filesystem::path to);
  ReceivedFile(ReceivedFile&& other) noexcept = default;
  ReceivedFile& operator=(ReceivedFile&&) = delete;
  ~ReceivedFile();

  Result<void> write(std::string_view bytes);
  Result<void> keep();

 private:
  ReceivedFile(std::filesystem::path to, std::filesystem::path part, UniqueFd fd)
      : to_(std::move(to)), part_(std::move(part)), fd_(std::move(fd)) {}
  std::filesystem::path to_;
  std::filesystem::path part_;
  UniqueFd fd_;
};

}  // namespace fairlead::runner
