// SPDX-License-Identifier: Apache-2.0
#include "runner/cache/cache.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/temp_dir.hpp"
#include "runner/cache/cache_key.hpp"

namespace fairlead::runner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(CacheKey, IsAPathThatStaysInside) {
  EXPECT_EQ(sanitize_cache_key("job/main"), "job/main");
  EXPECT_EQ(sanitize_cache_key("a%2fb%2Fc"), "a/b/c");
  EXPECT_EQ(sanitize_cache_key("%2e%2e/%2E./x"), "x");
  EXPECT_EQ(sanitize_cache_key("..\\..\\etc\\passwd"), "etc/passwd");
  EXPECT_EQ(sanitize_cache_key("/a//./b/../c/"), "a/c");
  EXPECT_EQ(sanitize_cache_key("key \t "), "key");
  EXPECT_EQ(sanitize_cache_key("a%20b"), "a%20b");
  for (const char* nothing : {"", "  ", ".", "..", "/", "%2e%2e%2f", "a/.."})
    EXPECT_EQ(sanitize_cache_key(nothing), "") << nothing;
}

void put(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}
std::string get(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class MapStore final : public CacheStore {
 public:
  std::map<std::string, std::string> objects;
  bool broken = false;

  std::string describe(const std::string& key) const override { return "store://bucket/" + key; }
  Task<Result<Fetched>> fetch(const std::string& key, const fs::path& local_file) override {
    if (broken) co_return make_error(ErrorCode::unavailable, "the store is down");
    const auto found = objects.find(key);
    if (found == objects.end()) co_return Fetched::not_found;
    put(local_file, found->second);
    co_return Fetched::replaced;
  }
  Task<Result<void>> store(const std::string& key, const fs::path& local_file) override {
    if (broken) co_return make_error(ErrorCode::unavailable, "the store is down");
    objects[key] = get(local_file);
    co_return Result<void>();
  }
};

class CacheStages : public testing::Test {
 protected:
  CacheStages() {
    settings.cache_dir = root.path() / "cache" / "ns" / "project";
    settings.default_key = "job/main";
  }
  fs::path project(const std::string& name) {
    fs::create_directories(root.path() / name);
    return root.path() / name;
  }
  template <class Work>
  Result<void> run(const fs::path& project_dir, Work work) {
    log.clear();
    JobFiles files{
        project_dir, root.path() / "tmp", pool, clock, [this](std::string_view text) { log += text; }, {},
        -1};
    std::optional<Result<void>> result;
    asio::co_spawn(context, [&]() -> Task<void> { result.emplace(co_await work(files)); }, asio::detached);
    context.restart();
    while (!result) context.run_one();
    return std::move(*result);
  }
  Result<void> save(const fs::path& from, const std::vector<proto::JobCache>& caches, bool success = true) {
    return run(from, [&](JobFiles& files) { return save_caches(files, settings, caches, success); });
  }
  Result<void> restore(const fs::path& to, const std::vector<proto::JobCache>& caches) {
    return run(to, [&](JobFiles& files) { return restore_caches(files, settings, caches); });
  }
  static proto::JobCache cache(std::string key, std::vector<std::string> paths = {"deps"}) {
    proto::JobCache result;
    result.key = std::move(key);
    result.paths = std::move(paths);
    return result;
  }

  TempDir root = std::move(TempDir::create("fairlead-cache-")).value();
  asio::io_context context;
  asio::thread_pool pool{2};
  CacheSettings settings;
  std::string log;
  Clock& clock = system_clock();
};

TEST_F(CacheStages, WhatOneJobSavesAnotherRestores) {
  const fs::path first = project("first"), second = project("second");
  put(first / "deps/lib", "code");
  ASSERT_TRUE(save(first, {cache("key")}).ok());
  EXPECT_THAT(log, StartsWith("\033[32;1mCreating cache key...\033[0;m\n"));
  EXPECT_THAT(log, HasSubstr("deps: found 2 matching artifact files and directories"));
  EXPECT_THAT(log, HasSubstr("Cache will be stored only locally."));
  EXPECT_THAT(log, HasSubstr("Created cache"));
  EXPECT_TRUE(fs::exists(settings.cache_dir / "key/cache.zip"));
  ASSERT_TRUE(restore(second, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("Checking cache for key..."));
  EXPECT_THAT(log, HasSubstr("Successfully extracted cache"));
  EXPECT_EQ(get(second / "deps/lib"), "code");
}

TEST_F(CacheStages, WithoutAKeyJobAndRefNameTheCache) {
  const fs::path first = project("first");
  put(first / "deps/lib", "code");
  ASSERT_TRUE(save(first, {cache("")}).ok());
  EXPECT_TRUE(fs::exists(settings.cache_dir / "job/main/cache.zip"));
}

TEST_F(CacheStages, KeysCannotLeaveTheFolder) {
  const fs::path first = project("first");
  put(first / "deps/lib", "code");
  ASSERT_TRUE(save(first, {cache("../../../evil")}).ok());
  EXPECT_TRUE(fs::exists(settings.cache_dir / "evil/cache.zip"));
  EXPECT_THAT(log, HasSubstr("cache key \"../../../evil\" sanitized to \"evil\""));
  ASSERT_TRUE(save(first, {cache("..")}).ok());
  EXPECT_THAT(log, HasSubstr("due to empty cache key"));
  ASSERT_TRUE(restore(first, {cache("..")}).ok());
  EXPECT_THAT(log, HasSubstr("Skipping cache extraction due to empty cache key"));
}

TEST_F(CacheStages, UnchangedFilesAreNotArchivedAgain) {
  const fs::path first = project("first"), second = project("second");
  put(first / "deps/lib", "code");
  ASSERT_TRUE(save(first, {cache("key")}).ok());
  ASSERT_TRUE(restore(second, {cache("key")}).ok());
  const auto before = fs::last_write_time(settings.cache_dir / "key/cache.zip");
  ASSERT_TRUE(save(second, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("Archive is up to date!"));
  EXPECT_EQ(fs::last_write_time(settings.cache_dir / "key/cache.zip"), before);
  put(second / "deps/new", "more");
  fs::last_write_time(second / "deps/new", fs::file_time_type::clock::now() + std::chrono::seconds(5));
  ASSERT_TRUE(save(second, {cache("key")}).ok());
  EXPECT_THAT(log, Not(HasSubstr("up to date")));
}

TEST_F(CacheStages, PoliciesAndWhenAreHonoured) {
  const fs::path first = project("first");
  put(first / "deps/lib", "code");
  proto::JobCache pull = cache("key"), push = cache("key"), failed = cache("failed");
  pull.policy = "pull";
  push.policy = "push";
  failed.when = model::When::on_failure;
  ASSERT_TRUE(save(first, {pull, failed}).ok());
  EXPECT_THAT(log, HasSubstr("Not uploading cache key due to policy"));
  EXPECT_FALSE(fs::exists(settings.cache_dir / "key"));
  EXPECT_FALSE(fs::exists(settings.cache_dir / "failed"));
  ASSERT_TRUE(save(first, {push, failed}, false).ok());
  EXPECT_FALSE(fs::exists(settings.cache_dir / "key"));
  EXPECT_TRUE(fs::exists(settings.cache_dir / "failed"));
  ASSERT_TRUE(restore(first, {push}).ok());
  EXPECT_THAT(log, HasSubstr("Not downloading cache key due to policy"));
  pull.policy = "sometimes";
  EXPECT_THAT(restore(first, {pull}).error().message, HasSubstr("unknown cache policy sometimes for key"));
  EXPECT_FALSE(has_caches_to_save(std::vector{failed}, true));
  EXPECT_TRUE(has_caches_to_save(std::vector{failed}, false));
  EXPECT_FALSE(has_caches_to_restore(std::vector{cache("key", {})}));
}

TEST_F(CacheStages, FallbackKeysAreTriedInOrder) {
  const fs::path first = project("first"), second = project("second");
  put(first / "deps/lib", "from b");
  ASSERT_TRUE(save(first, {cache("b")}).ok());
  put(first / "deps/lib", "from c");
  ASSERT_TRUE(save(first, {cache("c")}).ok());
  proto::JobCache wanted = cache("a");
  wanted.fallback_keys = {"missing", "b", "c"};
  ASSERT_TRUE(restore(second, {wanted}).ok());
  EXPECT_EQ(get(second / "deps/lib"), "from b");
  EXPECT_THAT(log, HasSubstr("Cache file does not exist"));
  EXPECT_THAT(log, HasSubstr("Failed to extract cache"));
  EXPECT_THAT(log, Not(HasSubstr("Checking cache for c...")));

  settings.fallback_key = "c";
  wanted.fallback_keys.clear();
  ASSERT_TRUE(restore(second, {wanted}).ok());
  EXPECT_EQ(get(second / "deps/lib"), "from c");
}

TEST_F(CacheStages, AFallbackVariableCannotReachProtectedCaches) {
  const fs::path first = project("first"), second = project("second");
  put(first / "deps/lib", "protected");
  ASSERT_TRUE(save(first, {cache("key-protected")}).ok());
  for (const char* trick :
       {"key-protected", "key-protected/", "key-protected ", "./key-protected", "x/../key-protected"}) {
    settings.fallback_key = trick;
    ASSERT_TRUE(restore(second, {cache("a")}).ok());
    EXPECT_FALSE(fs::exists(second / "deps")) << trick;
    EXPECT_THAT(log, HasSubstr("not allowed")) << trick;
  }
}

TEST_F(CacheStages, ADamagedArchiveOnlyWarns) {
  put(settings.cache_dir / "key/cache.zip", "this is no zip");
  const fs::path first = project("first");
  ASSERT_TRUE(restore(first, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("FATAL: "));
  EXPECT_THAT(log, HasSubstr("Failed to extract cache"));
}

TEST_F(CacheStages, AFolderThatCannotBeWrittenOnlyWarns) {
  const fs::path first = project("first");
  put(first / "deps/lib", "code");
  put(root.path() / "file", "no folder");
  settings.cache_dir = root.path() / "file" / "cache";
  ASSERT_TRUE(save(first, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("Failed to create cache"));
}

TEST_F(CacheStages, NothingToCacheLeavesTheOldArchive) {
  const fs::path first = project("first");
  ASSERT_TRUE(save(first, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("deps: no matching files"));
  EXPECT_FALSE(fs::exists(settings.cache_dir / "key"));
}

TEST_F(CacheStages, ManyJobsMaySaveAndRestoreOneKeyAtOnce) {
  asio::thread_pool many(8);
  std::vector<fs::path> projects;
  for (int i = 0; i < 8; ++i) {
    projects.push_back(project("p" + std::to_string(i)));
    for (int k = 0; k < 30; ++k)
      put(projects.back() / "deps" / std::to_string(k), std::string(20'000, static_cast<char>('a' + i)));
  }
  ASSERT_TRUE(save(projects[0], {cache("key")}).ok());
  int done = 0, failures = 0;
  for (int i = 0; i < 8; ++i)
    asio::co_spawn(
        context,
        [&, i]() -> Task<void> {
          std::string lines;
          JobFiles files{projects[i],
                         root.path() / "tmp",
                         many,
                         clock,
                         [&](std::string_view text) { lines += text; },
                         {},
                         -1};
          const std::vector caches{cache("key")};
          for (int round = 0; round < 2; ++round) {
            put(projects[i] / "deps/0", std::string(20'000, static_cast<char>('a' + i)));
            fs::last_write_time(projects[i] / "deps/0",
                                fs::file_time_type::clock::now() + std::chrono::hours(1));
            if (!(co_await save_caches(files, settings, caches, true)).ok()) ++failures;
            if (!(co_await restore_caches(files, settings, caches)).ok()) ++failures;
            if (lines.find("Failed") != std::string::npos) ++failures;
            // One job's archive, whole.
            const std::string one = get(projects[i] / "deps/1");
            for (int k = 2; k < 30; ++k)
              if (get(projects[i] / "deps" / std::to_string(k)) != one) ++failures;
          }
          ++done;
        },
        asio::detached);
  context.restart();
  while (done < 8) context.run_one();
  EXPECT_EQ(failures, 0);
  std::size_t left = 0;
  for (const auto& entry : fs::directory_iterator(settings.cache_dir / "key"))
    left += entry.path().extension() == ".tmp";
  EXPECT_EQ(left, 0U);
}

TEST_F(CacheStages, ASharedStoreStandsBehindTheFolder) {
  MapStore store;
  settings.store = &store;
  const fs::path first = project("first"), second = project("second");
  put(first / "deps/lib", "code");
  ASSERT_TRUE(save(first, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("Uploading cache.zip to store://bucket/key"));
  fs::remove_all(settings.cache_dir);
  ASSERT_TRUE(restore(second, {cache("key")}).ok());
  EXPECT_EQ(get(second / "deps/lib"), "code");
  store.broken = true;
  ASSERT_TRUE(restore(second, {cache("key")}).ok());
  EXPECT_THAT(log, HasSubstr("the store is down"));
  EXPECT_THAT(log, HasSubstr("Successfully extracted cache")) << "the local archive is still there";
}

}  // namespace
}  // namespace fairlead::runner
