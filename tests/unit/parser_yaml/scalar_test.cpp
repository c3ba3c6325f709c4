// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/scalar.hpp"

#include <gtest/gtest.h>

#include "tests/support/yaml.hpp"

namespace fairlead::parser::yaml {
namespace {

std::string resolved(std::string_view text) {
  Node node;
  if (const auto refused = resolve_plain(text, node); !refused.empty())
    return "refused " + std::string(refused);
  switch (node.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "bool " + node.to_s();
    case Kind::integer:
      return "int " + node.to_s();
    case Kind::real:
      return "real " + node.to_s();
    default:
      return (node.is_symbol ? "symbol " : "string ") + node.text;
  }
}

struct Case {
  std::string text;
  std::string expected;
};

class PlainScalar : public testing::TestWithParam<Case> {};

TEST_P(PlainScalar, IsReadAsPsychReadsIt) { EXPECT_EQ(resolved(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Words, PlainScalar,
                         testing::Values(Case{"yes", "bool true"}, Case{"Yes", "bool true"},
                                         Case{"ON", "bool true"}, Case{"true", "bool true"},
                                         Case{"no", "bool false"}, Case{"off", "bool false"},
                                         Case{"False", "bool false"}, Case{"y", "string y"},
                                         Case{"N", "string N"}, Case{"null", "null"}, Case{"Null", "null"},
                                         Case{"~", "null"}, Case{"", "null"}, Case{"nulls", "string nulls"},
                                         Case{"ons", "string ons"}, Case{"\xC3\xA4", "string \xC3\xA4"},
                                         Case{"hello world", "string hello world"}));

INSTANTIATE_TEST_SUITE_P(
    Integers, PlainScalar,
    testing::Values(Case{"0", "int 0"}, Case{"-12", "int -12"}, Case{"+7", "int 7"}, Case{"0644", "int 420"},
                    Case{"0x1F", "int 31"}, Case{"-0x10", "int -16"}, Case{"0b101", "int 5"},
                    Case{"1_000", "int 1000"}, Case{"1,2", "int 12"}, Case{"08", "string 08"},
                    Case{"0o17", "string 0o17"}, Case{"0x", "string 0x"}, Case{"1e3", "string 1e3"},
                    Case{"1:30", "int 5400"}, Case{"1:30:15", "int 5415"}, Case{"-1:30", "int -1800"},
                    Case{"22:99", "string 22:99"}, Case{"1:2:3:4", "string 1:2:3:4"},
                    Case{"9223372036854775807", "int 9223372036854775807"},
                    Case{"123456789012345678901234567890", "int 123456789012345678901234567890"},
                    Case{"0xFFFFFFFFFFFFFFFFFF", "int 4722366482869645213695"}, Case{"1.2.3", "string 1.2.3"},
                    Case{"1-2", "string 1-2"}, Case{"12 monkeys", "string 12 monkeys"}));

INSTANTIATE_TEST_SUITE_P(Floats, PlainScalar,
                         testing::Values(Case{"1.5", "real 1.5"}, Case{".5", "real 0.5"},
                                         Case{"1.", "real 1.0"}, Case{"-1_000.5", "real -1000.5"},
                                         Case{"1.e+3", "real 1000.0"}, Case{"1.5e+20", "real 1.5e+20"},
                                         Case{"1.5e3", "string 1.5e3"}, Case{".", "string ."},
                                         Case{"-.", "string -."}, Case{".inf", "real Infinity"},
                                         Case{"-.INF", "real -Infinity"}, Case{".nan", "real NaN"},
                                         Case{"1:30.5", "real 5430.0"}, Case{"0.00001", "real 1.0e-05"},
                                         Case{".gitlab", "string .gitlab"}, Case{"-x", "string -x"}));

INSTANTIATE_TEST_SUITE_P(Symbols, PlainScalar,
                         testing::Values(Case{":value", "symbol value"}, Case{":\"a b\"", "symbol a b"},
                                         Case{":", "string :"}, Case{":'x", "symbol 'x"}));

INSTANTIATE_TEST_SUITE_P(Dates, PlainScalar,
                         testing::Values(Case{"2024-01-31", "refused Date"}, Case{"2024-1-1", "refused Date"},
                                         Case{"2024-13-01", "string 2024-13-01"},
                                         Case{"2024-01-32", "string 2024-01-32"},
                                         Case{"2024-01-31 10:00:00", "refused Time"},
                                         Case{"2024-01-31T10:00:00Z", "refused Time"},
                                         Case{"2024-01-31T10:00:00.5 +02:00", "refused Time"},
                                         Case{"2024-01-31T10:00", "string 2024-01-31T10:00"}));

TEST(Scalar, AQuotedOrBlockScalarIsAlwaysText) {
  EXPECT_EQ(tests::read_yaml("a: 'yes'\nb: \"012\"\nc: |\n  12\nd: \"2024-01-01\"\n").json(),
            R"({"a":"yes","b":"012","c":"12\n","d":"2024-01-01"})");
}

TEST(Scalar, TagsTurnScalarsAsPsychDoes) {
  EXPECT_EQ(tests::read_yaml("a: !!str 12\nb: !foo 12\nc: !foo '12'\nd: !!float 3\ne: !binary aGk=\n").json(),
            R"({"a":"12","b":12,"c":12,"d":3.0,"e":"hi"})");
}

TEST(Scalar, ARefusedDateSaysToQuoteIt) {
  const auto read = tests::read_yaml("a:\n  expire: 2024-01-31\n");
  ASSERT_TRUE(read.text.failure);
  EXPECT_EQ(read.text.failure->message, "Tried to load unspecified class: Date");
  EXPECT_EQ(read.text.failure->hint, "put 2024-01-31 in quotes");
  EXPECT_EQ(read.text.failure->mark, (Mark{0, 2, 11}));
}

TEST(Scalar, RubyObjectsAreRefused) {
  EXPECT_EQ(tests::read_yaml("a: !ruby/object:Gem::Installer\n  i: x\n").json(),
            "Tried to load unspecified class: Gem::Installer");
  EXPECT_EQ(tests::read_yaml("a: !ruby/regexp /x/\n").json(), "Tried to load unspecified class: Regexp");
}

}  // namespace
}  // namespace fairlead::parser::yaml
