// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/async.hpp"
#include "base/cancellation.hpp"

namespace fairlead {

// Owns coroutines: each is spawned through a group, and `join` returns only
// when all have ended. No coroutine outlives its group.
//
// Made on and joined from one executor (a strand or a single-threaded
// context); `spawn` may be called from within the group's own coroutines.
// An exception out of a member is a bug of ours: it is logged with the
// member's name and rethrown by `join`.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor, const CancelToken& parent = {});
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  // the group must be empty (joined) by then; asserts

  // Token that members should watch; a child of the parent given.
  CancelToken token() const;
  void cancel(CancelLevel level = CancelLevel::polite);

  void spawn(std::string name, Task<void> task);
  std::size_t size() const;

  // Completes when the group has become empty. More may be spawned afterwards.
  Task<void> join();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fairlead
