// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "runner/build/build.hpp"
#include "runner/build/pause.hpp"
#include "tests/support/async.hpp"

namespace fairlead::runner::testing {

using executors::Cancelled;
using executors::Exited;
using executors::LogSink;
using executors::RunLimits;
using executors::StageExit;
using executors::StageScript;
using executors::TimedOut;

// A coordinator that takes everything, unless a test says otherwise, and
// remembers what it was told.
class FakeCoordinator final : public CoordinatorClient {
 public:
  std::vector<std::string> events;  // "PUT running", "PATCH", "PUT success", ... in order
  std::vector<JobUpdate> updates;
  std::string trace;
  JobWish wish = JobWish::go_on;  // in every answer
  Duration interval = std::chrono::seconds(1);
  std::deque<Result<UpdateReply>> running_replies;  // of the next PUTs "running"
  std::deque<Result<UpdateReply>> final_replies;    // of the next final PUTs
  TraceReply::Verdict trace_verdict = TraceReply::Verdict::accepted;
  std::function<void()> on_event = [] {};
  Result<ArtifactVerdict> upload_verdict = ArtifactVerdict::done;
  std::vector<std::string> uploaded;

  Task<Result<std::optional<proto::JobPayload>>> request_job(const JobRequest&, CancelToken) override {
    co_return std::optional<proto::JobPayload>();
  }
  Task<Result<UpdateReply>> update_job(const JobKey&, const JobUpdate& update) override {
    updates.push_back(update);
    events.push_back(!update.final ? "PUT running" : update.success ? "PUT success" : "PUT failed");
    on_event();
    auto& replies = update.final ? final_replies : running_replies;
    if (!replies.empty()) {
      auto reply = replies.front();
      replies.pop_front();
      co_return reply;
    }
    co_return UpdateReply{.wish = wish, .interval = interval};
  }
  Task<Result<TraceReply>> patch_trace(const JobKey&, std::uint64_t offset, std::string_view bytes,
                                       bool) override {
    events.emplace_back("PATCH");
    on_event();
    if (trace_verdict != TraceReply::Verdict::accepted)
      co_return TraceReply{
          .verdict = trace_verdict, .size = trace.size(), .wish = wish, .interval = interval};
    trace.resize(offset);
    trace += bytes;
    co_return TraceReply{.size = trace.size(), .wish = wish, .interval = interval};
  }
  Task<Result<ArtifactVerdict>> upload_artifact(const JobKey&, const ArtifactUpload& upload) override {
    uploaded.push_back(upload.filename);
    co_return upload_verdict;
  }
  Task<Result<ArtifactVerdict>> download_artifact(const proto::JobDependency&,
                                                  const std::filesystem::path&) override {
    co_return ArtifactVerdict::not_found;
  }
};

// An executor whose stages do what the test says; everything else exits 0.
class FakeProvider final : public executors::ExecutorProvider {
 public:
  using Stage = std::function<Task<Result<StageExit>>(const StageScript&, LogSink&, const RunLimits&)>;

  std::map<std::string, Stage> stages;       // by the script's name
  std::deque<Result<void>> prepare_results;  // of the next prepare() calls
  std::vector<std::string> calls;            // "prepare", "step_script", "cleanup", ...
  std::vector<StageScript> scripts;
  std::vector<RunLimits> limits;
  executors::ExecutorFeatures feature_set{.shared = true, .local_files = true};
  std::string executor_name = "shell";

  std::string_view name() const override { return executor_name; }
  executors::ExecutorFeatures features() const override { return feature_set; }
  std::vector<executors::ConfigKey> config_keys() const override { return {}; }
  Result<std::unique_ptr<executors::Executor>> create(asio::any_io_executor) override {
    return std::unique_ptr<executors::Executor>(std::make_unique<Fake>(*this));
  }
  Result<std::unique_ptr<executors::Executor>> recover(asio::any_io_executor, const std::string&) override {
    return make_error(ErrorCode::unsupported, "not here");
  }
  bool ran(std::string_view stage) const {
    return std::find(calls.begin(), calls.end(), stage) != calls.end();
  }
  const StageScript* script(std::string_view stage) const {
    for (const auto& candidate : scripts)
      if (candidate.name == stage) return &candidate;
    return nullptr;
  }

 private:
  class Fake final : public executors::Executor {
   public:
    explicit Fake(FakeProvider& owner) : owner_(owner) {}
    Task<Result<void>> prepare(const executors::PrepareRequest&, LogSink&, CancelToken) override {
      owner_.calls.emplace_back("prepare");
      Result<void> result;
      if (!owner_.prepare_results.empty()) {
        result = owner_.prepare_results.front();
        owner_.prepare_results.pop_front();
      }
      co_return result;
    }
    Task<Result<StageExit>> run(const StageScript& given, LogSink& log, RunLimits limits_given) override {
      owner_.calls.push_back(given.name);
      owner_.scripts.push_back(given);
      owner_.limits.push_back(limits_given);
      auto stage = owner_.stages.find(given.name);
      if (stage == owner_.stages.end()) co_return StageExit(Exited{0});
      co_return co_await stage->second(given, log, limits_given);
    }
    Task<Result<std::string>> detach() override { co_return make_error(ErrorCode::unsupported, "not here"); }
    Task<Result<void>> cleanup(CancelToken) override {
      owner_.calls.emplace_back("cleanup");
      co_return Result<void>();
    }

