// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/load.hpp"

namespace fairlead::parser {
namespace {

using tests::load;
using tests::MemoryIncludeSource;

TEST(Include, TakesATextAMapAndAList) {
  const std::map<std::string, std::string> files{{"a.yml", "a: {script: x}\n"},
                                                 {"b.yml", "b: {script: y}\n"}};
  EXPECT_EQ(load("include: a.yml\n", files).json(), R"({"a":{"script":"x"}})");
  EXPECT_EQ(load("include: {local: /a.yml}\n", files).json(), R"({"a":{"script":"x"}})");
  EXPECT_EQ(load("include: [a.yml, {local: //b.yml}]\n", files).json(),
            R"({"a":{"script":"x"},"b":{"script":"y"}})");
}

TEST(Include, FilesMergeInOrderAndTheIncludingFileComesOnTop) {
  const auto loaded =
      load("include: [one.yml, two.yml]\nj: {c: top}\n",
           {{"one.yml", "j: {a: 1, b: 1, c: 1}\nk: [1]\n"}, {"two.yml", "j: {b: 2, c: 2}\nk: [2]\n"}});
  EXPECT_EQ(loaded.json(), R"({"j":{"a":1,"b":2,"c":"top"},"k":[2]})");
  EXPECT_EQ(loaded.document.included, (std::vector<std::string>{"one.yml", "two.yml"}));
}

TEST(Include, NestedFilesStartAtTheRootAndComeBelowTheFileThatIncludesThem) {
  const auto loaded =
      load("include: ci/outer.yml\n", {{"ci/outer.yml", "include: ci/inner.yml\nj: {a: outer}\n"},
                                       {"ci/inner.yml", "j: {a: inner, b: inner}\n"}});
  EXPECT_EQ(loaded.json(), R"({"j":{"a":"outer","b":"inner"}})");
  const auto* b = loaded.document.root->get("j")->find("b");
  EXPECT_EQ(loaded.files.describe(b->value->mark), "ci/inner.yml:1:18");
  ASSERT_TRUE(b->via);
  EXPECT_EQ(b->via->what, "ci/inner.yml");
  EXPECT_EQ(loaded.document.root->find("j")->via->what, "ci/outer.yml");
  EXPECT_EQ(loaded.document.included, (std::vector<std::string>{"ci/outer.yml", "ci/inner.yml"}));
}

TEST(Include, WildcardsTakeEveryFileThatFits) {
  const std::map<std::string, std::string> files{
      {"ci/a.yml", "a: 1\n"}, {"ci/b.yml", "b: 1\n"}, {"ci/sub/c.yml", "c: 1\n"}, {"ci/readme.md", "x"}};
  EXPECT_EQ(load("include: ci/*.yml\n", files).json(), R"({"a":1,"b":1})");
  EXPECT_EQ(load("include: {local: '/ci/**.yml'}\n", files).json(), R"({"a":1,"b":1,"c":1})");
}

TEST(Include, AWildcardThatFitsNothingIsAWarning) {
  const auto loaded = load("include: none/*.yml\nj: {script: x}\n");
  EXPECT_EQ(loaded.errors(), "");
  ASSERT_EQ(loaded.diagnostics.all().size(), 1U);
  EXPECT_EQ(loaded.diagnostics.all()[0].code, "include-matches-nothing");
}

TEST(Include, VariablesAreExpandedInPaths) {
  LoadContext context;
  context.variables = {{.key = "DIR", .value = "ci"}, {.key = "NAME", .value = "a"}};
  const std::map<std::string, std::string> files{{"ci/a.yml", "a: 1\n"}};
  EXPECT_EQ(load("include: $DIR/${NAME}.yml\n", files, context).json(), R"({"a":1})");
  EXPECT_EQ(load("include: {local: $DIR/a.yml}\n", files, context).json(), R"({"a":1})");
  EXPECT_EQ(load("variables: {DIR: ci}\ninclude: $DIR/a.yml\n", files).errors(),
            "Local file `a.yml` does not exist!\n")
      << "variables of the file itself are not known yet";
}

TEST(Include, AFileIsReadOnceHoweverOftenItIsIncluded) {
  MemoryIncludeSource source({{"a.yml", "a: 1\n"}});
  EXPECT_EQ(load("include: [a.yml, a.yml, a.yml]\n", source).json(), R"({"a":1})");
  EXPECT_EQ(source.reads(), 1);
}

TEST(Include, InputsOfAFileWithoutAHeaderAreAccepted) {
  EXPECT_EQ(load("include: {local: a.yml, inputs: {x: 1}}\n", {{"a.yml", "a: 1\n"}}).json(), R"({"a":1})");
}

struct Wrong {
  std::string text;
  std::string errors;
  std::string place;
};
class IncludeError : public testing::TestWithParam<Wrong> {};

TEST_P(IncludeError, IsInGitLabsWordsWithItsPlace) {
  const auto loaded = load(GetParam().text, {{"empty.yml", " \n"},
                                             {"comment.yml", "# x\n"},
                                             {"broken.yml", "a: 1\nb: [\n"},
                                             {"list.yml", "- a\n"},
                                             {"notes.txt", "a: 1"},
                                             {"nested.yml", "include: missing.yml\n"}});
  EXPECT_EQ(loaded.errors(), GetParam().errors);
  EXPECT_EQ(loaded.place(), GetParam().place);
  EXPECT_FALSE(loaded.document.root);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, IncludeError,
    testing::Values(
        Wrong{"include: missing.yml\n", "Local file `missing.yml` does not exist!\n", ".gitlab-ci.yml:1:10"},
        Wrong{"include: [{local: /missing.yml}]\n", "Local file `missing.yml` does not exist!\n",
              ".gitlab-ci.yml:1:19"},
        Wrong{"include: empty.yml\n", "Local file `empty.yml` is empty!\n", ".gitlab-ci.yml:1:10"},
        Wrong{"include: comment.yml\n", "Included file `comment.yml` does not have valid YAML syntax!\n",
              ".gitlab-ci.yml:1:10"},
        Wrong{"include: broken.yml\n",
              "`broken.yml`: (<unknown>): did not find expected node content while parsing a flow node at "
              "line 3 column 1\n",
              "broken.yml:3:1"},
        Wrong{"include: list.yml\n", "`list.yml`: Invalid configuration format\n", "list.yml:1:1"},
        Wrong{"include: notes.txt\n", "Included file `notes.txt` does not have YAML extension!\n",
              ".gitlab-ci.yml:1:10"},
        Wrong{"include: nested.yml\n", "Local file `missing.yml` does not exist!\n", "nested.yml:1:10"},
        Wrong{"include: ../x.yml\n", "Local file `../x.yml` does not exist!\n", ".gitlab-ci.yml:1:10"},
        Wrong{"include: a/../../x.yml\n", "Local file `a/../../x.yml` does not exist!\n",
              ".gitlab-ci.yml:1:10"},
        Wrong{"include: ./empty.yml\n", "Local file `./empty.yml` does not exist!\n", ".gitlab-ci.yml:1:10"},
        Wrong{"include: 12\n", "Each include must be a hash or a string\n", ".gitlab-ci.yml:1:10"},
        Wrong{"include: [[a.yml]]\n", "Each include must be a hash or a string\n", ".gitlab-ci.yml:1:11"},
        Wrong{"include: [{yolo: /a.yml}]\n",
              "`{\"yolo\":\"/a.yml\"}` does not have a valid subkey for include. Valid subkeys are: `local`, "
              "`project`, "
              "`remote`, `template`, `artifact`, `component`\n",
              ".gitlab-ci.yml:1:11"},
        Wrong{"include: {local: a.yml, remote: 'https://x/a.yml'}\n",
              "Each include must use only one of: `local`, `project`, `remote`, `template`, `artifact`, "
              "`component`\n",
              ".gitlab-ci.yml:1:10"},
        Wrong{"include: {artifact: a.yml, job: j}\n",
              "Including configs from artifacts is only allowed when triggering child pipelines\n",
              ".gitlab-ci.yml:1:21"},
        Wrong{"include: {project: g/p}\n",
              "include config must specify the file where to fetch the config from\n",
              ".gitlab-ci.yml:1:10"}));

TEST(Include, EveryFileThatCannotBeReadIsNamedAtOnce) {
  const auto loaded = load(
      "include:\n  - missing.yml\n  - project: g/p\n    file: [a.yml, b.yml]\n    ref: v1\n  - "
      "https://example.org/c.yml\n"
      "  - template: Jobs/SAST.gitlab-ci.yml\n  - component: example.org/g/c@1\n  - nested.yml\n",
      {{"nested.yml", "include: {project: g/q, file: d.yml}\nj: {script: x}\n"}});
  EXPECT_EQ(loaded.errors(),
            "Local file `missing.yml` does not exist!\n"
            "Project `g/p` file `a.yml` at `v1` cannot be read here: only `local` includes can\n"
            "Project `g/p` file `b.yml` at `v1` cannot be read here: only `local` includes can\n"
            "Remote file `https://example.org/c.yml` cannot be read here: only `local` includes can\n"
            "Template file `Jobs/SAST.gitlab-ci.yml` cannot be read here: only `local` includes can\n"
            "Component 'example.org/g/c@1' cannot be read here: only `local` includes can\n"
            "Project `g/q` file `d.yml` cannot be read here: only `local` includes can\n");
}

// A source that can serve every kind.
class WideSource final : public IncludeSource {
 public:
  Result<std::string> read_local(const std::string&, std::size_t) override {
    return make_error(ErrorCode::unsupported, "no project");
  }
  Result<std::vector<std::string>> list_local() override { return std::vector<std::string>(); }
  Result<std::string> read_project(const std::string& project, const std::string& ref,
                                   const std::string& path, std::size_t) override {
    if (project == "denied") return make_error(ErrorCode::permission_denied, "no");
    if (path == "none.yml") return make_error(ErrorCode::not_found, "no");
    return "p: {project: '" + project + "', ref: '" + ref + "', path: '" + path + "'}\n";
  }
  Result<std::string> read_remote(const std::string& url, std::size_t limit) override {
    if (url.ends_with("big.yml"))
      return make_error(ErrorCode::limit_exceeded, "more than " + std::to_string(limit));
    return "r: '" + url + "'\n";
  }
};

TEST(Include, OtherKindsComeFromASourceThatHasThem) {
  WideSource source;
  EXPECT_EQ(load("include: [{project: g/p, file: /a.yml, ref: main}, 'https://x/b.yml']\n", source).json(),
            R"({"p":{"project":"g/p","ref":"main","path":"a.yml"},"r":"https://x/b.yml"})");
}

TEST(Include, MissingFilesOfOtherKindsAreNamedAsGitLabDoes) {
  WideSource source;
  EXPECT_EQ(load("include: {project: denied, file: a.yml}\n", source).errors(),
            "Project `denied` not found or access denied! Make sure any includes in the pipeline "
            "configuration are correctly defined.\n");
  EXPECT_EQ(load("include: {project: g/p, file: none.yml}\n", source).errors(),
            "Project `g/p` file `none.yml` does not exist!\n");
  EXPECT_EQ(load("include: https://x/big.yml\n", source).errors(),
            "`https://x/big.yml`: The provided YAML is too big\n");
  EXPECT_EQ(load("include: a.yml\n", source).errors(), "Local file `a.yml` does not have project!\n");
}

TEST(Include, CirclesEndAtTheMostIncludes) {
  EXPECT_EQ(
      load("include: a.yml\n", {{"a.yml", "include: b.yml\na: 1\n"}, {"b.yml", "include: a.yml\nb: 1\n"}})
          .errors(),
      "Maximum of 150 nested includes are allowed!\n");
  EXPECT_EQ(load("include: a.yml\n", {{"a.yml", "include: [a.yml, a.yml, a.yml]\na: 1\n"}}).errors(),
            "Maximum of 150 nested includes are allowed!\n");
}

TEST(Include, AHundredAndFiftyFilesAreAllowed) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 151; ++i)
    files["f" + std::to_string(1000 + i) + ".yml"] = "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(load("include: f*.yml\n", files).errors(), "Maximum of 150 nested includes are allowed!\n");
  files.erase("f1150.yml");
  EXPECT_EQ(load("include: f*.yml\n", files).document.root->entries.size(), 150U);
}

TEST(Include, AFileAboveTheLimitIsRefusedByItsSource) {
  EXPECT_EQ(load("include: a.yml\n", {{"a.yml", std::string(3 * 1024 * 1024, ' ')}}).errors(),
            "`a.yml`: The provided YAML is too big\n");
}

}  // namespace
}  // namespace fairlead::parser
