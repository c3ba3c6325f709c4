// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/process.hpp"

namespace fairlead {

// A child process driven by coroutines: no thread and no signal handler waits
// for it, a pidfd on the executor's epoll does.
//
// Used on one executor (a strand or a single-threaded context). Ends in
// wait(); one that is destroyed earlier kills its group at once and reaps the
// child (it blocks for that moment), so neither zombie nor orphan of the group
// stays. No read or write may be under way then.
class Subprocess {
 public:
  static Result<Subprocess> start(const asio::any_io_executor& executor, ProcessSpec spec);
  Subprocess(Subprocess&&) noexcept;
  Subprocess& operator=(Subprocess&&) noexcept;
  ~Subprocess();

  pid_t pid() const;

  // For descriptors that were asked for as Stdio::pipe(). A read gives the
  // number of bytes, 0 at the end.
  Task<Result<std::size_t>> read_out(std::span<char> buffer);
  Task<Result<std::size_t>> read_err(std::span<char> buffer);
  Task<Result<void>> write_in(std::string_view bytes);  // all of them
  void close_in();

  // To the whole group (to the child alone when it shares ours). Nothing
  // happens once the child has been waited for.
  void signal(int number);

  // Completes when the child has ended. A polite cancel sends TERM to the
  // group and, `grace` later, KILL; a hard one KILL at once. After a cancel
  // the rest of the group is killed too when the child has ended. May be
  // called again: the status is kept.
  Task<Result<ExitStatus>> wait(CancelToken cancel = {}, Duration grace = std::chrono::seconds(10),
                                Clock& clock = system_clock());

 private:
  struct State;
  explicit Subprocess(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
