// SPDX-License-Identifier: Apache-2.0
#include "runner/cache/cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "runner/artifacts/archive_writer.hpp"
#include "runner/artifacts/collect.hpp"
#include "runner/artifacts/extract.hpp"
#include "runner/artifacts/helper_log.hpp"
#include "runner/artifacts/offload.hpp"
#include "runner/cache/cache_key.hpp"

namespace fairlead::runner {

namespace {

namespace fs = std::filesystem;

enum class Direction { pull, push };

bool selects(const proto::JobCache& cache) { return !cache.paths.empty() || cache.untracked; }

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

Result<bool> policy_allows(const proto::JobCache& cache, Direction direction, const std::string& key) {
  if (cache.policy.empty() || cache.policy == "pull-push") return true;
  if (cache.policy == "pull") return direction == Direction::pull;
  if (cache.policy == "push") return direction == Direction::push;
  return make_error(
      ErrorCode::invalid_argument,
      fmt::format("unknown cache policy {} for {}; known are pull-push, pull, push", cache.policy, key));
}

// The entry's key as a path, with a word in the log where it had to change.
std::string key_of(JobFiles& files, const CacheSettings& settings, const proto::JobCache& cache) {
  const std::string& given = cache.key.empty() ? settings.default_key : cache.key;
  std::string clean = sanitize_cache_key(given);
  if (clean != given && !clean.empty())
    files.print(warning_line(fmt::format("cache key \"{}\" sanitized to \"{}\"", given, clean)));
  return clean;
}

fs::path archive_of(const CacheSettings& settings, const std::string& key) {
  return settings.cache_dir / key / "cache.zip";  // the name is the same for every format
}

// All keys to look under, the best first, each once.
std::vector<std::string> lookup_order(JobFiles& files, const CacheSettings& settings,
                                      const proto::JobCache& cache, const std::string& key) {
  std::vector<std::string> keys{key};
  const auto add = [&](std::string clean) {
    if (!clean.empty() && std::find(keys.begin(), keys.end(), clean) == keys.end())
      keys.push_back(std::move(clean));
  };
  for (const std::string& fallback : cache.fallback_keys) add(sanitize_cache_key(fallback));
  std::string last = sanitize_cache_key(settings.fallback_key);
  if (last.ends_with("-protected"))  // reserved for protected refs: a variable must not reach them
    files.print(warning_line(fmt::format("CACHE_FALLBACK_KEY \"{}\" not allowed", settings.fallback_key)));
  else
    add(std::move(last));
  return keys;
}

// Brings what the shared store has; a failure leaves the local archive in use.
Task<void> fetch(JobFiles& files, const CacheSettings& settings, const std::string& key,
                 const fs::path& archive) {
  if (settings.store == nullptr) {
    files.print(
        helper_line(HelperLevel::info,
                    "No URL provided, cache will not be downloaded from shared cache server. Instead a local "
                    "version of cache will be extracted."));
    co_return;
  }
  auto made = make_directories(archive.parent_path(), 0700);
  if (!made.ok()) {
    files.print(helper_line(HelperLevel::warning, made.error().message));
    co_return;
  }
  auto fetched = co_await settings.store->fetch(key, archive);
  if (!fetched.ok())
    files.print(helper_line(HelperLevel::warning, fetched.error().message));
  else if (*fetched == CacheStore::Fetched::up_to_date)
    files.print(helper_line(HelperLevel::info, "cache.zip is up to date"));
  else if (*fetched == CacheStore::Fetched::replaced)
    files.print(helper_line(HelperLevel::info, "Downloading cache from " + settings.store->describe(key)));
}

Task<bool> extract_key(JobFiles& files, const CacheSettings& settings, const std::string& key) {
  files.print(notice_line(fmt::format("Checking cache for {}...", key)));
  const fs::path archive = archive_of(settings, key);
  co_await fetch(files, settings, key, archive);
  struct stat info;
  if (::stat(archive.c_str(), &info) != 0) {
    files.print(helper_line(HelperLevel::warning, errno == ENOENT
                                                      ? "Cache file does not exist"
                                                      : system_error("opening the cache", errno).message));
    files.print(warning_line("Failed to extract cache"));
    co_return false;
  }
  auto unpack = [&archive, &files] { return extract_archive(archive, files.project_dir, files.cancel); };
  auto extracted = co_await offload(files.pool, std::move(unpack));
  if (!extracted.ok()) {
    files.print(helper_line(HelperLevel::fatal, extracted.error().message));
    files.print(warning_line("Failed to extract cache"));
    co_return false;
  }
  for (const std::string& warning : extracted->warnings)
    files.print(helper_line(HelperLevel::warning, warning));
  files.print(notice_line("Successfully extracted cache"));
  co_return true;
}

// As gitlab-runner: something is new when a file is younger than the archive.
bool changed_since(const FileSet& files, const fs::path& archive) {
  struct stat info;
  if (::stat(archive.c_str(), &info) != 0) return true;
  const auto younger = [&](const struct stat& file) {
    return file.st_mtim.tv_sec != info.st_mtim.tv_sec ? file.st_mtim.tv_sec > info.st_mtim.tv_sec
                                                      : file.st_mtim.tv_nsec > info.st_mtim.tv_nsec;
  };
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return younger(file.second); });
}

