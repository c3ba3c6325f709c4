// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/maskers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fairlead::runner {
namespace {

// `input` is cut at each '|'.
template <class Masker>
std::string run(Masker masker, std::string_view input) {
  std::string out;
  for (;;) {
    const std::size_t cut = input.find('|');
    masker.push(input.substr(0, cut), out);
    if (cut == std::string_view::npos) break;
    input.remove_prefix(cut + 1);
  }
  if constexpr (requires { masker.flush(out); })
    masker.flush(out);
  else
    masker.flush();
  return out;
}

std::string mask_values(const std::vector<std::string>& values, std::string_view input) {
  return run(ValueMasker(masked_value_patterns(values)), input);
}
std::string mask_urls(std::string_view input) {
  return run(UrlParameterMasker(url_parameter_patterns()), input);
}
std::string mask_tokens(std::string_view input, const std::vector<std::string>& prefixes = {}) {
  return run(TokenMasker(token_prefix_patterns(prefixes, true)), input);
}

TEST(ValueMasker, ReplacesEachOccurrence) {
  EXPECT_EQ(mask_values({}, "nothing to hide"), "nothing to hide");
  EXPECT_EQ(mask_values({"secrets"}, "secrets"), "[MASKED]");
  EXPECT_EQ(mask_values({"secrets"}, "secretssecrets"), "[MASKED][MASKED]");
  EXPECT_EQ(mask_values({"foo", "bar"}, "xfoox ybary ffoo barr ffooo bbarr"),
            "x[MASKED]x y[MASKED]y f[MASKED] [MASKED]r f[MASKED]o b[MASKED]r");
}

TEST(ValueMasker, FindsAValueAcrossEveryCut) {
  EXPECT_EQ(mask_values({"secrets"}, "s|ecre||ts"), "[MASKED]");
  EXPECT_EQ(mask_values({"secrets"}, "s|secrets"), "s[MASKED]");
  EXPECT_EQ(mask_values({"secrets"}, "secret|x secre|"), "secretx secre");
  const std::string half(8000, '_');
  EXPECT_EQ(mask_values({half + half}, "large: " + half + "|" + half), "large: [MASKED]");
}

TEST(ValueMasker, TheLongestValueWins) {
  EXPECT_EQ(mask_values({"mask", "prefix_mask"}, "prefix_mask mask prefix_ma|sk"),
            "[MASKED] [MASKED] [MASKED]");
  EXPECT_EQ(mask_values({"secret", "secret-and-more"}, "secret-and-more secret-and-less"),
            "[MASKED] [MASKED]-and-less");
}

TEST(ValueMasker, OverlappingValuesLeaveNoPartInTheClear) {
  EXPECT_EQ(mask_values({"this is the end", "en foobar", "en"}, "this is the en| foobar"),
            "this is the [MASKED]");
  EXPECT_EQ(mask_values({"abcd", "cdef"}, "xabcdefx"), "x[MASKED]x");
  EXPECT_EQ(mask_values({"abab"}, "ababab|ab"), "[MASKED]");
}

TEST(ValueMasker, ValuesAreTrimmedAndEmptyOnesIgnored) {
  EXPECT_EQ(mask_values({"  secret \n", "", "   "}, "my secret here"), "my [MASKED] here");
}

TEST(ValueMasker, HoldsBackOnlyWhatMayBecomeAValue) {
  ValueMasker masker(masked_value_patterns({"secret"}));
  std::string out;
  masker.push("a line of text se", out);
  EXPECT_EQ(out, "a line of text ");
  masker.push("t", out);
  EXPECT_EQ(out, "a line of text set");
  masker.push("secret", out);
  EXPECT_EQ(out, "a line of text set[MASKED]") << "a whole value is masked at once";
}

TEST(ValueMasker, ValuesAddedLaterApplyToWhatIsHeldBack) {
  ValueMasker masker(masked_value_patterns({"token-one"}));
  std::string out;
  masker.push("a token-", out);
  masker.set_values(masked_value_patterns({"token-one", "token-two"}));
  masker.push("two b", out);
  masker.flush(out);
  EXPECT_EQ(out, "a [MASKED] b");
}

// What the masker must give, worked out the slow way.
std::string reference(const std::vector<std::string>& values, const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const std::string& value : values)
      if (text.compare(at, value.size(), value) == 0) {
        if (!spans.empty() && at < spans.back().second)
          spans.back().second = std::max(spans.back().second, at + value.size());
        else
          spans.emplace_back(at, at + value.size());
      }
  std::string out;
  std::size_t at = 0;
  for (const auto& [begin, end] : spans) {
    out += text.substr(at, begin - at);
    out += kMask;
    at = end;
  }
  return out + text.substr(at);
}

