// SPDX-License-Identifier: Apache-2.0
#include "executors/dummy/dummy_executor.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <functional>

#include "base/alarm.hpp"
#include "base/wake_up.hpp"

namespace fairlead::executors {
namespace {

constexpr std::size_t kFrameSize = std::size_t{64} << 10;

// How many runs a stage has had and prepare attempts there were: of all
// executors of one provider, so that "fail twice, then succeed" spans retries.
struct Counters {
  int prepares = 0;
  std::map<std::string, std::size_t> runs;
};

Result<int> number(const std::string& key, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return make_error(ErrorCode::invalid_argument, key + " should be a number, not \"" + text + "\"");
  }
  return value;
}

// A step as a job's variables describe it; nullopt when there are none.
struct VariablePlan {
  std::string stage = "step_script";
  std::optional<DummyStep> step;
  std::optional<Error> prepare_failure;
};

Result<VariablePlan> read_variables(const model::Variables& variables) {
  VariablePlan plan;
  const auto step = [&plan]() -> DummyStep& { return plan.step ? *plan.step : plan.step.emplace(); };
  for (const auto& variable : variables) {
    const std::string& key = variable.key;
    const std::string& value = variable.value;
    const auto numeric = [&](const std::function<void(int)>& use) -> Result<void> {
      auto parsed = number(key, value);
      if (!parsed) return std::move(parsed.error());
      use(*parsed);
      return {};
    };
    if (key == "DUMMY_STAGE") plan.stage = value;
    if (key == "DUMMY_OUTPUT") step().output = value;
    if (key == "DUMMY_HANG") step().hang = value == "true";
    if (key == "DUMMY_OOM" && value == "true") step().exit = OutOfMemory{};
    if (key == "DUMMY_SYSTEM_FAILURE") step().failure = make_error(ErrorCode::system, value);
    if (key == "DUMMY_PREPARE_FAILURE") plan.prepare_failure = make_error(ErrorCode::system, value);
    if (key == "DUMMY_SLEEP") {
      FAIRLEAD_TRY(numeric([&](int ms) { step().sleep = std::chrono::milliseconds(ms); }));
    }
    if (key == "DUMMY_EXIT_CODE") FAIRLEAD_TRY(numeric([&](int code) { step().exit = Exited{code}; }));
    if (key == "DUMMY_SIGNAL") FAIRLEAD_TRY(numeric([&](int signal) { step().exit = Signaled{signal}; }));
  }
  return plan;
}

// Waits for a time, a stop or forever; remembers which came.
class Pause {
 public:
  enum class End { passed, cancelled, timed_out };

  Pause(asio::any_io_executor strand, Clock& clock, const RunLimits& limits, bool ignores_term)
      : strand_(std::move(strand)),
        clock_(clock),
        limits_(limits),
        ignores_term_(ignores_term),
        wake_(strand_) {}

  Task<End> wait(std::optional<Duration> time) {
    // What cancelling posts may arrive when this is gone.
    const std::weak_ptr<Pause*> self = self_;
    const auto watch = [&](bool hard) {
      return [self, hard, strand = strand_] {
        asio::post(strand, [self, hard] {
          if (const auto live = self.lock()) (*live)->stop(End::cancelled, hard);
        });
      };
    };
    const auto polite = limits_.cancel.on_cancel(CancelLevel::polite, watch(false));
    const auto hard = limits_.cancel.on_cancel(CancelLevel::hard, watch(true));
    std::optional<Alarm> deadline;
    std::optional<Alarm> passed;
    if (limits_.deadline) {
      deadline.emplace(strand_, clock_, *limits_.deadline, [this] { stop(End::timed_out, false); });
    }
    if (time) {
      passed.emplace(strand_, clock_, clock_.steady_now() + *time, [this] { wake_.set(); });
    }
    co_await wake_.wait();
    co_return end_;
  }

 private:
  void stop(End why, bool hard) {
    if (end_ == End::passed) end_ = why;
    if (hard || !ignores_term_) return wake_.set();
    if (!grace_)
      grace_.emplace(strand_, clock_, clock_.steady_now() + limits_.graceful_kill, [this] { wake_.set(); });
  }

  asio::any_io_executor strand_;
  Clock& clock_;
  const RunLimits& limits_;
  bool ignores_term_;
  WakeUp wake_;
  std::optional<Alarm> grace_;
  End end_ = End::passed;
  std::shared_ptr<Pause*> self_ = std::make_shared<Pause*>(this);
};

class DummyExecutor final : public Executor {
 public:
  DummyExecutor(asio::any_io_executor strand, std::shared_ptr<const DummyOptions> options,
                std::shared_ptr<Sync<Counters>> counters)
      : strand_(std::move(strand)), options_(std::move(options)), counters_(std::move(counters)) {}

