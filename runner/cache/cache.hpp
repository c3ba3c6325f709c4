// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/async.hpp"
#include "base/result.hpp"
#include "proto/api/job_payload.hpp"
#include "runner/artifacts/job_files.hpp"
#include "runner/cache/cache_store.hpp"

namespace fairlead::runner {

// What the cache stages need beyond JobFiles.
struct CacheSettings {
  std::filesystem::path cache_dir;  // absolute, of this project: <cache_dir>/<namespace>/<project>
  std::string default_key;          // for entries without a key: "<job name>/<ref>"
  std::string fallback_key;         // $CACHE_FALLBACK_KEY; refused when it ends in -protected
  CacheStore* store = nullptr;      // shared storage behind the local folder; none: local only
};

// Whether a stage has anything to do at all (by paths, policy and outcome).
bool has_caches_to_restore(std::span<const proto::JobCache> caches);
bool has_caches_to_save(std::span<const proto::JobCache> caches, bool job_succeeded);

// The restore_cache stage: each entry by its key, else by its fallback keys.
// Keys and patterns must be expanded already. A missing or damaged cache only
// warns; an error is an invalid entry (unknown policy).
Task<Result<void>> restore_caches(JobFiles& files, const CacheSettings& settings,
                                  std::span<const proto::JobCache> caches);

// The archive_cache stage: each entry whose policy and `when` fit. Archives are
// replaced atomically and under a lock, so jobs may share a key.
Task<Result<void>> save_caches(JobFiles& files, const CacheSettings& settings,
                               std::span<const proto::JobCache> caches, bool job_succeeded);

}  // namespace fairlead::runner
