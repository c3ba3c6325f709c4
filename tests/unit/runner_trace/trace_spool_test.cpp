// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace_spool.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>

#include "base/temp_dir.hpp"

namespace fairlead::runner {
namespace {

std::string everything(const TraceSpool& spool) {
  std::string all;
  while (all.size() < spool.size()) {
    auto part = spool.read(all.size(), 7);
    if (!part.ok() || part->empty()) return "read failed at " + std::to_string(all.size());
    all += *part;
  }
  return all;
}

TEST(TraceSpool, SmallLogsMakeNoFile) {
  bool opened = false;
  TraceSpool spool(16, 1000, [&]() -> Result<std::unique_ptr<SpoolFile>> {
    opened = true;
    return make_error(ErrorCode::system, "not to be called");
  });
  EXPECT_TRUE(spool.append("fifteen bytes..").ok());
  EXPECT_FALSE(opened);
  EXPECT_EQ(everything(spool), "fifteen bytes..");
}

TEST(TraceSpool, LongLogsMoveToAFileWithoutAName) {
  auto folder = TempDir::create();
  ASSERT_TRUE(folder.ok());
  TraceSpool spool(16, 1000, [&] { return open_spool_file(folder->path()); });
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += "line " + std::to_string(i) + "\n";
    ASSERT_TRUE(spool.append("line " + std::to_string(i) + "\n").ok());
  }
  EXPECT_EQ(spool.size(), all.size());
  EXPECT_EQ(everything(spool), all);
  EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
  EXPECT_EQ(spool.read(all.size() + 5, 10).value(), "");
}

TEST(TraceSpool, AFolderThatCannotBeUsedIsReportedOnceAndMemoryGoesOn) {
  TraceSpool spool(4, 20, [] { return open_spool_file("/nonexistent/folder"); });
  const auto first = spool.append("12345678");
  ASSERT_FALSE(first.ok());
  EXPECT_NE(first.error().message.find("/nonexistent/folder"), std::string::npos);
  EXPECT_TRUE(spool.append("90").ok());
  EXPECT_EQ(everything(spool), "1234567890");
  EXPECT_FALSE(spool.full());
  EXPECT_TRUE(spool.append("1234567890").ok());
  EXPECT_TRUE(spool.full());
}

// A real file system that runs full.
TEST(TraceSpool, AFullDiskLosesNothing) {
  auto folder = TempDir::create();
  ASSERT_TRUE(folder.ok());
  if (::mount("tmpfs", folder->path().c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "mounting a small tmpfs needs root";
  std::string all;
  int errors = 0;
  {
    TraceSpool spool(10'000, 1'000'000, [&] { return open_spool_file(folder->path()); });
    for (int i = 0; i < 300; ++i) {
      const std::string line(1000, static_cast<char>('a' + i % 26));
      all += line;
      if (!spool.append(line).ok()) ++errors;
    }
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(spool.size(), all.size());
    EXPECT_EQ(spool.read(0, all.size()).value(), all);
  }
  ::umount(folder->path().c_str());
}

}  // namespace
}  // namespace fairlead::runner
