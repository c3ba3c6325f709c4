// SPDX-License-Identifier: Apache-2.0
#include "runner/config/config_file.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "base/files.hpp"
#include "base/temp_dir.hpp"
#include "runner/config/load_config.hpp"
#include "runner/config/toml_edit.hpp"

namespace fairlead::runner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ConfigFileTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TempDir::create();
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    path_ = folder_->path() / "etc" / "config.toml";
  }
  std::string content() { return read_file(path_, 1 << 20).value(); }
  static ConfigEdit replace_by(std::string text) {
    return [text](const std::string&) { return Result<std::string>(text); };
  }

  std::optional<TempDir> folder_;
  fs::path path_;
};

TEST_F(ConfigFileTest, MakesFolderAndFileForTheOwnerOnly) {
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 1\n")));
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  ASSERT_EQ(::stat(path_.parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(ConfigFileTest, MakesTheModePrivateAgain) {
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 1\n")));
  ::chmod(path_.c_str(), 0644);
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 2\n")));
  struct stat status{};
  ::stat(path_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(ConfigFileTest, AFailedEditLeavesTheFile) {
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 1\n")));
  const auto failed = edit_config(
      path_, [](const std::string&) { return Result<std::string>(make_error(ErrorCode::not_found, "no")); });
  EXPECT_FALSE(failed);
  const auto broken = edit_config(path_, replace_by("concurrent = = 1\n"));
  ASSERT_FALSE(broken);
  EXPECT_EQ(content(), "concurrent = 1\n");
}

TEST_F(ConfigFileTest, LeavesNothingBesideTheFile) {
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 1\n")));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(path_.parent_path())) {
    EXPECT_EQ(entry.path().filename(), "config.toml");
    ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST_F(ConfigFileTest, FollowsASymlink) {
  fs::create_directories(path_.parent_path());
  const fs::path real = folder_->path() / "real.toml";
  std::ofstream(real) << "concurrent = 1\n";
  fs::create_symlink(real, path_);
  ASSERT_TRUE(edit_config(path_, replace_by("concurrent = 2\n")));
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(read_file(real, 100).value(), "concurrent = 2\n");
}

TEST_F(ConfigFileTest, SimultaneousChangesAllArrive) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const auto done = edit_config(path_, [&](const std::string& text) {
          TomlTable runner;
          entry_of(runner, "name") = TomlValue::of(std::to_string(thread) + "-" + std::to_string(i));
          return append_element(text, "runners", runner);
        });
        EXPECT_TRUE(done);
      }
    });
  for (std::thread& thread : threads) thread.join();
  const TomlParsed parsed = parse_toml(content());
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(find_entry(parsed.root->table, "runners")->value.items.size(), std::size_t{kThreads * kEach});
}

}  // namespace
}  // namespace fairlead::runner