// Readers see the old archive or the new one. The lock makes jobs that save
// the same key write one after the other instead of at once.
Result<void> replace_archive(const FileSet& files, const fs::path& project, const fs::path& archive,
                             const ArchiveOptions& options) {
  static std::atomic<std::uint64_t> serial{0};
  const fs::path folder = archive.parent_path();
  FAIRLEAD_TRY(make_directories(folder, 0700));
  const UniqueFd lock(::open((folder / "cache.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return system_error("opening " + (folder / "cache.lock").string(), errno);
  while (::flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return system_error("locking " + (folder / "cache.lock").string(), errno);
  const fs::path temporary = folder / fmt::format("cache-{}-{}.tmp", ::getpid(), serial++);
  FAIRLEAD_TRY(write_archive(files, project, temporary, options));
  if (::rename(temporary.c_str(), archive.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return system_error("replacing " + archive.string(), error);
  }
  return {};
}

struct Saved {
  std::string log;
  bool nothing = false;
  bool unchanged = false;
  Result<void> written;
};

Task<Result<void>> save_key(JobFiles& files, const CacheSettings& settings, const proto::JobCache& cache,
                            const std::string& key) {
  const fs::path archive = archive_of(settings, key);
  const FileSelection selection{cache.paths, {}, cache.untracked};
  const ArchiveOptions options{ArchiveFormat::zip, files.compression_level, files.cancel};
  auto pack = [&selection, &options, &archive, &project = files.project_dir] {
    Saved saved;
    Collected collected = collect_files(selection, project);
    saved.log = std::move(collected.log);
    saved.nothing = collected.files.empty();
    saved.unchanged = !saved.nothing && !changed_since(collected.files, archive);
    if (!saved.nothing && !saved.unchanged)
      saved.written = replace_archive(collected.files, project, archive, options);
    return saved;
  };
  Saved saved = co_await offload(files.pool, std::move(pack));
  if (!saved.log.empty()) files.print(saved.log);
  if (saved.nothing) {
    files.print(helper_line(HelperLevel::info, "No files to cache"));
    co_return Result<void>();
  }
  if (saved.unchanged) {
    files.print(helper_line(HelperLevel::info, "Archive is up to date!"));
    co_return Result<void>();
  }
  if (!saved.written.ok()) co_return std::move(saved.written.error());
  if (settings.store == nullptr) {
    files.print(helper_line(
        HelperLevel::info,
        "No URL provided, cache will not be uploaded to shared cache server. Cache will be stored "
        "only locally."));
    co_return Result<void>();
  }
  files.print(helper_line(HelperLevel::info, "Uploading cache.zip to " + settings.store->describe(key)));
  co_return co_await settings.store->store(key, archive);
}

}  // namespace

bool has_caches_to_restore(std::span<const proto::JobCache> caches) {
  return std::any_of(caches.begin(), caches.end(), [](const auto& cache) { return selects(cache); });
}

bool has_caches_to_save(std::span<const proto::JobCache> caches, bool job_succeeded) {
  return std::any_of(caches.begin(), caches.end(),
                     [&](const auto& cache) { return selects(cache) && fits(cache.when, job_succeeded); });
}

Task<Result<void>> restore_caches(JobFiles& files, const CacheSettings& settings,
                                  std::span<const proto::JobCache> caches) {
  for (const proto::JobCache& cache : caches) {
    if (!selects(cache)) continue;
    if (files.cancel.cancelled())
      co_return make_error(ErrorCode::cancelled, "restoring the cache was cancelled");
    const std::string key = key_of(files, settings, cache);
    if (key.empty()) {
      files.print(notice_line("Skipping cache extraction due to empty cache key"));
      continue;
    }
    auto allowed = policy_allows(cache, Direction::pull, key);
    if (!allowed.ok()) co_return std::move(allowed.error());
    if (!*allowed) {
      files.print(notice_line(fmt::format("Not downloading cache {} due to policy", key)));
      continue;
    }
    for (const std::string& one : lookup_order(files, settings, cache, key))
      if (co_await extract_key(files, settings, one)) break;
  }
  co_return Result<void>();
}

Task<Result<void>> save_caches(JobFiles& files, const CacheSettings& settings,
                               std::span<const proto::JobCache> caches, bool job_succeeded) {
  for (const proto::JobCache& cache : caches) {
    if (!selects(cache) || !fits(cache.when, job_succeeded)) continue;
    if (files.cancel.cancelled())
      co_return make_error(ErrorCode::cancelled, "saving the cache was cancelled");
    const std::string key = key_of(files, settings, cache);
    if (key.empty()) {
      files.print(notice_line("Skipping cache archiving due to empty cache key"));
      continue;
    }
    auto allowed = policy_allows(cache, Direction::push, key);
    if (!allowed.ok()) co_return std::move(allowed.error());
    if (!*allowed) {
      files.print(notice_line(fmt::format("Not uploading cache {} due to policy", key)));
      continue;
    }
    files.print(notice_line(fmt::format("Creating cache {}...", key)));
    auto saved = co_await save_key(files, settings, cache, key);
    if (saved.ok()) {
      files.print(notice_line("Created cache"));
    } else {
      files.print(helper_line(HelperLevel::fatal, saved.error().message));
      files.print(warning_line("Failed to create cache"));
    }
  }
  co_return Result<void>();
}

}  // namespace fairlead::runner
