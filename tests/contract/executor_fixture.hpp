// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <optional>
#include <utility>

#include "base/temp_dir.hpp"
#include "tests/contract/executor_subject.hpp"
#include "tests/support/async.hpp"
#include "tests/support/recording_sink.hpp"

namespace fairlead::contract {

// One executor, made and driven as a Build does: on a strand, with folders
// that it may make.
class ExecutorFixture : public ::testing::Test {
 protected:
  explicit ExecutorFixture(std::unique_ptr<ExecutorSubject> subject) : subject_(std::move(subject)) {}

  void make(std::unique_ptr<executors::ExecutorProvider> provider) {
    provider_ = std::move(provider);
    create();
  }
  void make() {
    if (!provider_) provider_ = subject_->provider();
    create();
  }
  void create() {
    auto created = provider_->create(asio::make_strand(context_));
    ASSERT_TRUE(created.ok()) << created.error().to_string();
    executor_ = std::move(created.value());
  }

  executors::PrepareRequest request() const {
    executors::PrepareRequest request;
    request.job = &job_;
    request.builds_dir = dir_.path() / "builds";
    request.project_dir = request.builds_dir / "group" / "project";
    request.temp_dir = request.builds_dir / "group" / "project.tmp";
    return request;
  }
  // Runs on the context itself: with one thread it serialises as a strand does.
  template <class T>
  T await(Task<T> task) {
    return testing::run_task(context_, std::move(task));
  }
  Result<void> prepare() { return await(executor_->prepare(request(), sink_, {})); }
  void make_prepared() {
    make();
    const auto prepared = prepare();
    ASSERT_TRUE(prepared.ok()) << prepared.error().to_string();
  }
  Result<executors::StageExit> run(const executors::StageScript& script, executors::RunLimits limits = {}) {
    return await(executor_->run(script, sink_, std::move(limits)));
  }
  executors::StageExit run_ok(const executors::StageScript& script, executors::RunLimits limits = {}) {
    auto result = run(script, std::move(limits));
    EXPECT_TRUE(result.ok()) << result.error().to_string();
    return result.ok() ? result.value() : executors::StageExit(executors::Exited{-1});
  }
  // Runs a script that prints a line when it is up, and calls `then` when the
  // line has come.
  executors::StageExit run_and(const executors::StageScript& script, executors::RunLimits limits,
                               const std::function<void()>& then) {
    std::optional<Result<executors::StageExit>> result;
    testing::RecordingSink& sink = sink_;
    asio::co_spawn(context_, testing::store(executor_->run(script, sink, std::move(limits)), result),
                   [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    context_.restart();
    while (sink.text.find('\n') == std::string::npos && !result && context_.run_one() > 0) {
    }
    then();
    while (!result && context_.run_one() > 0) {
    }
    EXPECT_TRUE(result && result->ok());
    return result && result->ok() ? result->value() : executors::StageExit(executors::Exited{-1});
  }
  Result<void> cleanup() { return await(executor_->cleanup({})); }

  std::unique_ptr<ExecutorSubject> subject_;
  TempDir dir_ = TempDir::create("fairlead-contract-").value();
  proto::JobPayload job_;
  asio::io_context context_;
  testing::RecordingSink sink_;
  std::unique_ptr<executors::ExecutorProvider> provider_;
  std::unique_ptr<executors::Executor> executor_;
};

}  // namespace fairlead::contract
