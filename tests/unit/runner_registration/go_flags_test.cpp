// SPDX-License-Identifier: Apache-2.0
#include "runner/registration/go_flags.hpp"

#include <gmock/gmock.h>

namespace fairlead::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Flag> kFlags = {{{"url", "u"}, false}, {{"locked"}, true}, {{"env"}, false}};

Result<FlagValues> parse(const std::vector<std::string>& words) {
  std::vector<std::string> rest;
  return parse_go_flags(kFlags, words, rest);
}

TEST(GoFlags, TakesOneDashOrTwoAndTheValueInBothForms) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"-u", "x"}, {"--u", "x"}, {"-url", "x"}, {"--url", "x"}, {"--url=x"}, {"-u=x"}})
    EXPECT_EQ(parse(words)->text("url"), "x") << words.front();
}

TEST(GoFlags, ABooleanTakesItsValueOnlyBehindAnEqualsSign) {
  EXPECT_TRUE(parse({"--locked"})->on("locked"));
  EXPECT_FALSE(parse({"--locked=false"})->on("locked"));
  std::vector<std::string> rest;
  const std::vector<std::string> words = {"--locked", "false"};
  EXPECT_TRUE(parse_go_flags(kFlags, words, rest)->on("locked"));
  EXPECT_THAT(rest, ElementsAre("false"));
  EXPECT_THAT(parse({"--locked=maybe"}).error().message, HasSubstr("must be true or false"));
}

TEST(GoFlags, KeepsRepeatedValuesInOrder) {
  EXPECT_THAT(parse({"--env", "A=1", "--env=B=2"})->all("env"), ElementsAre("A=1", "B=2"));
}

TEST(GoFlags, NamesAFlagThatDoesNotExistAndWhatIsNear) {
  EXPECT_EQ(parse({"--lokced"}).error().message, "there is no flag --lokced; did you mean \"locked\"?");
  EXPECT_EQ(parse({"--url"}).error().message, "--url needs a value");
}

TEST(GoFlags, EndsAtTwoDashes) {
  std::vector<std::string> rest;
  const std::vector<std::string> words = {"-u", "x", "--", "--locked"};
  EXPECT_FALSE(parse_go_flags(kFlags, words, rest)->has("locked"));
  EXPECT_THAT(rest, ElementsAre("--locked"));
}

}  // namespace
}  // namespace fairlead::runner
