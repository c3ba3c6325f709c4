// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/sync.hpp"
#include "executors/executor.hpp"

// An executor that runs nothing: what each stage does is scripted. For tests
// of build, coordinator and pipelines without a process.
namespace fairlead::executors {

// What a stage does, in this order: writes, sleeps or hangs, ends.
struct DummyStep {
  std::string output;
  LogStream stream = LogStream::out;
  Duration sleep{0};          // on the Clock
  bool hang = false;          // until cancel or deadline
  bool ignores_term = false;  // a polite stop takes the whole grace
  StageExit exit = Exited{0};
  std::optional<Error> failure;  // we fail: run() gives this instead of an exit
};

struct DummyPlan {
  std::optional<Error> prepare_failure;
  int prepare_failures = -1;  // how many attempts fail so, over all jobs; -1: every one
  std::optional<Error> cleanup_failure;
  // By stage name. Of several steps each run takes the next; the last stays.
  std::map<std::string, std::vector<DummyStep>> stages;
};

// What was called, for tests to look at. "prepare", "run step_script", "cleanup", ...
struct DummyRecord {
  std::vector<std::string> calls;
  std::vector<StageScript> scripts;
};

struct DummyOptions {
  DummyPlan plan;
  ExecutorFeatures features = {.variables = true, .image = true, .services = true};
  Clock* clock = &system_clock();
  std::shared_ptr<Sync<DummyRecord>> record = std::make_shared<Sync<DummyRecord>>();
};

// A job's own variables override the plan, for the stage DUMMY_STAGE (default
// step_script): DUMMY_OUTPUT, DUMMY_SLEEP (milliseconds), DUMMY_HANG=true,
// DUMMY_EXIT_CODE, DUMMY_SIGNAL, DUMMY_OOM=true, DUMMY_SYSTEM_FAILURE=text;
// and for prepare: DUMMY_PREPARE_FAILURE=text. A number that is none makes
// prepare fail.
std::unique_ptr<ExecutorProvider> make_dummy_provider(DummyOptions options = {});

}  // namespace fairlead::executors
