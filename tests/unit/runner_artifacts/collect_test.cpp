// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/collect.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cstdlib>

#include "tree.hpp"

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> names(const Collected& collected) {
  std::vector<std::string> result;
  for (const auto& [path, info] : collected.files) result.push_back(path);
  return result;
}

TEST(CollectFiles, AFolderIsTakenWithAllThatIsInIt) {
  const TempDir root = make_tree({"dist/a.js", "dist/sub/b.js", "other"});
  const Collected collected = collect_files({{"dist/"}, {}, false}, root.path());
  EXPECT_THAT(names(collected), ElementsAre("dist", "dist/a.js", "dist/sub", "dist/sub/b.js"));
  EXPECT_THAT(collected.log, HasSubstr("dist/: found 4 matching artifact files and directories"));
}

TEST(CollectFiles, WhatMatchesNothingIsAWarning) {
  const TempDir root = make_tree({"a"});
  const Collected collected = collect_files({{"x"}, {}, false}, root.path());
  EXPECT_THAT(collected.files, IsEmpty());
  EXPECT_THAT(collected.log, HasSubstr("WARNING: x: no matching files. Ensure that the artifact path is "
                                       "relative to the working directory"));
}

TEST(CollectFiles, ExcludedFilesAreCounted) {
  const TempDir root = make_tree({"bin/a.o", "bin/b.o", "bin/tool", "bin/deep/c.o"});
  const Collected collected = collect_files({{"bin/**/*"}, {"bin/**/*.o"}, false}, root.path());
  EXPECT_THAT(names(collected), ElementsAre("bin/deep", "bin/tool"));
  EXPECT_THAT(collected.log, HasSubstr("bin/**/*.o: excluded 4 files"))
      << "as gitlab-runner: the one in deep is met by the pattern and within the folder";
}

TEST(CollectFiles, PathsOutsideTheProjectAreRefused) {
  const TempDir root = make_tree({"a"});
  const Collected collected = collect_files({{"../*", "/etc/passwd", "a/../../x"}, {}, false}, root.path());
  EXPECT_THAT(collected.files, IsEmpty());
  EXPECT_THAT(collected.log,
              HasSubstr("processPath: artifact path is not a subpath of project directory: .."));
  EXPECT_THAT(collected.log, HasSubstr("project directory: /etc/passwd"));
  EXPECT_THAT(collected.log, HasSubstr("project directory: a/../../x"));
}

TEST(CollectFiles, AbsolutePathsInsideTheProjectAreTaken) {
  const TempDir root = make_tree({"dist/a", "b"});
  const Collected collected = collect_files(
      {{root.path().string() + "/dist", root.path().string() + "/*"}, {root.path().string() + "/b"}, false},
      root.path());
  EXPECT_THAT(names(collected), ElementsAre("dist", "dist/a"));
}

TEST(CollectFiles, LinksAreTakenAsLinks) {
  const TempDir root = make_tree({"out/a"});
  std::filesystem::create_directory_symlink("/etc", root.path() / "out" / "etc");
  std::filesystem::create_symlink("missing", root.path() / "out" / "broken");
  const Collected collected = collect_files({{"out"}, {}, false}, root.path());
  EXPECT_THAT(names(collected), ElementsAre("out", "out/a", "out/broken", "out/etc"));
}

TEST(CollectFiles, UntrackedAsksGit) {
  const TempDir root = make_tree({"tracked", "new/file", "with\nnewline"});
  const std::string git = "git -C '" + root.path().string() + "' ";
  ASSERT_EQ(std::system((git + "init -q && " + git + "add tracked").c_str()), 0);
  const Collected collected = collect_files({{}, {}, true}, root.path());
  EXPECT_THAT(names(collected), ElementsAre("new/file", "with\nnewline"));
  EXPECT_THAT(collected.log, HasSubstr("untracked: found 2 files"));
}

TEST(CollectFiles, UntrackedOutsideARepositoryWarns) {
  const TempDir root = make_tree({"a"});
  const Collected collected = collect_files({{}, {}, true}, root.path());
  EXPECT_THAT(collected.log, HasSubstr("WARNING: untracked: exit status 128"));
}

TEST(CollectFiles, TheWholeProjectCanBeNamed) {
  const TempDir root = make_tree({"a", "b/c"});
  const Collected collected = collect_files({{"."}, {}, false}, root.path());
  EXPECT_THAT(names(collected), ElementsAre("a", "b", "b/c"));
}

}  // namespace
}  // namespace fairlead::runner