TEST(ValueMasker, AnyCutAndAnyRestoreGiveWhatASlowSearchGives) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < 1000; ++round) {
    const std::size_t letters = 2 + below(3);
    const auto word = [&](std::size_t length) {
      std::string text;
      for (std::size_t i = 0; i < length; ++i) text.push_back(static_cast<char>('a' + below(letters)));
      return text;
    };
    std::vector<std::string> values;
    const std::size_t shortest = 1 + below(5);
    for (std::size_t i = 0, n = 1 + below(6); i < n; ++i) values.push_back(word(shortest + below(6)));
    const std::string text = word(1 + below(120));

    const auto patterns = masked_value_patterns(values);
    ValueMasker masker(patterns);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t take = std::min(text.size() - at, below(20));
      masker.push(std::string_view(text).substr(at, take), out);
      at += take;
      if (below(3) == 0) {
        StateWriter writer;
        masker.save(writer);
        const std::string state = writer.take();
        StateReader reader(state);
        ValueMasker other(patterns);
        other.restore(reader);
        ASSERT_TRUE(reader.ok() && reader.at_end());
        masker = other;
      }
    }
    masker.flush(out);
    ASSERT_EQ(out, reference(values, text)) << "round " << round << " text " << text;
  }
}

TEST(ValueMasker, SecretsLargerThanTheTablesAreFound) {
  std::mt19937 random(3);
  std::vector<std::string> values;
  for (int i = 0; i < 8; ++i) {
    std::string value;
    for (int k = 0; k < 20'000; ++k) value.push_back(static_cast<char>('a' + random() % 26));
    values.push_back(std::move(value));
  }
  std::string text;
  for (const std::string& value : values) text += "<" + value + ">" + value.substr(0, 9'999) + value;
  std::string out;
  ValueMasker masker(masked_value_patterns(values));
  for (std::size_t at = 0; at < text.size(); at += 4096)
    masker.push(std::string_view(text).substr(at, 4096), out);
  masker.flush(out);
  EXPECT_EQ(out, reference(values, text));
}

TEST(UrlParameterMasker, ReplacesTheValuesOfSensitiveParameters) {
  EXPECT_EQ(mask_urls("https://example.com/?private_token=deadbeef sensitive https://example.com/?x=1"),
            "https://example.com/?private_token=[MASKED] sensitive https://example.com/?x=1");
  EXPECT_EQ(mask_urls("?rss_token=a&authenticity_token=b&ok=c"),
            "?rss_token=[MASKED]&authenticity_token=[MASKED]&ok=c");
  EXPECT_EQ(mask_urls("?X-Amz-Signature=a&x-amz-credential=b/c&X-AMZ-SECURITY-TOKEN=d\n"),
            "?X-Amz-Signature=[MASKED]&x-amz-credential=[MASKED]&X-AMZ-SECURITY-TOKEN=[MASKED]\n");
  EXPECT_EQ(mask_urls("&private_tokens=a private_token=b"), "&private_tokens=a private_token=b");
}

TEST(UrlParameterMasker, CutsDoNotMatter) {
  EXPECT_EQ(mask_urls("https://e/|?priv|ate_token|=|dead|beef| s"), "https://e/?private_token=[MASKED] s");
  EXPECT_EQ(mask_urls("?rss_token="), "?rss_token=[MASKED]") << "an empty value at the end";
}

TEST(TokenMasker, KeepsThePrefixAndReplacesTheRest) {
  EXPECT_EQ(mask_tokens("ex glpat-imperdiet=_-. end"), "ex glpat-[MASKED] end");
  EXPECT_EQ(mask_tokens("glpat-impglpat-erdiet x"), "glpat-[MASKED] x");
  EXPECT_EQ(mask_tokens("glpat- alone"), "glpat- alone");
  EXPECT_EQ(mask_tokens("a gl|p|at|-x|y|z| _gitlab_session=abc; glrt-t1_q."),
            "a glpat-[MASKED] _gitlab_session=[MASKED]; glrt-[MASKED]");
}

TEST(TokenMasker, TheServersPrefixesAreAddedUpToFifteen) {
  EXPECT_EQ(mask_tokens("tok-abc", {"tok-"}), "tok-[MASKED]");
  // 14 are built in, so one more fits; then the longest drop out, whoever named them.
  EXPECT_EQ(mask_tokens("aa-x bb-longer-x _gitlab_session=x", {"bb-longer-", "aa-"}),
            "aa-[MASKED] bb-longer-[MASKED] _gitlab_session=x");
}

TEST(TokenMasker, AMaskWithinATokenDoesNotEndIt) {
  EXPECT_EQ(mask_tokens("glpat-[MASKED]abc"), "glpat-[MASKED][MASKED]");
  EXPECT_EQ(mask_tokens("glpat-ab[MAS|KED]cd e"), "glpat-[MASKED][MASKED][MASKED] e");
  EXPECT_EQ(mask_tokens("glpat-[MASonry]abc"), "glpat-[MASonry]abc");
}

}  // namespace
}  // namespace fairlead::runner
