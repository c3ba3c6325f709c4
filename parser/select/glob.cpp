// SPDX-License-Identifier: Apache-2.0
#include "parser/select/glob.hpp"
#include <algorithm>

#include <cstdint>
#include <string>

namespace fairlead::parser {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return at + size <= text.size() ? size : 1;
}

std::uint32_t code_point(std::string_view text, std::size_t at) {
  const std::size_t size = character_size(text, at);
  const auto lead = static_cast<unsigned char>(text[at]);
  std::uint32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return code;
}

// A position in the pattern or in the path.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool done() const { return at >= text_.size(); }
  // At the end of one level: the end, or a slash.
  bool level_done() const { return done() || text_[at] == '/'; }
  char front() const { return done() ? '\0' : text_[at]; }
  bool starts_with(std::string_view start) const { return text_.substr(at).starts_with(start); }
  std::string_view character() const { return text_.substr(at, character_size(text_, at)); }
  std::uint32_t code() const { return code_point(text_, at); }
  void step() { at += character_size(text_, at); }
  void skip_level() { at = std::min(text_.find('/', at), text_.size()); }
  // Over a backslash that has something to hide.
  void unescape() {
    if (front() == '\\' && at + 1 < text_.size()) ++at;
  }

  std::size_t at = 0;

 private:
  std::string_view text_;
};

// After `[`: whether `character` is in the set. Moves past `]`; false for a
// set that has no end, wherever it then stands.
bool bracket_match(Cursor& pattern, std::uint32_t character) {
  const bool negated = pattern.front() == '!' || pattern.front() == '^';
  if (negated) pattern.step();
  bool found = false;
  while (!pattern.done()) {
    if (pattern.front() == ']') {
      pattern.step();
      return found != negated;
    }
    pattern.unescape();
    const std::uint32_t low = pattern.code();
    std::uint32_t high = low;
    pattern.step();
    if (pattern.front() == '-' && !pattern.starts_with("-]")) {
      pattern.step();
      if (pattern.done()) return false;
      pattern.unescape();
      high = pattern.code();
      pattern.step();
    }
    found = found || (low <= character && character <= high);
  }
  return false;
}

// One level of both. On success both stand at the end of their level (the
// path's rest of it may be left when the pattern ended in `*`).
bool level_match(Cursor& pattern, Cursor& path) {
  Cursor star_pattern = pattern;  // after the last `*` seen
  Cursor star_path = path;        // what it has not swallowed yet
  bool star = false;
  while (true) {
    bool fits = false;
    if (pattern.front() == '*') {
      while (pattern.front() == '*') pattern.step();
      Cursor after = pattern;
      after.unescape();
      if (after.level_done()) {
        pattern = after;
        return true;
      }
      if (path.level_done()) return false;
      star = true;
      star_pattern = pattern;
      star_path = path;
      continue;
    }
    if (pattern.front() == '?' || pattern.front() == '[') {
      if (path.level_done()) return false;
      fits = pattern.front() == '?';
      const std::uint32_t character = path.code();
      pattern.step();
      if (!fits) fits = bracket_match(pattern, character);
    } else {
      pattern.unescape();
      if (path.level_done()) return pattern.level_done();
      fits = !pattern.level_done() && pattern.character() == path.character();
      if (fits) pattern.step();
    }
    if (fits) {
      path.step();
      continue;
    }
    if (!star || star_path.level_done()) return false;
    // Let the last `*` swallow one more.
    star_path.step();
    pattern = star_pattern;
    path = star_path;
  }
}

bool path_match(std::string_view pattern_text, std::string_view path_text) {
  Cursor pattern(pattern_text);
  Cursor path(path_text);
  Cursor deep_pattern = pattern;  // after the last `**/` seen
  Cursor deep_path = path;        // the level it is tried at
  bool deep = false;
  while (true) {
    while (pattern.starts_with("**/")) {
      pattern.at += 3;
      deep_pattern = pattern;
      deep_path = path;
      deep = true;
    }
    if (level_match(pattern, path)) {
      path.skip_level();
      if (pattern.done() && path.done()) return true;
      if (!pattern.done() && !path.done()) {
        pattern.step();
        path.step();
        continue;
      }
    }
    if (!deep) return false;
    deep_path.skip_level();
    if (deep_path.done()) return false;
    deep_path.step();
    pattern = deep_pattern;
    path = deep_path;
  }
}

struct Braces {
  std::size_t open = kNone;
  std::size_t close = kNone;
};

Braces first_braces(std::string_view pattern) {
  Braces braces;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{' && depth++ == 0) braces.open = i;
    if (pattern[i] == '}' && braces.open != kNone && --depth == 0) {
      braces.close = i;
      return braces;
    }
    if (pattern[i] == '\\') ++i;
  }
  return braces;
}

// More pairs than this need not be told apart from too many alternatives, and
// each one is a level of recursion.
constexpr int kMaxBracePairs = 100;

bool braces_match(std::string_view pattern, std::string_view path, int& budget, int pairs = 0) {
  if (pairs > kMaxBracePairs) return false;
  const Braces braces = first_braces(pattern);
  if (braces.close == kNone) return --budget >= 0 && path_match(pattern, path);
  std::size_t start = braces.open + 1;
  int depth = 0;
  for (std::size_t i = start; i <= braces.close && budget > 0; ++i) {
    if (pattern[i] == '{') ++depth;
    const bool end = depth == 0 && (pattern[i] == ',' || i == braces.close);
    if (pattern[i] == '}') --depth;
    if (pattern[i] == '\\') {
      ++i;
      continue;
    }
    if (!end) continue;
    std::string alternative(pattern.substr(0, braces.open));
    alternative.append(pattern.substr(start, i - start)).append(pattern.substr(braces.close + 1));
    if (braces_match(alternative, path, budget, pairs + 1)) return true;
    start = i + 1;
  }
  return false;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  if (pattern.find('{') == kNone) return path_match(pattern, path);
  int budget = kMaxBraceAlternatives;
  return braces_match(pattern, path, budget);
}

bool is_plain_glob(std::string_view pattern) { return pattern.find_first_of("*?[{\\") == kNone; }

}  // namespace fairlead::parser
