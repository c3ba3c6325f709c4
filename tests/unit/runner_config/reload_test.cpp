// SPDX-License-Identifier: Apache-2.0
#include "runner/config/reload.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "base/files.hpp"
#include "base/temp_dir.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string runner(const std::string& name, const std::string& more = {}) {
  return "[[runners]]\nname = \"" + name + "\"\nurl = \"https://x\"\ntoken = \"t-" + name +
         "\"\nexecutor = \"shell\"\n" + more;
}

std::vector<std::string> names(const std::vector<RunnerConfig>& runners) {
  std::vector<std::string> all;
  for (const RunnerConfig& each : runners) all.push_back(each.name);
  return all;
}

class ReloadTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TempDir::create();
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    path_ = folder_->path() / "config.toml";
  }
  // As editors and register do: a new file in place of the old.
  void write(const std::string& text) { ASSERT_TRUE(write_file_atomic(path_, text, 0600)); }
  ConfigWatcher open() {
    return ConfigWatcher::open(path_, [](std::string_view) { return std::optional<std::string>(); }).value();
  }

  std::optional<TempDir> folder_;
  std::filesystem::path path_;
};

TEST_F(ReloadTest, SaysWhichRunnersCameWentAndChanged) {
  write("concurrent = 1\n" + runner("a") + runner("b") + runner("c"));
  ConfigWatcher watcher = open();
  const auto before = watcher.config();
  write("concurrent = 1\n" + runner("c") + runner("b", "limit = 3\n") + runner("d"));
  const auto change = watcher.reload_if_changed();
  ASSERT_TRUE(change);
  EXPECT_THAT(names(change->added), ElementsAre("d"));
  EXPECT_THAT(names(change->removed), ElementsAre("a"));
  EXPECT_THAT(names(change->changed), ElementsAre("b"));
  EXPECT_EQ(change->changed[0].limit, 3);
  EXPECT_FALSE(change->globals);
  EXPECT_EQ(before->runners.size(), 3u) << "who holds the old configuration keeps it";
  EXPECT_EQ(watcher.config()->runners[2].name, "d");
}

TEST_F(ReloadTest, SeesGlobalsAndNestedValues) {
  write("concurrent = 1\n" + runner("a", "[runners.cache.s3]\nBucketName = \"x\"\n"));
  ConfigWatcher watcher = open();
  write("concurrent = 2\n" + runner("a", "[runners.cache.s3]\nBucketName = \"y\"\n"));
  const auto change = watcher.reload();
  ASSERT_TRUE(change);
  EXPECT_TRUE(change->globals);
  EXPECT_THAT(names(change->changed), ElementsAre("a"));
}

TEST_F(ReloadTest, AnotherTokenIsAnotherRunner) {
  Config before;
  before.runners.resize(1);
  before.runners[0].token = SecretString("1");
  Config after = before;
  after.runners[0].token = SecretString("2");
  const ConfigChange change = compare_configs(before, after);
  EXPECT_EQ(change.added.size(), 1u);
  EXPECT_EQ(change.removed.size(), 1u);
  EXPECT_THAT(change.changed, IsEmpty());
}

TEST_F(ReloadTest, ABrokenOrMissingFileLeavesTheOldConfigurationInForce) {
  write("concurrent = 4\n");
  ConfigWatcher watcher = open();
  write("concurrent = \"x\"\n");
  testing::internal::CaptureStderr();
  EXPECT_FALSE(watcher.reload_if_changed());
  EXPECT_FALSE(watcher.reload());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("the former one stays in force"));
  EXPECT_THAT(log, HasSubstr("config.toml:1:14"));
  EXPECT_EQ(log.find("stays in force"), log.rfind("stays in force")) << "said once for each content";
  EXPECT_EQ(watcher.failed(), 2u);
  EXPECT_EQ(watcher.config()->concurrent, 4);

  std::filesystem::remove(path_);
  EXPECT_FALSE(watcher.reload_if_changed());
  EXPECT_EQ(watcher.config()->concurrent, 4);

  write("concurrent = 5\n");
  EXPECT_TRUE(watcher.reload_if_changed());
  EXPECT_EQ(watcher.config()->concurrent, 5);
}

TEST_F(ReloadTest, ReadsNothingWhileTheFileIsTheSame) {
  write("concurrent = 4\n");
  ConfigWatcher watcher = open();
  EXPECT_FALSE(watcher.reload_if_changed());
  EXPECT_EQ(watcher.loaded(), 1u);
  write("# only a comment\nconcurrent = 4\n");
  EXPECT_FALSE(watcher.reload_if_changed()) << "a comment is no change";
  EXPECT_EQ(watcher.loaded(), 2u);
}

TEST_F(ReloadTest, TheFirstReadMustSucceed) {
  const auto watcher =
      ConfigWatcher::open(path_, [](std::string_view) { return std::optional<std::string>(); });
  ASSERT_FALSE(watcher);
  EXPECT_EQ(watcher.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace fairlead::runner
