// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/repository_view.hpp"

namespace fairlead::server {

// The key of each cache of a job, before the runner expands variables in it.
// `key:files` becomes PREFIX-SHA1 of the sorted ids of the files' blobs (or of
// the last commits that changed them), PREFIX-default when none exists; the
// prefix defaults to the cache's place and the files' names. `repository` may
// be null: then no file exists.
Result<std::vector<std::string>> cache_keys(const std::vector<parser::CacheConfig>& caches,
                                            parser::RepositoryView* repository);

// The key as the runner gets it: caches of protected and other refs are kept
// apart, unless `unprotect`.
std::string separated_key(const std::string& key, const parser::CacheConfig& cache, bool ref_protected);

}  // namespace fairlead::server
