// SPDX-License-Identifier: Apache-2.0
// fairlead-agent: the process beside a job. Started by fairlead, not by hand.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "agent/session/supervisor.hpp"

namespace {

constexpr int kWrongUsage = 2;

int supervise() {
  int type = 0;
  socklen_t size = sizeof type;
  // The runner's socket is our stdin.
  if (::getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    std::fputs(
        "fairlead-agent supervise is started by fairlead with a socket as its input; it does nothing by "
        "hand\n",
        stderr);
    return kWrongUsage;
  }
  // Away from 0, which becomes the jobs' input.
  fairlead::UniqueFd control(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  const fairlead::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!control || !null || ::dup2(null.get(), STDIN_FILENO) < 0) {
    std::perror("fairlead-agent");
    return 1;
  }
  return fairlead::agent::supervise(std::move(control));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "supervise") == 0) return supervise();
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::puts("fairlead-agent " FAIRLEAD_VERSION);
    return 0;
  }
  std::fputs("usage: fairlead-agent supervise | --version\n", stderr);
  return kWrongUsage;
}
