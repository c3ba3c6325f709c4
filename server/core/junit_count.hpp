// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "server/core/events.hpp"

namespace fairlead::server {

// Counts test cases and how they ended in JUnit XML, fed in pieces of any
// size. It knows tags, comments and CDATA, and nothing more of XML: enough for
// a summary, in bounded memory whatever the file holds. Several documents one
// after the other (gzip members) add up.
class JunitCounter {
 public:
  void feed(std::string_view bytes);
  TestSummary summary() const { return summary_; }

 private:
  enum class State { text, tag, comment, cdata, instruction };
  void end_tag();

  State state_ = State::text;
  std::string name_;  // of the tag, up to its first blank; bounded
  std::string tail_;  // last characters, to see the end of comment and CDATA
  bool in_name_ = false;
  char quote_ = 0;  // inside an attribute's value
  bool in_case_ = false;
  bool failed_ = false, errored_ = false, skipped_ = false;
  char last_ = 0;
  TestSummary summary_;
};

}  // namespace fairlead::server
