// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::runner {

// Finds many byte strings at once (an Aho-Corasick automaton), with a skip
// table (Wu-Manber) that passes over text where nothing can begin.
//
// Immutable after construction, so any number of filters share one. States
// are numbers; kRoot is "nothing begun". Numbering is breadth first: the
// shallow states, where text spends its time, have full transition tables;
// deep ones of long secrets keep one edge list and a fallback, so that a
// 10 KiB secret costs kilobytes, not megabytes.
class PatternSet {
 public:
  using State = std::uint32_t;
  static constexpr State kRoot = 0;

  // Empty patterns are ignored. `fold_case`: ASCII letters match either case.
  explicit PatternSet(std::vector<std::string> patterns, bool fold_case = false);

  bool empty() const { return patterns_ == 0; }
  bool valid(std::uint64_t state) const { return state < nodes_.size(); }  // of a number read from outside

  State next(State state, unsigned char byte) const {
    if (state < dense_states_) return dense_[state * classes_ + class_of_[byte]];
    return next_sparse(state, byte);
  }
  // Length of the longest pattern that ends in this state; 0: none does.
  std::uint32_t match(State state) const { return nodes_[state].match; }
  // The state to go on from after a match: the same, or, where no pattern
  // goes deeper, the longest suffix that one could still grow from.
  State after_match(State state) const { return nodes_[state].resume; }
  // How many bytes back the text that is still undecided begins.
  std::uint32_t depth(State state) const { return nodes_[state].depth; }

  // The first position at or after `from` where a pattern may begin, or where
  // fewer bytes remain than the shortest pattern has.
  std::size_t skip(std::string_view text, std::size_t from) const;
  bool can_skip() const { return !shift_.empty(); }
  std::size_t shortest() const { return shortest_; }

 private:
  struct Node {
    std::uint32_t depth = 0;
    std::uint32_t match = 0;
    State fail = kRoot;
    State resume = kRoot;
    std::uint32_t first_edge = 0;  // into edges_
    std::uint32_t edge_count = 0;
  };
  struct Edge {
    unsigned char byte;
    State to;
  };

  State next_sparse(State state, unsigned char byte) const;
  void build_nodes(const std::vector<std::string>& patterns);
  void build_dense();
  void build_shift(const std::vector<std::string>& patterns);

  std::size_t patterns_ = 0;
  std::size_t shortest_ = 0;
  bool fold_case_ = false;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::array<std::uint8_t, 256> class_of_{};  // bytes that no pattern has share class 0
  std::size_t classes_ = 1;
  std::size_t dense_states_ = 0;
  std::vector<State> dense_;
  std::vector<std::uint8_t> shift_;  // by two bytes; empty when the shortest pattern has one
};

}  // namespace fairlead::runner
