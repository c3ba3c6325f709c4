// SPDX-License-Identifier: Apache-2.0
#include "parser/load.hpp"

#include <gtest/gtest.h>

#include "tests/support/load.hpp"

namespace fairlead::parser {
namespace {

using tests::load;

TEST(Load, IncludesThenExtendsThenReferences) {
  const auto loaded = load(
      "include: base.yml\n"
      "job:\n"
      "  extends: .base\n"
      "  script:\n"
      "    - !reference [.base, before_script]\n"
      "    - make\n",
      {{"base.yml", ".base:\n  image: alpine\n  before_script: [setup]\n"}});
  EXPECT_EQ(
      loaded.json(),
      R"({".base":{"image":"alpine","before_script":["setup"]},)"
      R"("job":{"image":"alpine","before_script":["setup"],"extends":".base","script":[["setup"],"make"]}})");
}

TEST(Load, AKeywordsWayCanBeToldFromItsEntry) {
  const auto loaded = load("include: base.yml\njob: {extends: .mid}\n",
                           {{"base.yml", ".root: &root {image: alpine}\n.mid: {<<: *root}\n"}});
  const auto* image = loaded.document.root->get("job")->find("image");
  ASSERT_TRUE(image);
  EXPECT_EQ(loaded.files.describe(image->value->mark), "base.yml:1:22");
  std::string way;
  for (auto via = image->via; via; via = via->next) way += via->what + " ";
  EXPECT_EQ(way, ".mid base.yml root ");
}

TEST(Load, AnEmptyFileAsksForContent) {
  EXPECT_EQ(load("").errors(), "Please provide content of .gitlab-ci.yml\n");
  EXPECT_EQ(load(" \n\t\n").errors(), "Please provide content of .gitlab-ci.yml\n");
}

TEST(Load, AFileOfCommentsIsAnEmptyDocument) { EXPECT_EQ(load("# later\n").json(), "{}"); }

TEST(Load, AHeaderIsSetApart) {
  EXPECT_EQ(load("spec:\n  inputs:\n    x: {default: 1}\n---\njob: {script: echo}\n").json(),
            R"({"job":{"script":"echo"}})");
}

TEST(Load, InputsThatAreReallyUsedAreRefusedClearly) {
  const auto loaded = load("spec:\n  inputs:\n    x:\n---\njob:\n  script: echo $[[ inputs.x ]]\n");
  EXPECT_EQ(loaded.errors(), "inputs are not interpolated yet: `$[[ inputs.… ]]` cannot be filled in\n");
  EXPECT_EQ(loaded.place(), ".gitlab-ci.yml:6:11");
}

TEST(Load, BlocksOfOtherContextsAndThoseWithoutAHeaderAreText) {
  EXPECT_EQ(load("spec: {}\n---\njob: {script: 'echo $[[ matrix.X ]]'}\n").errors(), "");
  EXPECT_EQ(load("job: {script: 'echo $[[ inputs.x ]]'}\n").errors(), "");
}

TEST(Load, SyntaxErrorsHaveTheirPlaceInTheFileEvenBehindADivider) {
  const auto loaded = load("---\n\nfoo: bar\n\tbaz: 1\n");
  EXPECT_EQ(loaded.diagnostics.error_count(), 1U);
  EXPECT_TRUE(loaded.place().starts_with(".gitlab-ci.yml:4:")) << loaded.place();
}

TEST(Load, AmplificationThroughExtendsAndReferencesIsRefused) {
  std::string text = ".big:\n  script:\n    - " + std::string(1'000'000, 'x') + "\n";
  for (int i = 0; i < 500; ++i) text += "j" + std::to_string(i) + ": {extends: .big}\n";
  EXPECT_EQ(load(text).errors(), "The parsed YAML is too big\n");
}

}  // namespace
}  // namespace fairlead::parser
