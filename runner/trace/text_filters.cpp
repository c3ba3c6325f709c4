// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/text_filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace fairlead::runner {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kHeader = 32;
constexpr std::size_t kLongestLine = 8 * 1024;

// Length of the character at the start of `text`; 0: not valid; -1: valid so
// far but cut off. Table 3-7 of the Unicode standard.
int character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  unsigned low = 0x80, high = 0xBF;
  std::size_t length = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return -1;
    if (at(i) < low || at(i) > high) return 0;
    low = 0x80;
    high = 0xBF;
  }
  return static_cast<int>(length);
}

// The first position at or after `at` whose byte is not ASCII.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (word & 0x8080808080808080ULL) break;
    at += 8;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

void Utf8Repair::push(std::string_view bytes, std::string& out) {
  std::string joined;
  if (!held_.empty()) {
    // Only the first few bytes decide about what is held; take no more of them.
    const std::size_t take = std::min<std::size_t>(bytes.size(), 4);
    joined = held_ + std::string(bytes.substr(0, take));
    held_.clear();
    if (take == bytes.size()) {
      bytes = joined;
    } else {
      std::size_t at = 0;
      const std::size_t own = joined.size() - take;
      while (at < own) {
        const int length = character(std::string_view(joined).substr(at));
        if (length <= 0) {
          out.append(kReplacement);
          ++at;
        } else {
          out.append(joined, at, static_cast<std::size_t>(length));
          at += static_cast<std::size_t>(length);
        }
      }
      bytes.remove_prefix(at - own);
    }
  }
  std::size_t from = 0, at = 0;
  while ((at = skip_ascii(bytes, at)) < bytes.size()) {
    const int length = character(bytes.substr(at));
    if (length > 0) {
      at += static_cast<std::size_t>(length);
      continue;
    }
    out.append(bytes.substr(from, at - from));
    if (length < 0) {
      held_.assign(bytes.substr(at));
      return;
    }
    out.append(kReplacement);
    from = ++at;
  }
  out.append(bytes.substr(from));
}

void Utf8Repair::flush(std::string& out) {
  for (std::size_t i = 0; i < held_.size(); ++i) out.append(kReplacement);
  held_.clear();
}

void Utf8Repair::restore(StateReader& state) {
  held_ = state.text();
  if (held_.size() > 3) state.fail();
}

// Formatting costs more than all filters together, so the text is kept while
// the time stays (a frame has one), and its date while the second stays.
void Timestamper::header(WallTime time, std::string& out) {
  using namespace std::chrono;
  if (stamp_.empty() || time != stamp_time_) {
    const auto micros = floor<microseconds>(time.time_since_epoch());
    const auto whole = floor<seconds>(micros);
    if (stamp_.empty() || whole != floor<seconds>(stamp_time_.time_since_epoch())) {
      const std::time_t clock = static_cast<std::time_t>(whole.count());
      std::tm parts{};
      gmtime_r(&clock, &parts);
      stamp_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000000Z {:02x}{} ", parts.tm_year + 1900,
                           parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                           stream_, type_);
    }
    auto rest = (micros - whole).count();
    const std::size_t last = stamp_.size() - 7;  // of the six digits
    for (std::size_t digit = 0; digit < 6; ++digit, rest /= 10)
      stamp_[last - digit] = static_cast<char>('0' + rest % 10);
    stamp_time_ = time;
  }
  stamp_.back() = continues_ ? '+' : ' ';
  continues_ = false;
  out.append(stamp_);
}

void Timestamper::push(WallTime time, std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t text = std::min(end, bytes.size());
    if (line_.empty() && end != std::string_view::npos && text + kHeader < kLongestLine) {
      header(time, out);
      out.append(bytes.substr(0, end + 1));
      bytes.remove_prefix(end + 1);
      continue;
    }
    if (line_.empty()) header(time, line_);
    // The bound counts bytes, never the cut of the pushes.
    const std::size_t room = kLongestLine - line_.size();
    bool whole = end != std::string_view::npos;
    std::size_t take = whole ? end + 1 : text;
    if (text >= room) {
      take = room;
      whole = false;
    }
    line_.append(bytes.substr(0, take));
    const bool progress = take == bytes.size() && bytes.find('\r') != std::string_view::npos;
    bytes.remove_prefix(take);
    if (!whole && line_.size() < kLongestLine && !progress) return;
    out.append(line_);
    line_.clear();
    if (whole) continue;
    out.push_back('\n');
    continues_ = true;
  }
}

void Timestamper::flush(std::string& out) {
  if (line_.empty()) return;
  out.append(line_);
  out.push_back('\n');
  line_.clear();
}

void Timestamper::save(StateWriter& state) const {
  state.text(line_);
  state.number(continues_ ? 1 : 0);
}

void Timestamper::restore(StateReader& state) {
  line_ = state.text();
  continues_ = state.number() != 0;
}

void OutputLimit::push(std::string_view bytes, std::string& out) {
  if (reached_ || bytes.empty()) return;
  if (limit_ == 0 || passed_ + bytes.size() < limit_) {
    passed_ += bytes.size();
    out.append(bytes);
    return;
  }
  std::size_t cut = limit_ - passed_;
  // Not within a character: back over its continuation bytes.
  while (cut > 0 && cut < bytes.size() && (static_cast<unsigned char>(bytes[cut]) & 0xC0) == 0x80) --cut;
  passed_ += cut;
  reached_ = true;
  out.append(bytes.substr(0, cut));
  fmt::format_to(std::back_inserter(out),
                 "\n\033[33;1mJob's log exceeded limit of {} bytes.\n"
                 "Job execution will continue but no more output will be collected.\033[0;m\n",
                 limit_);
}

void OutputLimit::save(StateWriter& state) const {
  state.number(passed_);
  state.number(reached_ ? 1 : 0);
}

void OutputLimit::restore(StateReader& state) {
  passed_ = state.number();
  reached_ = state.number() != 0;
}

}  // namespace fairlead::runner
