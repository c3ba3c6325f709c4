// SPDX-License-Identifier: Apache-2.0
#include "local/simulation.hpp"

#include <gtest/gtest.h>

#include "tests/unit/local/repository.hpp"

namespace fairlead::local {
namespace {

TEST(RemoteAddress, EveryFormThatGitTakes) {
  const auto check = [](const char* url, const char* server, const char* path) {
    const RemoteAddress address = parse_remote(url);
    EXPECT_EQ(address.server, server) << url;
    EXPECT_EQ(address.path, path) << url;
  };
  check("git@gitlab.com:group/sub/project.git", "https://gitlab.com", "group/sub/project");
  check("https://gitlab.example.com/group/project.git", "https://gitlab.example.com", "group/project");
  check("https://user:secret@host:8443/group/project/", "https://host:8443", "group/project");
  check("ssh://git@host:2222/group/project.git", "https://host", "group/project");
  check("http://host/group/project", "http://host", "group/project");
  check("/srv/git/project.git", "", "");
  check("../project", "", "");
  check("file:///srv/git/project.git", "", "");
  check("", "", "");
}

SimulatedEvent event(const Folder& folder, const Simulation& wish = {}) {
  auto tree = WorkingTree::open(folder.path());
  EXPECT_TRUE(tree.ok());
  auto result = simulate(*tree, wish);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().to_string());
  return *result;
}

TEST(Simulation, APushOfTheBranchThatIsCheckedOutIsTheDefault) {
  const Folder folder;
  folder.write("file", "x");
  folder.commit("Title\n\nText of it.");
  folder.git({"remote", "add", "origin", "git@gitlab.example.com:group/thing.git"});
  const SimulatedEvent found = event(folder);
  EXPECT_EQ(found.source, model::PipelineSource::push);
  EXPECT_EQ(found.commit.ref, "main");
  EXPECT_EQ(found.commit.sha, folder.git({"rev-parse", "HEAD"}));
  EXPECT_EQ(found.commit.message, "Title\n\nText of it.");
  EXPECT_EQ(found.commit.author, "Test Er <t@example.com>");
  EXPECT_TRUE(found.commit.ref_protected);
  EXPECT_EQ(found.project.path, "group/thing");
  EXPECT_EQ(found.server.url, "https://gitlab.example.com");
  EXPECT_EQ(found.commit.before_sha, std::string(40, '0'));
  EXPECT_TRUE(found.change_base.commit.empty());
}

TEST(Simulation, APushIsComparedWithTheRemotesBranch) {
  const Folder folder;
  folder.commit("one");
  const std::string one = folder.git({"rev-parse", "HEAD"});
  folder.git({"update-ref", "refs/remotes/origin/main", "HEAD"});
  folder.commit("two");
  const SimulatedEvent found = event(folder);
  EXPECT_EQ(found.commit.before_sha, one);
  EXPECT_EQ(found.change_base.commit, one);
}

TEST(Simulation, TagsByNameOrBySource) {
  const Folder folder;
  folder.commit();
  folder.git({"tag", "-a", "v1", "-m", "v1"});
  EXPECT_TRUE(event(folder, {.source = "tag"}).commit.is_tag);
  EXPECT_EQ(event(folder, {.source = "tag"}).commit.ref, "v1");
  EXPECT_TRUE(event(folder, {.ref = "v1"}).commit.is_tag);
  EXPECT_TRUE(event(folder, {.ref = "refs/tags/new"}).commit.is_tag);
  EXPECT_FALSE(event(folder, {.ref = "refs/heads/v1"}).commit.is_tag);
  EXPECT_FALSE(event(folder, {.ref = "unknown"}).commit.is_tag);
}

TEST(Simulation, AMergeRequestGoesFromTheBranchToTheDefaultBranch) {
  const Folder folder;
  folder.commit();
  folder.git({"checkout", "-q", "-b", "feature"});
  const SimulatedEvent found = event(folder, {.source = "merge_request_event"});
  EXPECT_TRUE(found.commit.is_merge_request);
  const auto value = [&](const char* key) {
    const model::Variable* variable = model::find_variable(found.extra_predefined, key);
    return variable ? variable->value : "(none)";
  };
  EXPECT_EQ(value("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"), "feature");
  EXPECT_EQ(value("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), "main");
  EXPECT_TRUE(found.change_base.merge_base);
}

TEST(Simulation, ADetachedHeadIsTheBranchThatPointsThere) {
  const Folder folder;
  folder.commit();
  folder.git({"checkout", "-q", "--detach"});
  EXPECT_EQ(event(folder).commit.ref, "main");
}

TEST(Simulation, WithoutGitPlaceholdersStandIn) {
  const Folder folder;
  const SimulatedEvent found = event(folder);
  EXPECT_EQ(found.commit.sha, std::string(40, '0'));
  EXPECT_EQ(found.commit.ref, "main");
  EXPECT_EQ(found.project.path, "local/project");
}

TEST(Simulation, WrongWishesAreErrors) {
  const Folder folder;
  folder.commit();
  auto tree = WorkingTree::open(folder.path());
  EXPECT_EQ(simulate(*tree, {.source = "pull"}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(simulate(*tree, {.source = "tag"}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace fairlead::local
