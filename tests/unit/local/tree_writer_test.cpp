// SPDX-License-Identifier: Apache-2.0
#include "local/tree_writer.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.hpp"
#include "tests/unit/local/repository.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

// A tree that was made once; each test spoils it and makes it again.
struct TreeWriterTest : testing::Test {
  void SetUp() override {
    folder.write("a", "one");
    folder.write("d/e/b", "two");
    folder.write("d/c", "three");
    folder.write("big", std::string(200'000, 'x'));
    fs::create_symlink("a", folder.path() / "link");
    auto tree = WorkingTree::open(folder.path());
    auto sources = read_source_files(*tree);
    writer = std::make_unique<TreeWriter>(std::move(*sources),
                                          [this](const fs::path& path) { discarded.push_back(path); });
    make();
  }
  void make() {
    const auto made = writer->make(to, {});
    ASSERT_TRUE(made.ok()) << made.error().to_string();
  }
  // Everything below `to`, with contents.
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(to)) {
      const std::string name = entry.path().lexically_relative(to);
      if (entry.is_symlink())
        out[name] = "-> " + fs::read_symlink(entry).string();
      else if (entry.is_directory())
        out[name] = "/";
      else
        out[name] = Folder::read(entry);
    }
    return out;
  }
  static ino_t inode(const fs::path& path) {
    struct stat info{};
    ::lstat(path.c_str(), &info);
    return info.st_ino;
  }
  void expect_as_made() {
    const auto before = first;
    EXPECT_EQ(content(), before);
  }

  Folder folder;
  fs::path to = folder.outside() / "copy";
  std::vector<fs::path> discarded;
  std::unique_ptr<TreeWriter> writer;
  std::map<std::string, std::string> first = {{"a", "one"},     {"d", "/"},
                                              {"d/e", "/"},     {"d/e/b", "two"},
                                              {"d/c", "three"}, {"big", std::string(200'000, 'x')},
                                              {"link", "-> a"}};
};

TEST_F(TreeWriterTest, MakesTheTree) { expect_as_made(); }

TEST_F(TreeWriterTest, WhatNoJobTouchedStaysTheSameFile) {
  const ino_t before = inode(to / "a");
  make();
  make();
  EXPECT_EQ(inode(to / "a"), before);
  expect_as_made();
}

TEST_F(TreeWriterTest, AChangeRightAfterwardsWithTheSameSizeIsSeen) {
  // Within one tick of the clock that the file system stamps with.
  for (int i = 0; i < 50; ++i) {
    std::ofstream(to / "a") << "eno";
    std::fstream(to / "big", std::ios::in | std::ios::out).put('y');
    make();
    expect_as_made();
  }
}

TEST_F(TreeWriterTest, DeletedChangedAndExtraFilesArePutRight) {
  fs::remove(to / "a");
  std::ofstream(to / "d/c", std::ios::app) << "more";
  std::ofstream(to / "extra") << "x";
  std::ofstream(to / "d/e/extra") << "x";
  make();
  expect_as_made();
}

TEST_F(TreeWriterTest, ExtraFoldersAreMovedAsideForSomebodyElseToRemove) {
  fs::create_directories(to / "build/deep");
  fs::create_directories(to / "d/out");
  make();
  expect_as_made();
  ASSERT_EQ(discarded.size(), 2U);
  for (const fs::path& path : discarded) {
    EXPECT_TRUE(fs::exists(path));
    EXPECT_EQ(path.parent_path(), to.parent_path());
  }
}

TEST_F(TreeWriterTest, FilesThatBecameFoldersAndFoldersThatBecameLinks) {
  fs::remove(to / "a");
  fs::create_directories(to / "a/inner");
  fs::create_directory(folder.outside() / "precious");
  std::ofstream(folder.outside() / "precious/b") << "keep";
  fs::remove_all(to / "d/e");
  fs::create_symlink(folder.outside() / "precious", to / "d/e");
  make();
  expect_as_made();
  EXPECT_EQ(Folder::read(folder.outside() / "precious/b"), "keep");
}

TEST_F(TreeWriterTest, ModesAndLinksOfAJobDoNotLast) {
  ::chmod((to / "a").c_str(), 0000);
  ::chmod((to / "d").c_str(), 0500);
  fs::create_hard_link(to / "d/c", folder.outside() / "second name");
  make();
  expect_as_made();
  struct stat info{};
  ::stat((to / "d").c_str(), &info);
  EXPECT_NE(info.st_mode & S_IWUSR, 0U);
  std::ofstream(folder.outside() / "second name") << "changed";
  EXPECT_EQ(Folder::read(to / "d/c"), "three");
}

TEST_F(TreeWriterTest, AFolderThatIsGoneOrALinkIsMadeAnew) {
  fs::remove_all(to);
  make();
  expect_as_made();
  fs::remove_all(to);
  fs::create_directory(folder.outside() / "precious");
  std::ofstream(folder.outside() / "precious/a") << "keep";
  fs::create_directory_symlink(folder.outside() / "precious", to);
  make();
  expect_as_made();
  EXPECT_EQ(Folder::read(folder.outside() / "precious/a"), "keep");
}

}  // namespace
}  // namespace fairlead::local
