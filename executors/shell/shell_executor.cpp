// SPDX-License-Identifier: Apache-2.0
#include "executors/shell/shell_executor.hpp"

#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

#include "agent/session/protocol.hpp"
#include "base/alarm.hpp"
#include "base/files.hpp"
#include "executors/shell/supervisor_link.hpp"

namespace fairlead::executors {
namespace {

constexpr std::string_view kAgentName = "fairlead-agent";

Result<std::filesystem::path> find_agent(const std::filesystem::path& configured) {
  std::filesystem::path agent = configured;
  std::string remedy = "check the path";
  if (const char* env = std::getenv("FAIRLEAD_AGENT"); agent.empty() && env != nullptr && *env != '\0') {
    agent = env;
    remedy = "check the environment variable FAIRLEAD_AGENT";
  }
  if (agent.empty()) {
    std::error_code error;
    agent = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / kAgentName;
    remedy = "it belongs beside the fairlead binary; or name it in the environment variable FAIRLEAD_AGENT";
  }
  auto found = find_program(std::filesystem::absolute(agent).string());
  if (!found) {
    return make_error(ErrorCode::not_found,
                      "cannot start the job's supervisor: " + found.error().message + " (" + remedy + ")");
  }
  return found;
}

struct Shell {
  std::filesystem::path program;
  std::vector<std::string> argv;
};

Result<Shell> find_shell(ShellKind kind, bool login) {
  const std::string name = kind == ShellKind::bash ? "bash" : "sh";
  auto program = find_program(name);
  if (!program) {
    return make_error(
        ErrorCode::not_found,
        program.error().message + (kind == ShellKind::bash ? ": install bash, or choose shell \"sh\"" : ""));
  }
  Shell shell{.program = std::filesystem::absolute(*program), .argv = {name}};
  if (login) shell.argv.emplace_back("-l");
  return shell;
}

Result<void> make_folders(const PrepareRequest& request) {
  if (!request.builds_dir.empty()) FAIRLEAD_TRY(make_directories(request.builds_dir));
  if (!request.project_dir.empty()) FAIRLEAD_TRY(make_directories(request.project_dir));
  if (request.temp_dir.empty()) return {};
  // File variables, that is secrets, lie here.
  FAIRLEAD_TRY(make_directories(request.temp_dir, 0700));
  if (::chmod(request.temp_dir.c_str(), 0700) != 0) {
    return system_error("cannot make " + request.temp_dir.string() + " private", errno);
  }
  return {};
}

// What a running stage's watchers (cancel, deadline) and its run() share. On
// the strand only.
struct Stop {
  enum class Why { none, cancelled, timed_out };
  Why why = Why::none;
  std::function<void(Duration grace)> send;  // empty when the stage is over

  void request(Why reason, Duration grace) {
    if (!send) return;
    if (why == Why::none) why = reason;
    send(grace);
  }
};

class ShellExecutor final : public Executor {
 public:
  ShellExecutor(asio::any_io_executor strand, const ShellOptions& options)
      : strand_(std::move(strand)), options_(options) {}

  Task<Result<void>> prepare(const PrepareRequest& request, LogSink&, CancelToken cancel) override {
    if (link_) co_return make_error(ErrorCode::internal, "prepare was called twice");
    if (cancel.cancelled()) co_return make_error(ErrorCode::cancelled, "cancelled before it was prepared");
    FAIRLEAD_CO_TRY(make_folders(request));
    auto agent = find_agent(options_.agent);
    if (!agent) co_return std::move(agent.error());
    auto link = SupervisorLink::start(strand_, *agent);
    if (!link) co_return std::move(link.error());
    link_ = std::move(link.value());
    cwd_ = request.builds_dir.string();
    co_return Result<void>();
  }

  Task<Result<StageExit>> run(const StageScript& script, LogSink& log, RunLimits limits) override {
    if (!link_) co_return make_error(ErrorCode::internal, "run was called without a successful prepare");
    if (limits.cancel.cancelled()) co_return StageExit(Cancelled{});
    if (limits.deadline && *limits.deadline <= options_.clock->steady_now()) co_return StageExit(TimedOut{});
    if (script.text.empty()) co_return StageExit(Exited{0});  // no shell is needed to do nothing
    auto shell = find_shell(script.shell, script.login);
    if (!shell) co_return std::move(shell.error());
    start(*shell, script.text);
    co_return co_await follow(log, limits);
  }

  Task<Result<std::string>> detach() override {
    co_return make_error(ErrorCode::unsupported,
                         "the shell executor's jobs cannot be taken over by another process");
  }

  Task<Result<void>> cleanup(CancelToken) override {
    if (!link_) co_return Result<void>();
    const auto link = std::move(link_);
    auto finished = co_await link->finish();
    if (!finished) co_return std::move(finished.error());
    if (finished->survivors.empty()) co_return Result<void>();
    std::string text =
        "processes that the job left behind could not be killed (do they belong to another user?):";
    for (const std::uint32_t pid : finished->survivors) text += " " + std::to_string(pid);
    co_return make_error(ErrorCode::permission_denied, std::move(text));
  }

