// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

// The processes below this one. As a child subreaper (PR_SET_CHILD_SUBREAPER)
// a supervisor inherits every orphan, so that neither setsid nor a double fork
// leads out of this tree.
namespace fairlead::agent {

// All living descendants of this process, parents before children.
std::vector<pid_t> descendants();

// Those of them that hold the pipe with this inode (fstat's st_ino) open.
std::vector<pid_t> holders_of_pipe(const std::vector<pid_t>& processes, std::uint64_t inode);

// Sends the signal to all descendants; gives how many took it.
std::size_t signal_all(int signal);

// Kills and reaps until no child is left, or until `patience` is over because
// some cannot be killed (another user's); gives those. `reaped` hears of each
// child's end.
std::vector<pid_t> kill_all(std::chrono::milliseconds patience,
                            const std::function<void(pid_t, int status)>& reaped);

}  // namespace fairlead::agent
