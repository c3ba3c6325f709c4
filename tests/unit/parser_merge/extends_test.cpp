// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/extends.hpp"

#include <gtest/gtest.h>

#include "parser/yaml/json.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser::merge {
namespace {

struct Extended {
  tests::ReadYaml read;
  Diagnostics diagnostics;
  yaml::NodePtr root;

  std::string json(std::string_view job) const { return yaml::to_json(*root->get(job)); }
  std::string errors() const {
    std::string all;
    for (const auto& each : diagnostics.all()) all += each.message + "\n";
    return all;
  }
};

Extended extend(const std::string& text, std::size_t entries = 4'000'000) {
  Extended result{tests::read_yaml(text), {}, nullptr};
  Budget budget(entries);
  result.root = apply_extends(result.read.text.content, budget, result.diagnostics);
  return result;
}

TEST(Extends, BasesMergeFromLeftToRightAndTheJobLast) {
  EXPECT_EQ(extend(".a: {x: 1, y: 1, z: 1}\n.b: {y: 2, z: 2}\nj: {extends: [.a, .b], z: 3}\n").json("j"),
            R"({"x":1,"y":2,"z":3,"extends":[".a",".b"]})");
}

TEST(Extends, NothingToExtendIsNoProblem) {
  EXPECT_EQ(extend("a: {extends: null, x: 1}\nb: {extends: [], x: 1}\n").errors(), "");
}

TEST(Extends, AnEntryNamesTheBasesItCameThrough) {
  const auto result = extend(
      ".root: {image: r, variables: {A: 1}}\n.mid: {extends: .root}\njob: {extends: .mid, variables: {B: "
      "2}}\n");
  const auto job = result.root->get("job");
  const auto* image = job->find("image");
  EXPECT_EQ(image->via->what, ".mid");
  EXPECT_EQ(image->via->step, yaml::Via::Step::extends);
  EXPECT_EQ(image->via->next->what, ".root");
  EXPECT_EQ(image->value->mark.line, 1U);
  EXPECT_EQ(job->get("variables")->find("A")->via->what, ".mid");
  EXPECT_FALSE(job->get("variables")->find("B")->via);
}

TEST(Extends, UnknownBasesAreNamedTogetherWithASuggestion) {
  const auto result = extend(".base: {a: 1}\njob:\n  extends: [.bsae, .base, nowhere]\n");
  EXPECT_EQ(result.errors(), "job: unknown keys in `extends` (.bsae, nowhere)\n");
  EXPECT_EQ(result.diagnostics.all()[0].hint, "did you mean \".base\"?");
  EXPECT_EQ(result.diagnostics.all()[0].mark, (Mark{0, 3, 13}));
}

TEST(Extends, ABaseThatIsNoMapIsNamed) {
  EXPECT_EQ(extend(".base: [a]\njob: {extends: .base}\n").errors(),
            "job: invalid base hashes in `extends` (.base)\n");
}

TEST(Extends, OddValuesAreNamedAsRubyWould) {
  EXPECT_EQ(extend("job: {extends: {a: b}}\n").errors(), "job: unknown keys in `extends` ({\"a\"=>\"b\"})\n");
  EXPECT_EQ(extend("job: {extends: [[x]]}\n").errors(), "job: unknown keys in `extends` ([\"x\"])\n");
}

TEST(Extends, ACircleIsReportedOnceWithEveryMember) {
  const auto result = extend("a: {extends: b}\nb: {extends: c}\nc: {extends: a}\nd: {extends: a}\n");
  EXPECT_EQ(result.errors(), "a: circular dependency detected in `extends`\n");
  EXPECT_EQ(result.diagnostics.all()[0].hint, "the circle is a extends b extends c extends a");
}

TEST(Extends, SeveralCausesAreAllReported) {
  EXPECT_EQ(extend("a: {extends: x}\nb: {extends: b}\nc: {extends: a}\n").errors(),
            "a: unknown keys in `extends` (x)\nb: circular dependency detected in `extends`\n");
}

// j0 extends j1 extends ... jN, in this or the opposite order of the file.
std::string chain(int length, bool bases_first) {
  std::string text;
  for (int at = 0; at <= length; ++at) {
    const int i = bases_first ? length - at : at;
    text += "j" + std::to_string(i) + ": {" +
            (i < length ? "extends: j" + std::to_string(i + 1) : "script: x") + "}\n";
  }
  return text;
}

TEST(Extends, TenAncestorsAreAllowedWhicheverComesFirstInTheFile) {
  // The last base extends nothing, so that it may be the eleventh.
  EXPECT_EQ(extend(chain(11, false)).errors(), "");
  EXPECT_EQ(extend(chain(11, true)).errors(), "");
  EXPECT_EQ(extend(chain(12, false)).errors(), "j11: nesting too deep in `extends`\n");
  EXPECT_EQ(extend(chain(12, true)).errors(), "j11: nesting too deep in `extends`\n");
}

TEST(Extends, AVeryLongChainIsRefusedWithoutRecursion) {
  const auto result = extend(chain(50'000, false));
  EXPECT_NE(result.errors().find("nesting too deep"), std::string::npos);
}

TEST(Extends, DiamondsCostNoMoreThanTheirEdges) {
  std::string text = "l0: {x: 1}\n";
  for (int i = 1; i <= 10; ++i) {
    const std::string below = "l" + std::to_string(i - 1);
    std::string bases;
    for (int repeat = 0; repeat < 20; ++repeat) bases += below + ", ";
    text += "l" + std::to_string(i) + ": {extends: [" + bases + below + "]}\n";
  }
  EXPECT_EQ(extend(text).errors(), "");  // 21^10 ways down
}

TEST(Extends, AmplificationIsBounded) {
  std::string text = ".big: {variables: {";
  for (int i = 0; i < 1000; ++i) text += "V" + std::to_string(i) + ": x, ";
  text += "}}\n";
  for (int i = 0; i < 200; ++i) text += "j" + std::to_string(i) + ": {extends: .big, variables: {A: b}}\n";
  const auto result = extend(text, 100'000);
  EXPECT_FALSE(result.root);
  EXPECT_EQ(result.errors(), "The parsed YAML is too big\n");
  EXPECT_TRUE(extend(text).root);
}

}  // namespace
}  // namespace fairlead::parser::merge
