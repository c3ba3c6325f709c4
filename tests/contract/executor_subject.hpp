// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "executors/executor.hpp"

namespace fairlead::contract {

// What the contract suite needs to know of an executor: how to make its
// provider, and scripts that do certain things in it. A new executor is one
// class here and one line in executor_subjects.cpp.
class ExecutorSubject {
 public:
  virtual ~ExecutorSubject() = default;
  virtual std::unique_ptr<executors::ExecutorProvider> provider() = 0;
  // A provider whose prepare fails.
  virtual std::unique_ptr<executors::ExecutorProvider> broken_provider() = 0;

  virtual executors::StageScript exits(int code) = 0;      // at once
  virtual executors::StageScript dies_by(int signal) = 0;  // its main process
  virtual executors::StageScript counts() = 0;             // prints counted_text()
  virtual executors::StageScript hangs() = 0;              // prints "up\n" first; ends on TERM
  virtual executors::StageScript hangs_stubbornly() = 0;   // the same, but ignores TERM
};

// The numbers from 1, a line each: about 50 MB.
const std::string& counted_text();
inline constexpr int kCountTo = 6'500'000;

using SubjectFactory = std::unique_ptr<ExecutorSubject> (*)();
std::unique_ptr<ExecutorSubject> shell_subject();
std::unique_ptr<ExecutorSubject> dummy_subject();

}  // namespace fairlead::contract