   private:
    FakeProvider& owner_;
  };
};

inline Task<void> say(LogSink& log, std::string text, std::uint64_t offset = 0) {
  executors::LogFrame frame{.offset = offset, .bytes = text};
  (void)co_await log.deliver(std::span(&frame, 1));
}

inline FakeProvider::Stage ends_with(StageExit exit) {
  return
      [exit](const StageScript&, LogSink&, const RunLimits&) -> Task<Result<StageExit>> { co_return exit; };
}
inline FakeProvider::Stage breaks(Error error) {
  return
      [error](const StageScript&, LogSink&, const RunLimits&) -> Task<Result<StageExit>> { co_return error; };
}
// Runs until it is cancelled or late, as `sleep infinity` would.
inline FakeProvider::Stage runs_forever(Clock& clock) {
  return [&clock](const StageScript&, LogSink&, const RunLimits& limits) -> Task<Result<StageExit>> {
    bool late = co_await pause_until(clock, limits.deadline.value_or(SteadyTime::max()), limits.cancel);
    if (late) co_return StageExit(TimedOut{});
    co_return StageExit(Cancelled{});
  };
}

// One job on a virtual clock.
class BuildTest : public ::testing::Test {
 protected:
  BuildTest() {
    std::string name = (std::filesystem::temp_directory_path() / "fairlead-build-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    settings.program = "fairlead";
    settings.version = "1.0";
    settings.revision = "abc";
    settings.name = "test runner";
    settings.short_token = "tok";
    settings.system_id = "s_1";
    settings.builds_dir = folder / "builds";
    settings.cache_dir = folder / "cache";
    job.id = 42;
    job.token = SecretString("job-token-0123");
    job.timeout = 3600;
    job.job_info.name = "test";
    job.job_info.project_full_path = "group/project";
    job.git_info.ref = "main";
    job.git_info.sha = "0123456789abcdef";
    job.git_info.repo_url = "https://gitlab-ci-token:git-secret-1@gitlab.example/group/project.git";
    job.features.trace_sections = true;
    job.steps = {{.name = "script", .script = {"echo hello"}}};
  }
  ~BuildTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  void with_after_script() { job.steps.push_back({.name = "after_script", .script = {"echo bye"}}); }
  void set(std::string key, std::string value) {
    job.variables.push_back({.key = std::move(key), .value = std::move(value)});
  }

  void start() {
    BuildContext context{.coordinator = coordinator, .provider = provider, .pool = pool, .clock = clock};
    build = std::make_unique<Build>(job, settings, context);
    asio::co_spawn(io, build->run(cancel.token()),
                   [this](const std::exception_ptr& error, BuildOutcome result) {
                     ASSERT_FALSE(error);
                     outcome = std::move(result);
                   });
    settle();
  }
  void settle() { fairlead::testing::settle(io); }
  void advance(Duration by) {
    clock.advance(by);
    settle();
  }
  // Moves time on, second by second, until the job has ended. Archives are
  // made on the pool in real time, so a job that has some gets a real moment
  // for each virtual second: its deadline must not pass meanwhile.
  BuildOutcome finish() {
    const auto moment = std::chrono::milliseconds(job.artifacts.empty() && job.cache.empty() ? 0 : 20);
    for (int second = 0; !outcome && second < 20'000; ++second) {
      io.restart();
      while (io.run_one_for(moment) > 0) {
      }
      if (!outcome) advance(std::chrono::seconds(1));
    }
    EXPECT_TRUE(outcome.has_value()) << "the job did not end\n" << coordinator.trace;
    return outcome.value_or(BuildOutcome{});
  }
  BuildOutcome run() {
    start();
    return finish();
  }

  // The log without colours and section marks.
  std::string log() const {
    static const std::regex marks("section_(start|end):[0-9]+:[a-z_]+\r|\x1b\\[[0-9;]*[mK]");
    return std::regex_replace(coordinator.trace, marks, "");
  }
  bool has_section(const std::string& name) const {
    return std::regex_search(coordinator.trace, std::regex("section_start:[0-9]+:" + name + "\r\x1b\\[0K"));
  }

  std::filesystem::path folder;
  asio::io_context io;
  asio::thread_pool pool{1};
  VirtualClock clock;
  FakeCoordinator coordinator;
  FakeProvider provider;
  RunnerSettings settings;
  proto::JobPayload job;
  CancelSource cancel;
  std::optional<BuildOutcome> outcome;
  std::unique_ptr<Build> build;
};

}  // namespace fairlead::runner::testing
