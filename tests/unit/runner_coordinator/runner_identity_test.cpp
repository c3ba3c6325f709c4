// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/runner_identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/files.hpp"
#include "base/temp_dir.hpp"

namespace fairlead::runner {
namespace {

using ::testing::MatchesRegex;

class SystemId : public ::testing::Test {
 protected:
  SystemId() : folder(*TempDir::create()) {}
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
  }
  Result<std::string> load() {
    return load_system_id(folder.path(), {folder.path() / "a", folder.path() / "b"});
  }
  std::string kept() { return read_file(folder.path() / ".runner_system_id", 100).value(); }
  TempDir folder;
};

// printf %s gitlab-runner | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
TEST_F(SystemId, IsTheHmacOfTheProgramsNameByTheMachinesId) {
  write("b", "0123456789abcdef0123456789abcdef\n");
  EXPECT_EQ(load().value(), "s_ee3af03959fe");
  EXPECT_EQ(kept(), "s_ee3af03959fe");
}

TEST_F(SystemId, TheFirstFileOfTheMachinesIdCounts) {
  write("a", "0123456789abcdef0123456789abcdef\n");
  write("b", "other");
  EXPECT_EQ(load().value(), "s_ee3af03959fe");
}

TEST_F(SystemId, WithoutAMachineIdItIsRandomAndKept) {
  write("a", "\n");
  const std::string id = load().value();
  EXPECT_THAT(id, MatchesRegex("r_[0-9a-zA-Z]{12}"));
  EXPECT_EQ(load().value(), id);
  std::filesystem::remove(folder.path() / ".runner_system_id");
  EXPECT_NE(load().value(), id);
}

TEST_F(SystemId, AKeptOneIsUsedAsItIs) {
  write(".runner_system_id", "r_KeptIdOfOld1\n");
  EXPECT_EQ(load().value(), "r_KeptIdOfOld1");
  EXPECT_EQ(kept(), "r_KeptIdOfOld1\n");
}

TEST_F(SystemId, AnythingElseIsReplaced) {
  for (const char* bad : {"", "s_short", "x_0123456789ab", "s_0123456789a!", "r_0123456789abcd"}) {
    write(".runner_system_id", bad);
    EXPECT_THAT(load().value(), MatchesRegex("r_[0-9a-zA-Z]{12}")) << bad;
    EXPECT_NE(kept(), bad);
  }
}

TEST_F(SystemId, OnlyItsOwnerReadsTheFile) {
  ASSERT_TRUE(load().ok());
  struct stat status{};
  ASSERT_EQ(::stat((folder.path() / ".runner_system_id").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(SystemId, AFolderThatDoesNotExistIsAnError) {
  EXPECT_FALSE(load_system_id(folder.path() / "none", {}).ok());
}

TEST(ShortToken, LosesItsPrefixAndIsNineLong) {
  EXPECT_EQ(short_token("glrt-abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("glrt-t1_abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("glrt-t12_abcdefg"), "t12_abcde");
  EXPECT_EQ(short_token("glrtr-abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("glcbt-abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("GR1348941abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("GR134894xabcdefghijkl"), "GR134894x");
  EXPECT_EQ(short_token("abcdefghijkl"), "abcdefghi");
  EXPECT_EQ(short_token("abc"), "abc");
  EXPECT_EQ(short_token(""), "");
}

TEST(ShortToken, RunnerTokensAreThoseMadeOnTheServer) {
  EXPECT_TRUE(is_runner_token("glrt-x"));
  EXPECT_FALSE(is_runner_token("GR1348941x"));
  EXPECT_FALSE(is_runner_token("glrtr-x"));
}

}  // namespace
}  // namespace fairlead::runner
