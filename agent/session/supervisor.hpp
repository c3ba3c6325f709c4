// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/unique_fd.hpp"

namespace fairlead::agent {

// Runs the stages of one job for the peer of `control` (see protocol.hpp) until
// it says Finish, closes the socket or dies, or until this process gets TERM,
// INT, HUP or QUIT. Whichever it is: on return no descendant of this process
// is left, but for those of other users, which are named in Finished.
//
// For a process of its own, with one thread: it becomes a child subreaper,
// blocks signals and reaps every child. Gives the process's exit code: 0, or
// 1 with a line on stderr when the peer broke the protocol.
int supervise(UniqueFd control);

}  // namespace fairlead::agent