  Task<Result<void>> prepare(const PrepareRequest& request, LogSink&, CancelToken cancel) override {
    note("prepare");
    if (prepared_) co_return make_error(ErrorCode::internal, "prepare was called twice");
    if (cancel.cancelled()) co_return make_error(ErrorCode::cancelled, "cancelled before it was prepared");
    auto variables = read_variables(request.variables);
    if (!variables) co_return std::move(variables.error());
    variables_ = std::move(variables.value());
    if (variables_.prepare_failure) co_return *variables_.prepare_failure;
    const DummyPlan& plan = options_->plan;
    const int attempt = counters_->lock()->prepares++;
    if (plan.prepare_failure && (plan.prepare_failures < 0 || attempt < plan.prepare_failures)) {
      co_return *plan.prepare_failure;
    }
    prepared_ = true;
    co_return Result<void>();
  }

  Task<Result<StageExit>> run(const StageScript& script, LogSink& log, RunLimits limits) override {
    note("run " + script.name);
    options_->record->lock()->scripts.push_back(script);
    if (!prepared_) co_return make_error(ErrorCode::internal, "run was called without a successful prepare");
    if (limits.cancel.cancelled()) co_return StageExit(Cancelled{});
    if (limits.deadline && *limits.deadline <= options_->clock->steady_now()) co_return StageExit(TimedOut{});
    const DummyStep& step = next_step(script.name);
    co_await write(step, log);
    if (step.hang || step.sleep > Duration::zero()) {
      Pause pause(strand_, *options_->clock, limits, step.ignores_term);
      switch (co_await pause.wait(step.hang ? std::nullopt : std::optional(step.sleep))) {
        case Pause::End::cancelled:
          co_return StageExit(Cancelled{});
        case Pause::End::timed_out:
          co_return StageExit(TimedOut{});
        case Pause::End::passed:
          break;
      }
    }
    if (step.failure) co_return *step.failure;
    co_return step.exit;
  }

  Task<Result<std::string>> detach() override {
    note("detach");
    co_return make_error(ErrorCode::unsupported, "the dummy executor's jobs cannot be taken over");
  }

  Task<Result<void>> cleanup(CancelToken) override {
    note("cleanup");
    prepared_ = false;
    if (options_->plan.cleanup_failure) co_return *options_->plan.cleanup_failure;
    co_return Result<void>();
  }

 private:
  void note(std::string call) { options_->record->lock()->calls.push_back(std::move(call)); }

  // Valid as long as the executor and prepare()'s variables.
  const DummyStep& next_step(const std::string& stage) {
    static const DummyStep kNothing;
    if (variables_.step && stage == variables_.stage) return *variables_.step;
    const auto found = options_->plan.stages.find(stage);
    if (found == options_->plan.stages.end() || found->second.empty()) return kNothing;
    const std::size_t turn = counters_->lock()->runs[stage]++;
    return found->second[std::min(turn, found->second.size() - 1)];
  }

  Task<void> write(const DummyStep& step, LogSink& log) {
    const std::string_view text = step.output;
    for (std::size_t at = 0; at < text.size(); at += kFrameSize) {
      const LogFrame frame{.offset = at,
                           .stream = step.stream,
                           .time = options_->clock->wall_now(),
                           .bytes = text.substr(at, kFrameSize)};
      // A sink that fails loses the output and not the stage.
      static_cast<void>(co_await log.deliver(std::span(&frame, 1)));
    }
  }

  asio::any_io_executor strand_;
  std::shared_ptr<const DummyOptions> options_;
  std::shared_ptr<Sync<Counters>> counters_;
  VariablePlan variables_;
  bool prepared_ = false;
};

class DummyProvider final : public ExecutorProvider {
 public:
  explicit DummyProvider(DummyOptions options)
      : options_(std::make_shared<const DummyOptions>(std::move(options))) {}

  std::string_view name() const override { return "dummy"; }
  ExecutorFeatures features() const override { return options_->features; }
  std::vector<ConfigKey> config_keys() const override { return {}; }

  Result<std::unique_ptr<Executor>> create(asio::any_io_executor strand) override {
    return std::unique_ptr<Executor>(std::make_unique<DummyExecutor>(std::move(strand), options_, counters_));
  }
  Result<std::unique_ptr<Executor>> recover(asio::any_io_executor, const std::string&) override {
    return make_error(ErrorCode::unsupported, "the dummy executor's jobs cannot be taken over");
  }

 private:
  std::shared_ptr<const DummyOptions> options_;
  std::shared_ptr<Sync<Counters>> counters_ = std::make_shared<Sync<Counters>>();
};

}  // namespace

std::unique_ptr<ExecutorProvider> make_dummy_provider(DummyOptions options) {
  return std::make_unique<DummyProvider>(std::move(options));
}

}  // namespace fairlead::executors
