// SPDX-License-Identifier: Apache-2.0
#include "local/workspace_copy.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "tests/unit/local/repository.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

class KeptLog final : public executors::LogSink {
 public:
  Task<Result<std::uint64_t>> deliver(std::span<const executors::LogFrame> frames) override {
    for (const executors::LogFrame& frame : frames) text += frame.bytes;
    co_return text.size();
  }
  std::string text;
};

Result<void> copy(const Folder& folder, const fs::path& to, CancelToken cancel = {}) {
  auto tree = WorkingTree::open(folder.path());
  if (!tree) return tree.error();
  asio::thread_pool pool(1);
  auto workspace = WorkspaceCopy::open(*tree, pool);
  if (!workspace) return workspace.error();
  asio::io_context io;
  Result<void> result = make_error(ErrorCode::internal, "it never ended");
  KeptLog log;
  const auto run = [&]() -> Task<void> { result = co_await (*workspace)->materialise(to, log, cancel); };
  asio::co_spawn(io, run, asio::detached);
  io.run();
  pool.join();
  return result;
}

ino_t inode(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
  return info.st_ino;
}

TEST(WorkspaceCopy, TakesTrackedAndUntrackedFilesNotIgnoredOrDeletedOnes) {
  const Folder folder;
  folder.write("tracked", "1");
  folder.write("deleted", "1");
  folder.write("a/b/c", "deep");
  folder.write(".gitignore", "ignored\n");
  folder.commit();
  folder.write("untracked", "2");
  folder.write("ignored", "3");
  fs::remove(folder.path() / "deleted");
  const fs::path to = folder.outside() / "copy";
  ASSERT_TRUE(copy(folder, to).ok());
  EXPECT_EQ(Folder::read(to / "tracked"), "1");
  EXPECT_EQ(Folder::read(to / "untracked"), "2");
  EXPECT_EQ(Folder::read(to / "a/b/c"), "deep");
  EXPECT_FALSE(fs::exists(to / "ignored"));
  EXPECT_FALSE(fs::exists(to / "deleted"));
}

TEST(WorkspaceCopy, SmallAndBigFilesAreNeverTheUsersOwn) {
  const Folder folder;
  folder.write("small", "x");
  folder.write("big", std::string(300'000, 'y'));
  const fs::path to = folder.outside() / "copy";
  ASSERT_TRUE(copy(folder, to).ok());
  for (const char* name : {"small", "big"}) {
    EXPECT_NE(inode(to / name), inode(folder.path() / name));
    EXPECT_EQ(Folder::read(to / name), Folder::read(folder.path() / name));
  }
}

TEST(WorkspaceCopy, KeepsModesAndSymlinks) {
  const Folder folder;
  folder.write("tool", "#!/bin/sh\n");
  fs::permissions(folder.path() / "tool",
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  fs::create_symlink("../outside", folder.path() / "link");
  fs::create_symlink("nowhere", folder.path() / "broken");
  const fs::path to = folder.outside() / "copy";
  ASSERT_TRUE(copy(folder, to).ok());
  EXPECT_NE(fs::status(to / "tool").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(fs::read_symlink(to / "link"), "../outside");
  EXPECT_EQ(fs::read_symlink(to / "broken"), "nowhere");
}

TEST(WorkspaceCopy, ReplacesWhatAFormerJobLeft) {
  const Folder folder;
  folder.write("file", "new");
  const fs::path to = folder.outside() / "copy";
  fs::create_directories(to / "left/over");
  ASSERT_TRUE(copy(folder, to).ok());
  EXPECT_FALSE(fs::exists(to / "left"));
  EXPECT_EQ(Folder::read(to / "file"), "new");
}

TEST(WorkspaceCopy, ManyFilesGoThroughThePool) {
  const Folder folder;
  for (int i = 0; i < 300; ++i)
    folder.write("d" + std::to_string(i % 7) + "/f" + std::to_string(i), std::to_string(i));
  const fs::path to = folder.outside() / "copy";
  ASSERT_TRUE(copy(folder, to).ok());
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(Folder::read(to / ("d" + std::to_string(i % 7)) / ("f" + std::to_string(i))),
              std::to_string(i));
}

TEST(WorkspaceCopy, ACancelledCopyStops) {
  const Folder folder;
  folder.write("file", "x");
  CancelSource cancel;
  cancel.cancel();
  EXPECT_EQ(copy(folder, folder.outside() / "copy", cancel.token()).error().code, ErrorCode::cancelled);
}

TEST(WorkspaceCopy, TheCopyIsARepositoryThatCannotReachTheUsers) {
  const Folder folder;
  folder.write("file", "x");
  folder.commit();
  folder.git({"tag", "-a", "v1", "-m", "v1"});
  const fs::path to = folder.outside() / "copy";
  ASSERT_TRUE(copy(folder, to).ok());
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"-c", "user.name=t", "-c", "user.email=t@example.com"});
    auto answer = ask_git(to, {.arguments = std::move(words)});
    EXPECT_TRUE(answer->ok()) << answer->errors;
    return answer->output;
  };
  EXPECT_EQ(ask({"describe"}), "v1\n");
  EXPECT_EQ(ask({"status", "--porcelain"}), "");
  const std::string head = folder.git({"rev-parse", "HEAD"});
  ask({"commit", "-q", "--allow-empty", "-m", "inside"});
  ask({"branch", "-f", "main"});
  EXPECT_EQ(folder.git({"rev-parse", "HEAD"}), head);
}

}  // namespace
}  // namespace fairlead::local
