// SPDX-License-Identifier: Apache-2.0
#include "runner/config/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::runner {
namespace {

// Edit distance; words here are keys and flags, so the square is small.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  constexpr std::size_t kLongest = 64;  // what a user mistypes; longer text is something else
  if (word.empty() || word.size() > kLongest) return {};
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : words) {
    const std::size_t far = distance(word, candidate);
    if (far < best) {
      best = far;
      found = candidate;
    }
  }
  return found.empty() ? std::string() : "; did you mean \"" + std::string(found) + "\"?";
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace fairlead::runner
