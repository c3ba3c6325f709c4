// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fairlead::terminal {

// Makes lines of a job's trace that are safe to print, whatever bytes the job
// wrote. Colours (ESC[...m) stay; cursor movement, titles, clipboard writes
// and every other escape sequence go; control characters go; bytes that are
// not UTF-8 become U+FFFD. A carriage return starts the line anew, as progress
// bars expect. GitLab's section markers are taken out and reported.
//
// Bytes may be cut anywhere between two calls. One per job; single thread.
class LogAssembler {
 public:
  struct Section {
    bool start = false;
    std::string name;
    bool collapsed = false;  // [collapsed=true]
  };
  struct Sink {
    std::function<void(const std::string& line)> line;  // without its newline
    std::function<void(const Section& section)> section;
  };

  explicit LogAssembler(Sink sink) : sink_(std::move(sink)) {}

  void feed(std::string_view bytes);
  // The last line, when it has no newline. Call when the job has ended.
  void finish();

  // What has been written of the line that is not complete yet.
  const std::string& partial() const { return line_; }

  // A longer line comes out in pieces of this size.
  static constexpr std::size_t kMaxLine = 64 * 1024;

 private:
  enum class State { text, escape, escape_intermediate, csi, string, string_escape };

  void take(char32_t c);
  void end_line();
  void carriage_return();
  bool take_section();
  void take_color();

  Sink sink_;
  State state_ = State::text;
  std::string pending_;  // start of a UTF-8 sequence at the end of the last chunk
  std::string line_;
  std::string sequence_;         // parameters of the CSI being read
  std::string color_;            // colour sequences still in effect: lines stand alone
  bool has_text_ = false;        // line_ holds more than the repeated colour
  bool return_pending_ = false;  // a CR was seen; what follows decides
};

}  // namespace fairlead::terminal
