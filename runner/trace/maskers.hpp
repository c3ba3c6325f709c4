// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runner/trace/filter_state.hpp"
#include "runner/trace/pattern_set.hpp"

// The three filters that hide secrets, in the order in which bytes pass them.
// Each takes bytes in any cut (`push`), appends what is decided, and gives up
// what it holds at `flush`.
namespace fairlead::runner {

inline constexpr std::string_view kMask = "[MASKED]";

// The patterns for each filter. Values are trimmed; empty ones are dropped.
std::shared_ptr<const PatternSet> masked_value_patterns(const std::vector<std::string>& values);
std::shared_ptr<const PatternSet> url_parameter_patterns();  // one for the process
// GitLab's own prefixes and the server's: at most 15, the shortest kept.
std::shared_ptr<const PatternSet> token_prefix_patterns(const std::vector<std::string>& server_prefixes,
                                                        bool default_tokens);

// Replaces each masked value. Where values overlap in the text, one mask
// stands for all of them together, so no part of any shows. Holds back only
// the tail that may still become a value.
class ValueMasker {
 public:
  explicit ValueMasker(std::shared_ptr<const PatternSet> values) : values_(std::move(values)) {}

  void push(std::string_view bytes, std::string& out);
  void flush(std::string& out);
  // Changes the values from here on; a tail that is held back counts as new text.
  void set_values(std::shared_ptr<const PatternSet> values);
  bool idle() const { return values_->empty() && held_.empty(); }  // push would only copy

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  struct Span {
    std::uint64_t begin, end;
  };
  void push_piece(std::string_view bytes, std::string& out);
  void add_match(std::uint64_t begin, std::uint64_t end);
  void emit(std::uint64_t until, std::string_view bytes, std::string& out);
  void replay_held();

  std::shared_ptr<const PatternSet> values_;
  PatternSet::State state_ = PatternSet::kRoot;
  std::uint64_t read_ = 0;          // bytes taken in
  std::uint64_t emitted_ = 0;       // bytes dealt with
  std::uint64_t masked_until_ = 0;  // the mask for bytes before this is already out
  std::deque<Span> pending_;        // found, not yet out; disjoint, in order
  std::string held_;                // [emitted_, read_)
};

// Replaces the value of a sensitive URL parameter (`?private_token=...`) up to
// the next `?`, `&`, blank or control character. Holds nothing back.
class UrlParameterMasker {
 public:
  explicit UrlParameterMasker(std::shared_ptr<const PatternSet> keys) : keys_(std::move(keys)) {}

  void push(std::string_view bytes, std::string& out);
  void flush();

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  std::shared_ptr<const PatternSet> keys_;
  PatternSet::State state_ = PatternSet::kRoot;
  bool in_value_ = false;
};

// Keeps a token's prefix ("glpat-") and replaces the `[A-Za-z0-9._=-]*` that
// follows. Holds nothing back. A mask that an earlier filter put inside a
// token does not end it.
class TokenMasker {
 public:
  explicit TokenMasker(std::shared_ptr<const PatternSet> prefixes) : prefixes_(std::move(prefixes)) {}

  void push(std::string_view bytes, std::string& out);
  void flush();

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  enum class Mode : std::uint8_t { text, token /* nothing masked yet */, masking, mask_text };

  std::shared_ptr<const PatternSet> prefixes_;
  PatternSet::State state_ = PatternSet::kRoot;
  Mode mode_ = Mode::text;
  std::size_t mask_at_ = 0;  // how much of "[MASKED]" has been seen inside a token
};

}  // namespace fairlead::runner
