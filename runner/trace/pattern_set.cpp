// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/pattern_set.hpp"

#include <algorithm>

namespace fairlead::runner {

namespace {

// Memory for full transition tables. 20 secrets of 40 bytes take a third.
constexpr std::size_t kDenseBytes = 512 * 1024;
constexpr std::size_t kMaxShift = 255;

unsigned char lower(unsigned char byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }
unsigned char upper(unsigned char byte) { return byte >= 'a' && byte <= 'z' ? byte - 32 : byte; }

std::size_t block(unsigned char first, unsigned char second) {
  return static_cast<std::size_t>(first) | static_cast<std::size_t>(second) << 8;
}

}  // namespace

PatternSet::PatternSet(std::vector<std::string> patterns, bool fold_case) : fold_case_(fold_case) {
  std::erase_if(patterns, [](const std::string& pattern) { return pattern.empty(); });
  if (fold_case)
    for (std::string& pattern : patterns)
      for (char& c : pattern) c = static_cast<char>(lower(static_cast<unsigned char>(c)));
  std::sort(patterns.begin(), patterns.end());
  patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
  patterns_ = patterns.size();
  nodes_.resize(1);
  if (patterns_ == 0) return;

  build_nodes(patterns);
  build_dense();
  shortest_ = std::min_element(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
                return a.size() < b.size();
              })->size();
  if (shortest_ >= 2) build_shift(patterns);
}

// Sorted patterns make the trie level by level: each state is a range of
// patterns that share their first `depth` bytes. Working through a queue of
// ranges numbers the states breadth first, and a state's fallback, being
// shallower, is ready before the state needs it.
void PatternSet::build_nodes(const std::vector<std::string>& patterns) {
  struct Range {
    std::size_t begin, end;
  };
  std::vector<Range> ranges{{0, patterns.size()}};
  for (State state = 0; state < nodes_.size(); ++state) {
    const auto [begin, end] = ranges[state];
    const std::uint32_t depth = nodes_[state].depth;
    nodes_[state].first_edge = static_cast<std::uint32_t>(edges_.size());
    if (state != kRoot) {
      const State fail = nodes_[state].fail;
      nodes_[state].match = patterns[begin].size() == depth ? depth : nodes_[fail].match;
    }
    std::size_t at = begin;
    while (at < end && patterns[at].size() == depth) ++at;  // the pattern that ends here
    while (at < end) {
      const auto byte = static_cast<unsigned char>(patterns[at][depth]);
      std::size_t stop = at + 1;
      while (stop < end && static_cast<unsigned char>(patterns[stop][depth]) == byte) ++stop;
      const auto child = static_cast<State>(nodes_.size());
      Node node;
      node.depth = depth + 1;
      node.fail = state == kRoot ? kRoot : next_sparse(nodes_[state].fail, byte);
      nodes_.push_back(node);
      ranges.push_back({at, stop});
      edges_.push_back({byte, child});
      ++nodes_[state].edge_count;
      at = stop;
    }
    nodes_[state].resume = nodes_[state].edge_count > 0 ? state : nodes_[nodes_[state].fail].resume;
  }
}

PatternSet::State PatternSet::next_sparse(State state, unsigned char byte) const {
  if (fold_case_) byte = lower(byte);
  for (;;) {
    if (state < dense_states_) return dense_[state * classes_ + class_of_[byte]];
    const Node& node = nodes_[state];
    for (std::uint32_t i = 0; i < node.edge_count; ++i) {
      const Edge& edge = edges_[node.first_edge + i];
      if (edge.byte == byte) return edge.to;
    }
    if (state == kRoot) return kRoot;
    state = node.fail;
  }
}

void PatternSet::build_dense() {
  std::array<bool, 256> used{};
  for (const Edge& edge : edges_) used[edge.byte] = true;
  for (std::size_t byte = 0; byte < 256; ++byte)
    if (used[byte]) class_of_[byte] = static_cast<std::uint8_t>(classes_++);
  // All 256 values used would need class 256: the last one then has no class
  // of its own to give, so share none and shift down.
  if (classes_ > 256) {
    classes_ = 256;
    for (std::size_t byte = 0; byte < 256; ++byte) class_of_[byte] = static_cast<std::uint8_t>(byte);
  }
  const std::size_t states =
      std::min(nodes_.size(), std::max<std::size_t>(1, kDenseBytes / (classes_ * sizeof(State))));
  dense_.assign(states * classes_, kRoot);
  for (State state = 0; state < states; ++state) {
    State* row = &dense_[state * classes_];
    if (state != kRoot) std::copy_n(&dense_[nodes_[state].fail * classes_], classes_, row);
    const Node& node = nodes_[state];
    for (std::uint32_t i = 0; i < node.edge_count; ++i) {
      const Edge& edge = edges_[node.first_edge + i];
      row[class_of_[edge.byte]] = edge.to;
    }
  }
  if (fold_case_)
    for (unsigned char byte = 'A'; byte <= 'Z'; ++byte) class_of_[byte] = class_of_[lower(byte)];
  dense_states_ = states;
}

// shift_[two bytes] is how far the window of `shortest_` bytes may move when
// it ends in these two: 0 means that a pattern may begin at its start.
void PatternSet::build_shift(const std::vector<std::string>& patterns) {
  const std::size_t window = std::min(shortest_, kMaxShift);
  shortest_ = window;
  shift_.assign(65536, static_cast<std::uint8_t>(window - 1));
  const auto lessen = [&](unsigned char first, unsigned char second, std::size_t value) {
    std::uint8_t& slot = shift_[block(first, second)];
    slot = std::min(slot, static_cast<std::uint8_t>(value));
  };
  for (const std::string& pattern : patterns) {
    for (std::size_t i = 1; i < window; ++i) {
      const auto first = static_cast<unsigned char>(pattern[i - 1]);
      const auto second = static_cast<unsigned char>(pattern[i]);
      const std::size_t value = window - 1 - i;
      lessen(first, second, value);
      if (fold_case_) {
        lessen(upper(first), second, value);
        lessen(first, upper(second), value);
        lessen(upper(first), upper(second), value);
      }
    }
  }
}

std::size_t PatternSet::skip(std::string_view text, std::size_t from) const {
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t window = shortest_;
  std::size_t end = from + window - 1;  // last byte of the window
  while (end < text.size()) {
    const std::size_t step = shift_[block(data[end - 1], data[end])];
    if (step == 0) return end - (window - 1);
    end += step;
  }
  return end - (window - 1);
}

}  // namespace fairlead::runner
