// SPDX-License-Identifier: Apache-2.0
#include "server/core/junit_count.hpp"

namespace fairlead::server {
namespace {

constexpr std::size_t kMaxName = 16;  // longer names are none of ours

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void JunitCounter::feed(std::string_view bytes) {
  for (char c : bytes) {
    switch (state_) {
      case State::text:
        if (c == '<') {
          state_ = State::tag;
          name_.clear();
          in_name_ = true;
          quote_ = 0;
        }
        break;
      case State::tag:
        if (quote_ != 0) {
          if (c == quote_) quote_ = 0;
        } else if (c == '>') {
          end_tag();
          state_ = State::text;
        } else if (in_name_ && (is_blank(c) || (c == '/' && !name_.empty()))) {
          in_name_ = false;
        } else if (in_name_) {
          if (name_.size() < kMaxName) name_ += c;
          if (name_ == "!--") state_ = State::comment, tail_.clear();
          if (name_ == "![CDATA[") state_ = State::cdata, tail_.clear();
          if (name_ == "?") state_ = State::instruction, tail_.clear();
        } else if (c == '"' || c == '\'') {
          quote_ = c;
        }
        break;
      case State::comment:
      case State::cdata:
      case State::instruction: {
        const std::string_view end = state_ == State::comment ? "-->" : state_ == State::cdata ? "]]>" : "?>";
        tail_ += c;
        if (tail_.size() > end.size()) tail_.erase(0, 1);
        if (tail_ == end) state_ = State::text;
        break;
      }
    }
    last_ = c;
  }
}

void JunitCounter::end_tag() {
  const bool empty_element = last_ == '/';
  if (name_ == "testcase") {
    ++summary_.tests;
    in_case_ = !empty_element;
    failed_ = errored_ = skipped_ = false;
  } else if (name_ == "/testcase") {
    in_case_ = false;
  } else if (in_case_) {
    // One case counts once, however many <failure> elements it has.
    if (name_ == "failure" && !failed_) failed_ = true, ++summary_.failures;
    if (name_ == "error" && !errored_) errored_ = true, ++summary_.errors;
    if (name_ == "skipped" && !skipped_) skipped_ = true, ++summary_.skipped;
  }
}

}  // namespace fairlead::server
