// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/maskers.hpp"

#include <algorithm>
#include <array>

namespace fairlead::runner {

namespace {

// Work goes in pieces that stay in the cache and bound `pending_`.
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMaxPrefixes = 15;
constexpr std::array<std::string_view, 6> kUrlParameters = {"private_token",    "authenticity_token",
                                                            "rss_token",        "x-amz-signature",
                                                            "x-amz-credential", "x-amz-security-token"};
constexpr std::array<std::string_view, 13> kDefaultTokens = {
    "gloas-", "gldt-",    "glrt-",   "glcbt-",  "glrtr-",           "glptt-", "glft-",
    "glimt-", "glagent-", "glsoat-", "glffct-", "_gitlab_session=", "gltok-"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool ends_parameter(unsigned char c) { return c <= ' ' || c == '?' || c == '&' || c == 0x7f; }

bool in_token(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == '=';
}

// Advances the automaton through text[at..] and calls `found(state)` for each
// match, with `at` just behind it, until that returns false or the text ends.
// Uses the skip table wherever nothing has begun.
template <class Found>
void scan(const PatternSet& set, PatternSet::State& state, std::string_view text, std::size_t& at,
          Found found) {
  const std::size_t size = text.size();
  while (at < size) {
    if (state == PatternSet::kRoot && set.can_skip()) at = set.skip(text, at);
    // Where less than the shortest pattern is left, the tail must be walked
    // to its end, for the state to be right for the bytes to come.
    const bool tail = at + set.shortest() > size || !set.can_skip();
    const std::size_t begun = at;
    while (at < size) {
      state = set.next(state, static_cast<unsigned char>(text[at++]));
      if (set.match(state) != 0) {
        const PatternSet::State matched = state;
        state = set.after_match(state);
        if (!found(matched)) return;
      }
      if (tail) continue;
      if (state == PatternSet::kRoot) break;
      // One byte that may begin a pattern is cheaper to judge by the table.
      if (set.depth(state) == 1 && at - begun >= 2) {
        --at;
        state = PatternSet::kRoot;
        break;
      }
    }
  }
}

}  // namespace

std::shared_ptr<const PatternSet> masked_value_patterns(const std::vector<std::string>& values) {
  std::vector<std::string> patterns;
  for (const std::string& value : values)
    if (const std::string_view trimmed = trim(value); !trimmed.empty()) patterns.emplace_back(trimmed);
  if (patterns.empty()) {
    static const auto none = std::make_shared<const PatternSet>(std::vector<std::string>{});
    return none;
  }
  return std::make_shared<const PatternSet>(std::move(patterns));
}

std::shared_ptr<const PatternSet> url_parameter_patterns() {
  static const auto set = [] {
    std::vector<std::string> patterns;
    for (const std::string_view key : kUrlParameters)
      for (const char separator : {'?', '&'}) patterns.push_back(separator + std::string(key) + '=');
    return std::make_shared<const PatternSet>(std::move(patterns), /*fold_case=*/true);
  }();
  return set;
}

std::shared_ptr<const PatternSet> token_prefix_patterns(const std::vector<std::string>& server_prefixes,
                                                        bool default_tokens) {
  const auto build = [&] {
    std::vector<std::string> prefixes;  // shortest first; of equals the built-in ones first
    const auto add = [&](std::string_view prefix) {
      if (prefix.empty() || std::find(prefixes.begin(), prefixes.end(), prefix) != prefixes.end()) return;
      const auto longer = std::find_if(prefixes.begin(), prefixes.end(), [&](const std::string& other) {
        return other.size() > prefix.size();
      });
      prefixes.emplace(longer, prefix);
    };
    add("glpat-");
    if (default_tokens)
      for (const std::string_view prefix : kDefaultTokens) add(prefix);
    for (const std::string& prefix : server_prefixes) add(trim(prefix));
    if (prefixes.size() > kMaxPrefixes) prefixes.resize(kMaxPrefixes);
    return std::make_shared<const PatternSet>(std::move(prefixes));
  };
  if (default_tokens && server_prefixes.empty()) {
    static const auto usual = build();
    return usual;
  }
  return build();
}

void ValueMasker::push(std::string_view bytes, std::string& out) {
  if (idle()) {
    out.append(bytes);
    return;
  }
  while (!bytes.empty()) {
    push_piece(bytes.substr(0, kPiece), out);
    bytes.remove_prefix(std::min(kPiece, bytes.size()));
  }
}

void ValueMasker::push_piece(std::string_view bytes, std::string& out) {
  const std::uint64_t base = read_;
  std::size_t at = 0;
  scan(*values_, state_, bytes, at, [&](PatternSet::State matched) {
    add_match(base + at - values_->match(matched), base + at);
    return true;
  });
  read_ = base + bytes.size();
  emit(read_ - values_->depth(state_), bytes, out);
  // What is left is at most one value long.
  if (emitted_ >= base) {
    held_.assign(bytes.substr(emitted_ - base));
  } else {
    held_.append(bytes);
    held_.erase(0, held_.size() - (read_ - emitted_));
  }
}

void ValueMasker::add_match(std::uint64_t begin, std::uint64_t end) {
  while (!pending_.empty() && pending_.back().end > begin) {
    begin = std::min(begin, pending_.back().begin);
    pending_.pop_back();
  }
  if (begin < masked_until_)
    masked_until_ = std::max(masked_until_, end);
  else
    pending_.push_back({begin, end});
}

// `bytes` ends at read_; what lies before it is in held_.
void ValueMasker::emit(std::uint64_t until, std::string_view bytes, std::string& out) {
  const std::uint64_t base = read_ - bytes.size();
  const std::uint64_t held_from = base - held_.size();
  while (emitted_ < until) {
    if (emitted_ < masked_until_) {
      emitted_ = std::min(until, masked_until_);
    } else if (!pending_.empty() && pending_.front().begin == emitted_) {
      out.append(kMask);
      masked_until_ = pending_.front().end;
      pending_.pop_front();
    } else {
      std::uint64_t stop = pending_.empty() ? until : std::min(until, pending_.front().begin);
      if (emitted_ < base) {
        stop = std::min(stop, base);
        out.append(held_, emitted_ - held_from, stop - emitted_);
      } else {
        out.append(bytes.substr(emitted_ - base, stop - emitted_));
      }
      emitted_ = stop;
    }
  }
}

void ValueMasker::flush(std::string& out) {
  emit(read_, {}, out);
  held_.clear();
  state_ = PatternSet::kRoot;
  masked_until_ = read_;  // text before and after a flush is not one text
}

void ValueMasker::set_values(std::shared_ptr<const PatternSet> values) {
  values_ = std::move(values);
  replay_held();
}

void ValueMasker::replay_held() {
  state_ = PatternSet::kRoot;
  std::uint64_t at = read_ - held_.size();
  for (const char c : held_) {
    state_ = values_->next(state_, static_cast<unsigned char>(c));
    ++at;
    if (const std::uint32_t length = values_->match(state_); length != 0) {
      add_match(at - length, at);
      state_ = values_->after_match(state_);
    }
  }
}

// The automaton's state is the path of the held bytes, so it needs no saving.
void ValueMasker::save(StateWriter& state) const {
  state.text(held_);
  state.number(masked_until_ > emitted_ ? masked_until_ - emitted_ : 0);
  state.number(pending_.size());
  for (const Span& span : pending_) {
    state.number(span.begin - emitted_);
    state.number(span.end - emitted_);
  }
}

void ValueMasker::restore(StateReader& state) {
  held_ = state.text();
  emitted_ = 0;
  read_ = held_.size();
  masked_until_ = state.number();
  pending_.clear();
  const std::uint64_t spans = state.number();
  if (masked_until_ > read_ || spans > read_) return state.fail();
  std::uint64_t after = 0;
  for (std::uint64_t i = 0; i < spans; ++i) {
    const std::uint64_t begin = state.number();
    const std::uint64_t end = state.number();
    if (begin < after || end <= begin || end > read_) return state.fail();
    pending_.push_back({begin, end});
    after = end;
  }
  replay_held();
}

void UrlParameterMasker::push(std::string_view bytes, std::string& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (in_value_) {
      while (at < bytes.size() && !ends_parameter(static_cast<unsigned char>(bytes[at]))) ++at;
      if (at == bytes.size()) return;
      in_value_ = false;
    }
    const std::size_t from = at;
    scan(*keys_, state_, bytes, at, [&](PatternSet::State) {
      in_value_ = true;
      return false;
    });
    out.append(bytes.substr(from, at - from));
    if (in_value_) {
      out.append(kMask);
      state_ = PatternSet::kRoot;
    }
  }
}

void UrlParameterMasker::flush() {
  state_ = PatternSet::kRoot;
  in_value_ = false;
}

void UrlParameterMasker::save(StateWriter& state) const {
  state.number(state_);
  state.number(in_value_ ? 1 : 0);
}

void UrlParameterMasker::restore(StateReader& state) {
  const std::uint64_t automaton = state.number();
  if (!keys_->valid(automaton)) return state.fail();
  state_ = static_cast<PatternSet::State>(automaton);
  in_value_ = state.number() != 0;
}

void TokenMasker::push(std::string_view bytes, std::string& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (mode_ == Mode::token || mode_ == Mode::masking) {
      if (in_token(byte)) {
        if (mode_ == Mode::token) out.append(kMask);
        mode_ = Mode::masking;
        do ++at;
        while (at < bytes.size() && in_token(static_cast<unsigned char>(bytes[at])));
        continue;
      }
      mask_at_ = 0;
      mode_ = byte == static_cast<unsigned char>(kMask[0]) ? Mode::mask_text : Mode::text;
    }
    if (mode_ == Mode::mask_text) {
      // Only a whole mask keeps the token open; the bytes pass either way.
      if (byte != static_cast<unsigned char>(kMask[mask_at_])) {
        mode_ = Mode::text;
      } else {
        state_ = prefixes_->next(state_, byte);
        out.push_back(bytes[at++]);
        if (++mask_at_ == kMask.size() || prefixes_->match(state_) != 0) {
          mode_ = Mode::token;
          state_ = PatternSet::kRoot;
          mask_at_ = 0;
        }
        continue;
      }
    }
    const std::size_t from = at;
    scan(*prefixes_, state_, bytes, at, [&](PatternSet::State) {
      mode_ = Mode::token;
      return false;
    });
    out.append(bytes.substr(from, at - from));
    if (mode_ == Mode::token) state_ = PatternSet::kRoot;
  }
}

void TokenMasker::flush() {
  state_ = PatternSet::kRoot;
  mode_ = Mode::text;
}

void TokenMasker::save(StateWriter& state) const {
  state.number(state_);
  state.number(static_cast<std::uint64_t>(mode_));
  state.number(mask_at_);
}

void TokenMasker::restore(StateReader& state) {
  const std::uint64_t automaton = state.number();
  const std::uint64_t mode = state.number();
  const std::uint64_t mask_at = state.number();
  if (!prefixes_->valid(automaton) || mode > static_cast<std::uint64_t>(Mode::mask_text) ||
      mask_at >= kMask.size())
    return state.fail();
  state_ = static_cast<PatternSet::State>(automaton);
  mode_ = static_cast<Mode>(mode);
  mask_at_ = mask_at;
}

}  // namespace fairlead::runner
