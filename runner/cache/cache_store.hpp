// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/async.hpp"
#include "base/result.hpp"

namespace fairlead::runner {

// Shared storage (S3, GCS, Azure, our server) behind the local cache folder.
// Used from job strands; implementations are thread-safe.
class CacheStore {
 public:
  enum class Fetched { not_found, up_to_date /* the local file is as new */, replaced };

  virtual ~CacheStore() = default;
  // What the log calls it ("bucket.s3.amazonaws.com/...").
  virtual std::string describe(const std::string& key) const = 0;
  // Brings the archive of `key` to `local_file`, which is replaced atomically
  // and gets the stored time of change; only when the stored one is newer.
  virtual Task<Result<Fetched>> fetch(const std::string& key, const std::filesystem::path& local_file) = 0;
  virtual Task<Result<void>> store(const std::string& key, const std::filesystem::path& local_file) = 0;
};

}  // namespace fairlead::runner
