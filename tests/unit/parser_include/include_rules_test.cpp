// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/load.hpp"

namespace fairlead::parser {
namespace {

class FakeRepository final : public RepositoryView {
 public:
  const std::vector<std::string>& paths() override { return paths_; }
  Result<std::string> read(const std::string& path, std::size_t) override {
    return make_error(ErrorCode::not_found, path);
  }
  Result<std::optional<std::vector<std::string>>> changed_paths(
      const std::optional<std::string>& compare_to) override {
    if (compare_to == "invalid") return make_error(ErrorCode::not_found, "invalid");
    return std::optional(std::vector<std::string>{"src/a.c"});
  }
  Result<std::string> blob_id(const std::string&) override { return std::string(); }
  Result<std::string> last_commit_id(const std::string&) override { return std::string(); }

 private:
  std::vector<std::string> paths_{"Dockerfile", "src/a.c"};
};

// "taken", "left out" or the errors.
std::string outcome(const std::string& rules) {
  FakeRepository repository;
  LoadContext context;
  context.variables = {{.key = "CI_COMMIT_BRANCH", .value = "main"}};
  context.repository = &repository;
  const auto loaded = tests::load("include:\n  - local: a.yml\n    rules: " + rules + "\nj: {script: x}\n",
                                  {{"a.yml", "a: 1\n"}}, context);
  if (!loaded.document.root) return loaded.errors();
  return loaded.document.root->find("a") != nullptr ? "taken" : "left out";
}

TEST(IncludeRules, DecideByTheFirstRuleThatHolds) {
  EXPECT_EQ(outcome("[{if: '$CI_COMMIT_BRANCH == \"main\"'}]"), "taken");
  EXPECT_EQ(outcome("[{if: '$CI_COMMIT_BRANCH == \"dev\"'}]"), "left out");
  EXPECT_EQ(outcome("[{if: '$CI_COMMIT_BRANCH', when: never}, {when: always}]"), "left out");
  EXPECT_EQ(outcome("[{if: '$NONE', when: never}, {when: always}]"), "taken");
  EXPECT_EQ(outcome("null"), "taken");
  EXPECT_EQ(outcome("[{if: '$CI_COMMIT_BRANCH', when: null}]"), "taken");
}

TEST(IncludeRules, AskTheRepositoryForChangesAndExists) {
  EXPECT_EQ(outcome("[{exists: Dockerfile}]"), "taken");
  EXPECT_EQ(outcome("[{exists: [Makefile]}]"), "left out");
  EXPECT_EQ(outcome("[{exists: {paths: [Dockerfile]}}]"), "taken");
  EXPECT_EQ(outcome("[{changes: [src/*]}]"), "taken");
  EXPECT_EQ(outcome("[{changes: {paths: [docs/*], compare_to: main}}]"), "left out");
}

TEST(IncludeRules, WhatIsWrongIsSaidInGitLabsWords) {
  EXPECT_EQ(outcome("[{invalid: [x]}]"), "include:rules:rule config contains unknown keys: invalid\n");
  EXPECT_EQ(outcome("[{if: '$A', when: on_success}]"), "include:rules:rule when unknown value: on_success\n");
  EXPECT_EQ(outcome("[{if: '$A =='}]"), "include:rules:rule if invalid expression syntax\n");
  EXPECT_EQ(outcome("x"), "include:rules config should be a array\n");
  EXPECT_EQ(outcome("[x]"), "include:rules:rule config should be a hash\n");
  EXPECT_EQ(outcome("[{changes: {paths: [a], compare_to: invalid}}]"),
            "include:rules:changes:compare_to is not a valid ref\n");
}

TEST(IncludeRules, AFileThatIsLeftOutNeedNotExist) {
  EXPECT_EQ(tests::load("include: {local: none.yml, rules: [{if: $NONE}]}\nj: {script: x}\n").errors(), "");
}

}  // namespace
}  // namespace fairlead::parser