 private:
  void start(const Shell& shell, std::string_view text) {
    link_->queue(agent::StartStage{.program = shell.program.string(),
                                   .argv = shell.argv,
                                   .cwd = cwd_,
                                   .separate_streams = options_.separate_streams});
    for (std::size_t at = 0; at < text.size(); at += agent::kMaxPart) {
      link_->queue(agent::ScriptPart{.bytes = text.substr(at, agent::kMaxPart)});
    }
    link_->send(agent::RunStage{});
  }

  Task<Result<StageExit>> follow(LogSink& log, const RunLimits& limits) {
    const auto stop = std::make_shared<Stop>();
    stop->send = [this](Duration grace) {
      const auto whole = std::chrono::ceil<std::chrono::milliseconds>(grace).count();
      link_->send(agent::StopStage{.grace_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(whole, 0))});
    };
    // The watchers are gone, and what they posted does nothing, when this ends.
    struct Ender {
      std::shared_ptr<Stop> stop;
      ~Ender() { stop->send = nullptr; }
    };
    const Ender ender{stop};
    const auto polite = limits.cancel.on_cancel(CancelLevel::polite, watcher(stop, limits.graceful_kill));
    const auto hard = limits.cancel.on_cancel(CancelLevel::hard, watcher(stop, Duration::zero()));
    std::optional<Alarm> deadline;
    if (limits.deadline) {
      deadline.emplace(strand_, *options_.clock, *limits.deadline,
                       [stop, grace = limits.graceful_kill] { stop->request(Stop::Why::timed_out, grace); });
    }

    std::vector<agent::Message> messages;
    std::vector<LogFrame> frames;
    for (;;) {
      FAIRLEAD_CO_TRY(co_await link_->receive(messages));
      frames.clear();
      const agent::StageEnded* ended = nullptr;
      for (const agent::Message& message : messages) {
        if (const auto* output = std::get_if<agent::Output>(&message)) {
          frames.push_back(frame_of(*output));
        } else if (const auto* end = std::get_if<agent::StageEnded>(&message)) {
          ended = end;
        } else if (const auto* failed = std::get_if<agent::StageFailed>(&message)) {
          co_return make_error(static_cast<ErrorCode>(failed->error), failed->message);
        } else if (const auto* hello = std::get_if<agent::Hello>(&message);
                   hello != nullptr && hello->version != agent::kProtocolVersion) {
          co_return make_error(
              ErrorCode::unsupported,
              "fairlead-agent is of another version than fairlead: install both from one release");
        }
      }
      if (!frames.empty()) co_await deliver(log, frames);
      if (ended != nullptr) co_return exit_of(*ended, stop->why);
    }
  }

  std::function<void()> watcher(const std::shared_ptr<Stop>& stop, Duration grace) const {
    return [stop, grace, strand = strand_] {
      asio::post(strand, [stop, grace] { stop->request(Stop::Why::cancelled, grace); });
    };
  }

  static LogFrame frame_of(const agent::Output& output) {
    return {.offset = output.offset,
            .stream = output.stream == agent::Stream::err ? LogStream::err : LogStream::out,
            .time = WallTime(std::chrono::duration_cast<WallTime::duration>(Duration(output.wall_ns))),
            .bytes = output.bytes};
  }

  Task<void> deliver(LogSink& log, const std::vector<LogFrame>& frames) {
    const auto taken = co_await log.deliver(frames);
    // Output that can no longer be kept is lost, but the job must not hang on it.
    const std::uint64_t end = frames.back().offset + frames.back().bytes.size();
    link_->send(agent::Acknowledge{.offset = taken ? std::min(*taken, end) : end});
  }

  static StageExit exit_of(const agent::StageEnded& ended, Stop::Why why) {
    // A stop that came too late did not stop anything.
    if (ended.stopped && why == Stop::Why::timed_out) return TimedOut{};
    if (ended.stopped && why == Stop::Why::cancelled) return Cancelled{};
    if (ended.signal != 0) return Signaled{static_cast<int>(ended.signal)};
    return Exited{static_cast<int>(ended.code)};
  }

  asio::any_io_executor strand_;
  ShellOptions options_;
  std::unique_ptr<SupervisorLink> link_;
  std::string cwd_;
};

class ShellProvider final : public ExecutorProvider {
 public:
  explicit ShellProvider(ShellOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "shell"; }

  ExecutorFeatures features() const override {
    return {.variables = true, .shared = true, .local_files = true, .default_shell = ShellKind::bash};
  }

  std::vector<ConfigKey> config_keys() const override { return {}; }  // those of every runner only

  Result<std::unique_ptr<Executor>> create(asio::any_io_executor strand) override {
    return std::unique_ptr<Executor>(std::make_unique<ShellExecutor>(std::move(strand), options_));
  }

  Result<std::unique_ptr<Executor>> recover(asio::any_io_executor, const std::string&) override {
    return make_error(ErrorCode::unsupported,
                      "the shell executor's jobs cannot be taken over by another process");
  }

 private:
  ShellOptions options_;
};

}  // namespace

std::unique_ptr<ExecutorProvider> make_shell_provider(ShellOptions options) {
  return std::make_unique<ShellProvider>(std::move(options));
}

}  // namespace fairlead::executors
