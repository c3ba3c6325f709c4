// SPDX-License-Identifier: Apache-2.0
#include "base/files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/temp_dir.hpp"

namespace fairlead {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class FilesTest : public ::testing::Test {
 protected:
  fs::path at(const std::string& name) const { return dir_.path() / name; }
  static void put(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat status{};
    ::lstat(path.c_str(), &status);
    return status.st_mode & 07777;
  }

  TempDir dir_ = TempDir::create().value();
};

TEST_F(FilesTest, ReadsAWholeFile) {
  const std::string text = std::string(200'000, 'x') + std::string("\0end", 4);
  put(at("f"), text);
  EXPECT_EQ(read_file(at("f"), 1 << 20).value(), text);
}

TEST_F(FilesTest, ReadsAFileOfExactlyTheLimit) {
  put(at("f"), "12345");
  EXPECT_EQ(read_file(at("f"), 5).value(), "12345");
}

TEST_F(FilesTest, RefusesAFileAboveTheLimitAndNamesIt) {
  put(at("f"), "123456");
  const auto result = read_file(at("f"), 5);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
  EXPECT_THAT(result.error().message, AllOf(HasSubstr(at("f").string()), HasSubstr("5 bytes")));
}

TEST_F(FilesTest, RefusesAnEndlessFileAtTheLimit) {
  const auto result = read_file("/dev/zero", 100'000);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
}

TEST_F(FilesTest, ReadsAFileThatSaysItsSizeIsZero) {
  EXPECT_THAT(read_file("/proc/self/status", 100'000).value(), HasSubstr("Pid:"));
}

TEST_F(FilesTest, SaysThatADirectoryIsADirectory) {
  const auto result = read_file(dir_.path(), 10);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, AllOf(HasSubstr(dir_.path().string()), HasSubstr("is a directory")));
}

TEST_F(FilesTest, SaysThatAFileIsMissing) {
  const auto result = read_file(at("none"), 10);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_THAT(result.error().message, HasSubstr(at("none").string()));
}

TEST_F(FilesTest, SaysThatAFileIsUnreadable) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  put(at("f"), "x");
  ::chmod(at("f").c_str(), 0);
  const auto result = read_file(at("f"), 10);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::permission_denied);
}

TEST_F(FilesTest, AtomicWriteReplacesContentAndSetsTheMode) {
  put(at("f"), "old");
  ASSERT_TRUE(write_file_atomic(at("f"), "new", 0600).ok());
  EXPECT_EQ(read_file(at("f"), 10).value(), "new");
  EXPECT_EQ(mode_of(at("f")), 0600U);
}

TEST_F(FilesTest, AtomicWriteDoesNotWriteThroughASymlink) {
  put(at("target"), "keep");
  fs::create_symlink(at("target"), at("link"));
  ASSERT_TRUE(write_file_atomic(at("link"), "new").ok());
  EXPECT_EQ(read_file(at("target"), 10).value(), "keep");
  EXPECT_FALSE(fs::is_symlink(at("link")));
}

TEST_F(FilesTest, AFailedAtomicWriteLeavesTheOldFileAndNoOther) {
  fs::create_directory(at("d"));
  put(at("d") / "inside", "x");
  EXPECT_FALSE(write_file_atomic(at("d"), "new").ok());  // a folder cannot be replaced
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 1);
}

TEST_F(FilesTest, AWriteThatTheDiskRefusesKeepsTheOldFile) {
  put(at("f"), "old");
  struct rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const struct rlimit small{4096, old_limit.rlim_max};
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto result = write_file_atomic(at("f"), std::string(100'000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr(at("f").string()));
  EXPECT_EQ(read_file(at("f"), 10).value(), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 1);
}

TEST_F(FilesTest, MakesMissingDirectoriesOnly) {
  ASSERT_TRUE(make_directories(at("a/b/c"), 0700).ok());
  EXPECT_EQ(mode_of(at("a/b/c")), 0700U);
  ASSERT_TRUE(make_directories(at("a/b"), 0755).ok());
  EXPECT_EQ(mode_of(at("a/b")), 0700U);
}

TEST_F(FilesTest, SaysThatAFileStandsWhereADirectoryShouldBe) {
  put(at("f"), "x");
  const auto result = make_directories(at("f"));
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("a file of that name exists"));
  EXPECT_FALSE(make_directories(at("f/g")).ok());
}

TEST_F(FilesTest, RemovesATreeAndAMissingPathIsFine) {
  fs::create_directories(at("t/a/b"));
  put(at("t/a/f"), "x");
  ASSERT_TRUE(remove_tree(at("t")).ok());
  EXPECT_FALSE(fs::exists(at("t")));
  EXPECT_TRUE(remove_tree(at("t")).ok());
}

TEST_F(FilesTest, RemovesASymlinkAndNotWhatItNames) {
  fs::create_directories(at("keep"));
  put(at("keep/f"), "x");
  fs::create_directories(at("t"));
  fs::create_directory_symlink(at("keep"), at("t/link"));
  fs::create_directory_symlink(at("keep"), at("toplink"));
  ASSERT_TRUE(remove_tree(at("t")).ok());
  ASSERT_TRUE(remove_tree(at("toplink")).ok());
  EXPECT_TRUE(fs::exists(at("keep/f")));
  EXPECT_FALSE(fs::exists(at("toplink")));
}

TEST_F(FilesTest, RemovesReadOnlyFolders) {
  fs::create_directories(at("t/mod/sub"));
  put(at("t/mod/f"), "x");
  ::chmod(at("t/mod/sub").c_str(), 0);
  ::chmod(at("t/mod").c_str(), 0500);
  ::chmod(at("t").c_str(), 0500);
  ASSERT_TRUE(remove_tree(at("t")).ok());
  EXPECT_FALSE(fs::exists(at("t")));
}

TEST_F(FilesTest, RemovesATreeDeeperThanAnyPathMayBeLong) {
  fs::create_directory(at("t"));
  int folder = ::open(at("t").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(::mkdirat(folder, "deeper", 0755), 0);
    const int next = ::openat(folder, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::close(folder);
    folder = next;
  }
  ::close(folder);
  const auto removed = remove_tree(at("t"));
  ASSERT_TRUE(removed.ok()) << removed.error().to_string();
  EXPECT_FALSE(fs::exists(at("t")));
}

TEST_F(FilesTest, FindsAProgramInThePathGiven) {
  fs::create_directory(at("bin"));
  put(at("bin/tool"), "#!/bin/sh\n");
  put(at("bin/data"), "text");
  ::chmod(at("bin/tool").c_str(), 0755);
  const std::string path = "/nonexistent:" + at("bin").string();
  EXPECT_EQ(find_program("tool", path.c_str()).value(), at("bin/tool"));
  EXPECT_EQ(find_program(at("bin/tool").string(), "").value(), at("bin/tool"));
  const auto missing = find_program("data", path.c_str());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, AllOf(HasSubstr("data"), HasSubstr(path)));
}

TEST(TempDir, GoesWithItsObjectAndIsPrivate) {
  fs::path path;
  {
    auto dir = TempDir::create("fl-test-");
    ASSERT_TRUE(dir.ok());
    path = dir->path();
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    EXPECT_EQ(path.filename().string().substr(0, 8), "fl-test-");
    std::ofstream(path / "f") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TempDir, ReleaseLeavesTheFolder) {
  fs::path path = TempDir::create().value().release();
  EXPECT_TRUE(fs::exists(path));
  fs::remove_all(path);
}

TEST(TempDir, AMissingParentIsAnErrorThatNamesIt) {
  const auto dir = TempDir::create("x", "/nonexistent/parent");
  ASSERT_FALSE(dir.ok());
  EXPECT_THAT(dir.error().message, HasSubstr("/nonexistent/parent"));
}

}  // namespace
}  // namespace fairlead
