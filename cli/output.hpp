// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "terminal/frame.hpp"

namespace fairlead::cli {

// Writes to a descriptor, all of it, at once. The first failure (a full disk,
// a closed pipe) is said on stderr and kept; later text is dropped, so that a
// pipeline does not end half-way because nobody reads what it says.
class FdOutput {
 public:
  explicit FdOutput(int fd) : fd_(fd) {}
  void write(std::string_view text);
  bool failed() const { return error_ != 0; }

 private:
  int fd_;
  int error_ = 0;
};

// With `>&-` the next file that is opened would be "stdout", and our text would
// land in it. Fills the gaps among 0, 1 and 2 with what refuses every write.
void hold_standard_descriptors();

// Writes what stdio still holds; a command whose result cannot be written has
// failed. Returns the exit code to use instead of `code`.
int flush_stdout(int code);

// Of the terminal behind `fd`; COLUMNS and LINES, else 80 x 24, where it does
// not know.
terminal::ScreenSize screen_size(int fd);

}  // namespace fairlead::cli
