// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "agent/session/protocol.hpp"
#include "agent/session/shell_process.hpp"
#include "agent/session/spool.hpp"

namespace fairlead::agent {

// One running stage: its shell, its pipes and what must happen when.
//
// It is over when the shell has ended and its output has been read to the
// end. A process that outlives the shell and holds the output open has
// kDrainGrace to let go; then it is killed. One that gave the output up (a
// daemon with its own log) lives on until the job ends, so that after_script
// can still talk to it. After a stop nothing of the job lives on.
//
// Owned by the supervisor's loop, which asks wants_read() and deadline() before
// it waits and calls the rest after.
class Stage {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kDrainGrace{500};

  explicit Stage(ShellProcess shell);

  pid_t pid() const { return shell_.pid; }
  Spool& spool() { return spool_; }
  // The descriptor to wait for, or -1: closed, or the spool is full.
  int wants_read(Stream stream) const;
  std::optional<Time> deadline() const;

  void read(Stream stream);
  void shell_ended(int wait_status);
  void stop(std::chrono::milliseconds grace);
  // Acts on what has happened and on deadlines that have passed. `reaped`
  // hears of each child's end that a kill brings about.
  void advance(const std::function<void(pid_t, int)>& reaped);
  // The last word, once the stage is over and all output has been given out.
  std::optional<StageEnded> ended() const;

 private:
  UniqueFd& pipe(Stream stream) { return stream == Stream::out ? shell_.out : shell_.err; }
  bool pipes_closed() const { return !shell_.out && !shell_.err; }
  void read_all();
  void let_go_of_output();
  void kill_the_rest(const std::function<void(pid_t, int)>& reaped);

  ShellProcess shell_;
  Spool spool_;
  std::optional<int> wait_status_;
  bool stopping_ = false;
  bool hard_ = false;  // the time for TERM is over
  bool over_ = false;
  std::optional<Time> kill_at_;  // the end of a stop's grace
  std::optional<Time> drain_until_;
  std::uint32_t killed_ = 0;
};

}  // namespace fairlead::agent
