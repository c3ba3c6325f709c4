// SPDX-License-Identifier: Apache-2.0
#include "runner/script/git_url.hpp"

#include <gtest/gtest.h>

namespace fairlead::runner {
namespace {

TEST(GitUrl, CredentialsAreTakenOutAndDecoded) {
  auto url = split_git_url("https://user%40x:p%3Ass@host.example:8443/a/b.git");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->clean, "https://host.example:8443/a/b.git");
  EXPECT_EQ(url->server, "https://host.example:8443");
  EXPECT_EQ(url->username, "user@x");
  EXPECT_EQ(url->password.reveal(), "p:ss");
}

TEST(GitUrl, AddressesThatAreNotHttpStayAsTheyAre) {
  for (auto text : {"ssh://git@host/a.git", "git@host:a.git", "/srv/a.git", "file:///srv/a.git", ""}) {
    auto url = split_git_url(text);
    ASSERT_TRUE(url.ok());
    EXPECT_EQ(url->clean, text);
    EXPECT_TRUE(url->password.empty());
    EXPECT_TRUE(url->server.empty());
  }
}

TEST(GitUrl, LineBreaksInCredentialsAreRefused) {
  EXPECT_FALSE(split_git_url("https://a:b%0Ahost=evil@host/x").ok());
  EXPECT_FALSE(split_git_url("https://a%0d:b@host/x").ok());
  EXPECT_FALSE(split_git_url("https://a:b%00@host/x").ok());
}

TEST(GitUrl, AnAtSignInThePathIsNoCredential) {
  auto url = split_git_url("https://host/a@b/c.git");
  EXPECT_EQ(url->clean, "https://host/a@b/c.git");
  EXPECT_TRUE(url->username.empty());
}

TEST(GitUrl, CloneUrlReplacesSchemeAndHostAndKeepsTheCredentials) {
  EXPECT_EQ(with_clone_url("https://u:p@public.example/g/p.git", "http://inner:8080/"),
            "http://u:p@inner:8080/g/p.git");
  EXPECT_EQ(with_clone_url("https://u:p@public.example/g/p.git", "https://inner/gitlab"),
            "https://u:p@inner/gitlab/g/p.git");
  EXPECT_EQ(with_clone_url("https://u:p@public.example/g/p.git", ""), "https://u:p@public.example/g/p.git");
}

}  // namespace
}  // namespace fairlead::runner
