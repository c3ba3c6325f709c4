// SPDX-License-Identifier: Apache-2.0
#include "local/state_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/temp_dir.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

struct StateFolderTest : testing::Test {
  void SetUp() override { ::setenv("FAIRLEAD_CACHE_DIR", dir->path().c_str(), 1); }
  void TearDown() override { ::unsetenv("FAIRLEAD_CACHE_DIR"); }
  std::atomic<bool> go_on = false;
  Result<TempDir> dir = TempDir::create("fairlead-test-");
};

TEST_F(StateFolderTest, PipelinesAreNumberedAndOnlyTheLastAreKept) {
  auto state = StateFolder::open("/srv/project");
  ASSERT_TRUE(state.ok());
  for (std::int64_t number = 1; number <= 14; ++number) {
    auto pipeline = state->start_pipeline();
    ASSERT_TRUE(pipeline.ok());
    EXPECT_EQ(pipeline->number, number);
    state->remove_old_pipelines(number, go_on);
  }
  EXPECT_FALSE(fs::exists(state->root() / "pipelines" / "4"));
  EXPECT_TRUE(fs::exists(state->root() / "pipelines" / "5"));
}

TEST_F(StateFolderTest, ARunThatGoesOnIsNeverRemoved) {
  auto state = StateFolder::open("/srv/project");
  auto running = state->start_pipeline();
  for (int i = 0; i < 12; ++i) (void)state->start_pipeline();
  state->remove_old_pipelines(13, go_on);
  EXPECT_TRUE(fs::exists(running->folder));
}

TEST_F(StateFolderTest, SlotsAreNeverSharedAndComeBack) {
  auto state = StateFolder::open("/srv/project");
  auto first = state->take_slot();
  auto second = state->take_slot();
  EXPECT_EQ(first->number, 0);
  EXPECT_EQ(second->number, 1);
  first->lock.reset();
  EXPECT_EQ(state->take_slot()->number, 0);
}

TEST_F(StateFolderTest, ProjectsOfOneNameAreKeptApart) {
  EXPECT_NE(StateFolder::open("/a/project")->root(), StateFolder::open("/b/project")->root());
  EXPECT_EQ(StateFolder::open("/a/project")->root(), StateFolder::open("/a/project")->root());
}

TEST_F(StateFolderTest, OnlyTheUserMayLookInside) {
  const auto mode = fs::status(StateFolder::open("/a/project")->root()).permissions();
  EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
}

}  // namespace
}  // namespace fairlead::local
