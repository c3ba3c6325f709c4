// SPDX-License-Identifier: Apache-2.0
#include "parser/variables/expand.hpp"

#include <gtest/gtest.h>

#include "parser/variables/collection.hpp"

namespace fairlead::parser {
namespace {

std::string expanded(std::string_view text) {
  const model::Variables variables{{.key = "V", .value = "value"}, {.key = "V", .value = "later"}};
  return expand(text, VariableIndex(variables));
}

TEST(Expand, ADoubledDollarIsADollarAndTheValue) { EXPECT_EQ(expanded("$$V"), "$later"); }

TEST(Expand, OddSignsStayAsTheyAre) {
  EXPECT_EQ(expanded("$ % $1 ${} ${V %V %1% $-"), "$ % $1 ${} ${V %V %1% $-");
  EXPECT_EQ(expanded("100%"), "100%");
}

TEST(Expand, ALongNameIsNotAShortOneWithATail) { EXPECT_EQ(expanded("$Vx|${V}x|%V%x"), "|laterx|laterx"); }

TEST(Expand, LayersAnswerFromTheFirst) {
  const model::Variables low{{.key = "A", .value = "low"}, {.key = "B", .value = "b"}};
  const model::Variables high{{.key = "A", .value = "high"}};
  const VariableIndex below(low);
  const VariableList above(high);
  const LayeredLookup both({&above, &below});
  EXPECT_EQ(expand("$A$B", both), "highb");
}

TEST(SortAndExpandAll, ASelfReferenceTakesTheEarlierValue) {
  const ExpandedVariables result =
      sort_and_expand_all({{.key = "PATH", .value = "/bin"}, {.key = "PATH", .value = "/opt:$PATH"}});
  EXPECT_FALSE(result.cycle_error);
  EXPECT_EQ(result.variables.back().value, "/opt:/bin");
}

TEST(SortAndExpandAll, ALongChainNeedsNoStack) {
  model::Variables variables;
  for (int i = 0; i < 20'000; ++i)
    variables.push_back({.key = "V" + std::to_string(i), .value = "$V" + std::to_string(i + 1)});
  variables.push_back({.key = "V20000", .value = "end"});
  EXPECT_EQ(sort_and_expand_all(variables).variables.back().value, "end");
}

TEST(SortAndExpandAll, ADoublingChainIsBounded) {
  model::Variables variables;
  for (int i = 0; i < 60; ++i) {
    const std::string next = "V" + std::to_string(i + 1);
    variables.push_back({.key = "V" + std::to_string(i), .value = "${" + next + "}${" + next + "}"});
  }
  variables.push_back({.key = "V60", .value = "x"});
  const ExpandedVariables result = sort_and_expand_all(variables);
  std::size_t total = 0;
  for (const model::Variable& variable : result.variables) total += variable.value.size();
  EXPECT_LE(total, kMaxExpandedBytes + 60 * 20);
  EXPECT_EQ(result.variables[3].value, std::string(8, 'x'));
}

TEST(Expand, ManyReferencesToALongValueAreBounded) {
  const model::Variables variables{{.key = "V", .value = std::string(1024 * 1024, 'x')}};
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "$V";
  EXPECT_LE(expand(text, VariableIndex(variables)).size(), kMaxExpandedBytes + text.size());
}

TEST(CycleError, NamesEveryCycle) {
  EXPECT_EQ(cycle_error({{.key = "A", .value = "$B"},
                         {.key = "B", .value = "$A"},
                         {.key = "C", .value = "$D"},
                         {.key = "D", .value = "${C}"}}),
            R"(circular variable reference detected: ["A", "B"], ["C", "D"])");
}

}  // namespace
}  // namespace fairlead::parser
