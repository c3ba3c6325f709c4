// SPDX-License-Identifier: Apache-2.0
// Each file of the conformance folder is one case: a configuration, the states
// after creation, and the states after each event.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/core/actions.hpp"
#include "server/core/auto_retry.hpp"
#include "tests/conformance/pipeline_processing/read_case.hpp"
#include "tests/support/conformance/conformance.hpp"

namespace fairlead::server {
namespace {

ExpectedStates states_of(const PipelineState& pipeline) {
  ExpectedStates states;
  states.pipeline = model::to_string(pipeline.status);
  for (const auto& stage : pipeline.stages) states.stages[stage.name] = model::to_string(stage.status);
  for (const auto& job : pipeline.jobs) states.jobs[job.name] = model::to_string(job.status);
  return states;
}

class ProcessingFile : public testing::Test {
 public:
  explicit ProcessingFile(std::filesystem::path file) : file_(std::move(file)) {}

  void TestBody() override {
    if (file_.empty()) GTEST_SKIP() << "no conformance data at " << tests::conformance_root();
    const ProcessingCase data = read_case(file_);
    PipelineState pipeline = data.pipeline;
    const PipelineGraph graph(pipeline);
    JobId next_id = 1000;
    Moves moves;
    process(graph, pipeline, moves);
    check(pipeline, data.init, "after creation");
    int number = 0;
    for (const auto& transition : data.transitions) {
      SCOPED_TRACE("transition " + std::to_string(++number) + ": " + transition.event);
      happen(graph, pipeline, transition, next_id);
      check(pipeline, transition.expect, "after " + transition.event);
    }
  }

 private:
  static void check(const PipelineState& pipeline, const ExpectedStates& expected, const std::string& when) {
    const auto states = states_of(pipeline);
    EXPECT_EQ(states.pipeline, expected.pipeline) << when;
    EXPECT_EQ(states.stages, expected.stages) << when;
    EXPECT_EQ(states.jobs, expected.jobs) << when;
  }

  static void happen(const PipelineGraph& graph, PipelineState& pipeline, const Transition& transition,
                     JobId& next_id) {
    Moves moves;
    if (transition.jobs.empty()) {
      if (transition.event == "retry") {
        retry_all(graph, pipeline, [&](std::size_t) { return ++next_id; }, moves);
      } else if (transition.event == "cancel") {
        cancel_all(graph, pipeline, false, [](const JobState&) { return false; }, moves);
      } else {
        FAIL() << "an event of the whole pipeline that the test does not know";
      }
    }
    for (const auto& name : transition.jobs) {
      const auto job = graph.find(name);
      ASSERT_TRUE(job) << name;
      bool taken = false;
      if (transition.event == "success")
        taken = step(graph, pipeline, *job, JobEvent::succeed, moves);
      else if (transition.event == "run")
        taken = step(graph, pipeline, *job, JobEvent::run, moves);
      else if (transition.event == "play")
        taken = step(graph, pipeline, *job, JobEvent::enqueue, moves);
      else if (transition.event == "cancel")
        taken = step(graph, pipeline, *job, JobEvent::cancel, moves, false);
      else if (transition.event == "drop")
        taken = step_fail(graph, pipeline, *job, model::FailureReason::script_failure, 1, {}, moves) ==
                Failed::done;
      else if (transition.event == "retry")
        taken = retry_job(graph, pipeline, *job, ++next_id, moves);
      else
        FAIL() << "an event of a job that the test does not know";
      EXPECT_TRUE(taken) << name << " does not take " << transition.event;
    }
  }

  std::filesystem::path file_;
};

[[maybe_unused]] const bool kRegistered = [] {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(tests::conformance_root() / "pipeline_processing", error))
    if (entry.path().extension() == ".yml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  if (files.empty()) files.emplace_back();
  for (const auto& file : files)
    testing::RegisterTest("PipelineProcessing", file.empty() ? "data_is_absent" : file.stem().c_str(),
                          nullptr, nullptr, __FILE__, __LINE__,
                          [file]() -> testing::Test* { return new ProcessingFile(file); });
  return true;
}();

}  // namespace
}  // namespace fairlead::server
