// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "runner/trace/filter_state.hpp"

// The filters behind the maskers: valid UTF-8, stamped lines, a bound.
namespace fairlead::runner {

// Replaces each byte that is no part of valid UTF-8 by U+FFFD (as Go does:
// one for each byte). Holds back at most three bytes of an unfinished character.
class Utf8Repair {
 public:
  void push(std::string_view bytes, std::string& out);
  void flush(std::string& out);

  void save(StateWriter& state) const { state.text(held_); }
  void restore(StateReader& state);

 private:
  std::string held_;
};

// Puts `YYYY-mm-ddTHH:MM:SS.uuuuuuZ SST<flag>` before each line (FF_TIMESTAMPS):
// SS is the stream's number, T is O or E, the flag a blank, or `+` when the
// line continues the one before. The time is that of the line's first byte.
//
// Whole lines leave; an unfinished one waits for its end, for a bound, or for
// a push that has a CR and no LF behind its last line (a progress bar, a
// section marker), which is passed on as a line that the next continues. So,
// with stamps on, where pushes end shows in the bytes; they are whole frames.
class Timestamper {
 public:
  Timestamper(unsigned stream, char type) : stream_(stream), type_(type) {}

  void push(WallTime time, std::string_view bytes, std::string& out);
  void flush(std::string& out);

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  void header(WallTime time, std::string& out);

  unsigned stream_;
  char type_;
  bool continues_ = false;
  std::string line_;   // header and text of the unfinished line
  std::string stamp_;  // the last header, for stamp_time_
  WallTime stamp_time_{};
};

// Lets `limit` bytes pass, then the notice of GitLab's runner, then nothing.
class OutputLimit {
 public:
  explicit OutputLimit(std::uint64_t limit) : limit_(limit) {}

  // `bytes` are whole characters; the cut is made between two.
  void push(std::string_view bytes, std::string& out);
  bool reached() const { return reached_; }

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  std::uint64_t limit_;  // 0: none
  std::uint64_t passed_ = 0;
  bool reached_ = false;
};

}  // namespace fairlead::runner
