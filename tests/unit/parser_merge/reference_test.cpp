// SPDX-License-Identifier: Apache-2.0
#include "parser/merge/reference.hpp"

#include <gtest/gtest.h>

#include "parser/yaml/json.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::parser::merge {
namespace {

struct Resolved {
  tests::ReadYaml read;
  Diagnostics diagnostics;
  yaml::NodePtr root;

  std::string json() const { return yaml::to_json(*root); }
  std::string errors() const {
    std::string all;
    for (const auto& each : diagnostics.all()) all += each.message + "\n";
    return all;
  }
};

Resolved resolve(const std::string& text) {
  Resolved result{tests::read_yaml(text), {}, nullptr};
  EXPECT_FALSE(result.read.text.failure) << result.read.text.failure->message;
  result.root = resolve_references(result.read.text.content, result.diagnostics);
  return result;
}

TEST(Reference, TakesTheValueOfThePathAndKeepsItsPlace) {
  const auto result = resolve(
      ".s: {script: [a, b]}\nj:\n  script:\n    - !reference [.s, script]\n    - c\n  x: !reference [.s, "
      "script]\n");
  EXPECT_EQ(result.json(), R"({".s":{"script":["a","b"]},"j":{"script":[["a","b"],"c"],"x":["a","b"]}})");
  const auto job = result.root->get("j");
  EXPECT_EQ(job->get("script")->items[0]->mark.line, 1U);
  EXPECT_EQ(job->find("x")->via->step, yaml::Via::Step::reference);
  EXPECT_EQ(job->find("x")->via->what, ".s:script");
}

TEST(Reference, WhatHasNoneIsSharedUntouched) {
  const auto result = resolve("a: {b: [1, {c: d}]}\n");
  EXPECT_EQ(result.root, result.read.text.content);
}

TEST(Reference, NullAndFalseCannotBeFound) {
  EXPECT_EQ(resolve("a: {n: null, f: no, t: yes}\nb: !reference [a, n]\n").errors(),
            "!reference [\"a\", \"n\"] could not be found\n");
  EXPECT_EQ(resolve("a: {n: null, f: no, t: yes}\nb: !reference [a, f]\n").errors(),
            "!reference [\"a\", \"f\"] could not be found\n");
  EXPECT_EQ(resolve("a: {n: null, f: no, t: yes}\nb: !reference [a, t]\n").errors(), "");
}

TEST(Reference, AMissingPartIsNamedWithASuggestion) {
  const auto result = resolve(".setup: {script: [a]}\nj: {script: !reference [.setup, scirpt]}\n");
  EXPECT_EQ(result.errors(), "!reference [\".setup\", \"scirpt\"] could not be found\n");
  EXPECT_EQ(result.diagnostics.all()[0].hint, "there is no \"scirpt\" in .setup; did you mean \"script\"?");
  EXPECT_EQ(result.diagnostics.all()[0].mark, (Mark{0, 2, 13}));
}

TEST(Reference, APathCannotLeadThroughAnotherReference) {
  const auto result = resolve("a: {b: {c: 1}}\nd: !reference [a, b]\ne: !reference [d, c]\n");
  EXPECT_EQ(result.errors(), "!reference [\"d\", \"c\"] could not be found\n");
  EXPECT_EQ(result.diagnostics.all()[0].hint, "a path cannot lead through another !reference, as d is");
}

TEST(Reference, SymbolsAreNoPath) {
  EXPECT_EQ(resolve("b: !reference\n  - :a\n").errors(), "!reference [:a] is not valid\n");
}

TEST(Reference, EveryCauseIsReportedOnce) {
  EXPECT_EQ(resolve("a: !reference [x]\nb: !reference [a]\nc: [!reference [y], !reference [x]]\n").errors(),
            "!reference [\"x\"] could not be found\n!reference [\"y\"] could not be found\n"
            "!reference [\"x\"] could not be found\n");
}

TEST(Reference, OneThatStandsWithinItsOwnTargetIsCircular) {
  EXPECT_EQ(resolve("a: {b: [1, !reference [a]]}\n").errors(),
            "!reference [\"a\"] is part of a circular chain\n");
}

TEST(Reference, ALongChainIsRefusedNotFollowed) {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "k" + std::to_string(i) + ": !reference [k" + std::to_string(i + 1) + "]\n";
  text += "k20000: end\n";
  EXPECT_NE(resolve(text).errors().find("The parsed YAML is too big"), std::string::npos);
}

TEST(Reference, AmplificationIsSharedAndItsSizeRefused) {
  std::string text = "k0: [lol, lol]\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string below = "!reference [k" + std::to_string(i - 1) + "]";
    text += "k" + std::to_string(i) + ": [" + below + ", " + below + "]\n";
  }
  auto result = resolve(text);
  EXPECT_EQ(result.errors(), "");
  EXPECT_FALSE(check_expanded_size(result.root, 64U << 20, result.diagnostics));
  EXPECT_EQ(result.errors(), "The parsed YAML is too big\n");
}

TEST(ExpandedSize, CountsSharedPartsAsOftenAsTheyStandThere) {
  const auto read = tests::read_yaml("a: &a [xxxxxxxxxx]\nb: [*a, *a, *a]\n");
  Diagnostics diagnostics;
  EXPECT_TRUE(check_expanded_size(read.text.content, 48, diagnostics));
  EXPECT_FALSE(check_expanded_size(read.text.content, 47, diagnostics));
}

}  // namespace
}  // namespace fairlead::parser::merge
