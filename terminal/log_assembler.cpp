// SPDX-License-Identifier: Apache-2.0
#include "terminal/log_assembler.hpp"

#include <algorithm>

#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

constexpr std::size_t kMaxSequence = 64;
constexpr std::size_t kMaxColor = 128;

// How many bytes at the end of `bytes` may be the start of a longer sequence.
std::size_t cut_off_tail(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void LogAssembler::feed(std::string_view bytes) {
  std::string joined;
  if (!pending_.empty()) {
    joined = pending_ + std::string(bytes);
    bytes = joined;
    pending_.clear();
  }
  const std::size_t tail = cut_off_tail(bytes);
  const std::string rest(bytes.substr(bytes.size() - tail));
  bytes.remove_suffix(tail);
  while (!bytes.empty()) {
    // Plain ASCII is nearly everything: append runs of it at once.
    if (state_ == State::text && !return_pending_) {
      std::size_t run = 0;
      const std::size_t room = std::min(bytes.size(), kMaxLine > line_.size() ? kMaxLine - line_.size() : 0);
      while (run < room && static_cast<unsigned char>(bytes[run]) >= 0x20 &&
             static_cast<unsigned char>(bytes[run]) < 0x7F)
        ++run;
      if (run > 0) {
        line_.append(bytes.substr(0, run));
        has_text_ = true;
        bytes.remove_prefix(run);
        continue;
      }
    }
    take(take_code_point(bytes));
  }
  pending_ = rest;
}

void LogAssembler::finish() {
  if (!pending_.empty()) {
    pending_.clear();
    take(0xFFFD);
  }
  state_ = State::text;
  return_pending_ = false;
  if (has_text_) end_line();
}

void LogAssembler::take(char32_t c) {
  switch (state_) {
    case State::escape:
      state_ = State::text;
      sequence_.clear();
      if (c == U'[')
        state_ = State::csi;
      else if (c == U']' || c == U'P' || c == U'X' || c == U'^' || c == U'_')
        state_ = State::string;
      else if (c >= 0x20 && c <= 0x2F)
        state_ = State::escape_intermediate;
      else if (c == 0x1B)
        state_ = State::escape;
      return;
    case State::escape_intermediate:
      if (c < 0x20 || c > 0x2F) state_ = State::text;
      return;
    case State::csi:
      if (c >= 0x20 && c <= 0x3F) {
        if (sequence_.size() <= kMaxSequence) sequence_ += static_cast<char>(c);
        return;
      }
      state_ = State::text;
      if (c == U'm') take_color();
      // A control character inside a sequence acts as if it stood alone.
      if (c < 0x20) break;
      return;
    case State::string:
      if (c == 0x07)
        state_ = State::text;
      else if (c == 0x1B)
        state_ = State::string_escape;
      // A title that never ends must not swallow the rest of the log.
      else if (c == U'\n')
        break;
      return;
    case State::string_escape:
      state_ = c == U'\\' ? State::text : State::string;
      return;
    case State::text:
      break;
  }
  state_ = State::text;

  if (c == U'\n') {
    return_pending_ = false;
    end_line();
    return;
  }
  if (c == U'\r') {
    carriage_return();
    return;
  }
  if (c == 0x1B) {
    state_ = State::escape;
    return;
  }
  if ((c < 0x20 && c != U'\t') || (c >= 0x7F && c < 0xA0)) return;
  if (return_pending_) {
    return_pending_ = false;
    line_ = color_;
    has_text_ = false;
  }
  append_code_point(line_, c);
  has_text_ = true;
  if (line_.size() >= kMaxLine) end_line();
}

void LogAssembler::end_line() {
  if (!color_.empty()) line_ += "\x1b[0m";
  sink_.line(line_);
  line_ = color_;
  has_text_ = false;
}

void LogAssembler::carriage_return() {
  if (take_section()) return;
  return_pending_ = has_text_;
}

// `section_start:UNIX:NAME[options]` or `section_end:UNIX:NAME` before a CR.
bool LogAssembler::take_section() {
  const std::size_t start = line_.rfind("section_start:");
  const std::size_t end = line_.rfind("section_end:");
  const std::size_t at = start == std::string::npos ? end
                         : end == std::string::npos ? start
                                                    : std::max(start, end);
  if (at == std::string::npos) return false;
  Section section;
  section.start = at == start;
  std::string_view rest = std::string_view(line_).substr(at + (section.start ? 14 : 12));
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || !all_digits(rest.substr(0, colon))) return false;
  rest.remove_prefix(colon + 1);
  if (const std::size_t bracket = rest.find('['); bracket != std::string_view::npos) {
    section.collapsed = rest.find("collapsed=true", bracket) != std::string_view::npos;
    rest = rest.substr(0, bracket);
  }
  if (rest.empty() || rest.find_first_of(" \t\x1b") != std::string_view::npos) return false;
  section.name = std::string(rest);
  line_.resize(at);
  has_text_ = !without_colors(line_).empty();
  if (has_text_) end_line();
  sink_.section(section);
  return true;
}

void LogAssembler::take_color() {
  if (sequence_.size() > kMaxSequence || sequence_.find_first_not_of("0123456789;:") != std::string::npos)
    return;
  if (return_pending_) {
    return_pending_ = false;
    line_ = color_;
    has_text_ = false;
  }
  const std::string whole = "\x1b[" + sequence_ + "m";
  if (sequence_.empty() || sequence_.find_first_not_of("0;") == std::string::npos) {
    const bool had_color = !color_.empty();
    color_.clear();
    if (!has_text_)
      line_.clear();
    else if (had_color)
      line_ += whole;
    return;
  }
  if (color_.size() + whole.size() > kMaxColor) color_ = "\x1b[0m";
  color_ += whole;
  // Colours without text must not pile up.
  if (!has_text_)
    line_ = color_;
  else if (line_.size() < kMaxLine)
    line_ += whole;
}

}  // namespace fairlead::terminal
