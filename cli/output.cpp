// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/core.h>

#include "cli/exit_codes.hpp"

namespace fairlead::cli {
namespace {

std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  const long value = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return value > 0 && value < 10000 ? static_cast<std::size_t>(value) : otherwise;
}

}  // namespace

void FdOutput::write(std::string_view text) {
  while (error_ == 0 && !text.empty()) {
    const ssize_t put = ::write(fd_, text.data(), text.size());
    if (put >= 0) {
      text.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {  // somebody made our stdout non-blocking
      pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
      continue;
    }
    error_ = errno;
    fmt::print(stderr,
               "fairlead: cannot write the output: {}; the pipeline goes on, complete logs are kept\n",
               std::strerror(error_));
  }
}

void hold_standard_descriptors() {
  // Open files take the lowest free number: the first that is above 2 is one too many.
  for (;;) {
    const int fd = ::open("/dev/null", O_RDONLY);
    if (fd > STDERR_FILENO) ::close(fd);
    if (fd < 0 || fd > STDERR_FILENO) return;
  }
}

int flush_stdout(int code) {
  errno = 0;
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written) return code;
  const int reason = errno == 0 ? EIO : errno;
  fmt::print(stderr, "fairlead: cannot write the output: {}\n", std::strerror(reason));
  return code == kSuccess ? kFailed : code;
}

terminal::ScreenSize screen_size(int fd) {
  winsize size{};
  terminal::ScreenSize out{.columns = from_environment("COLUMNS", 80), .rows = from_environment("LINES", 24)};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    out.columns = size.ws_col;
    out.rows = size.ws_row;
  }
  return out;
}

}  // namespace fairlead::cli
