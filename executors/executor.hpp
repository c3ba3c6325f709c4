// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "proto/api/job_payload.hpp"

namespace fairlead::executors {

enum class LogStream : std::uint8_t { out, err };

// A piece of a stage's output. `offset` counts the raw bytes of this stage
// from 0; consecutive frames are contiguous, also after a reconnect, when a
// producer may repeat bytes that were not acknowledged.
struct LogFrame {
  std::uint64_t offset = 0;
  LogStream stream = LogStream::out;
  WallTime time;
  std::string_view bytes;
};

// Takes a stage's output. Owned by Build; called on the job's strand.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // Takes the frames (bytes are copied) and returns the acknowledged offset:
  // a producer may drop everything before it. Bytes below what was already
  // taken are ignored. May wait (back-pressure). An error means that output
  // can no longer be kept (disk full): the stage goes on, its output is lost,
  // and the sink has said so.
  virtual Task<Result<std::uint64_t>> deliver(std::span<const LogFrame> frames) = 0;
};

enum class ShellKind { bash, sh };

// One stage of a job as text for a shell (made by runner/script).
struct StageScript {
  std::string name;  // "get_sources", "step_script", "after_script", ...
  ShellKind shell = ShellKind::bash;
  bool login = false;      // start the shell as a login shell
  std::string text;        // complete script; given to the shell on a descriptor or as a file
  bool in_helper = false;  // predefined stages run beside the job's image
};

// How a stage ended. Not errors: an Error from run() means that *we* failed.
struct Exited {
  int code = 0;
};
struct Signaled {
  int signal = 0;
};
struct OutOfMemory {
  int count = 1;
};
struct Cancelled {};  // the token was cancelled, all processes are gone
struct TimedOut {};   // the deadline passed, all processes are gone
using StageExit = std::variant<Exited, Signaled, OutOfMemory, Cancelled, TimedOut>;

struct RunLimits {
  CancelToken cancel;  // polite: TERM to all of the stage; hard: KILL
  std::optional<SteadyTime> deadline;
  Duration graceful_kill = std::chrono::minutes(10);  // between TERM and KILL on polite cancel or timeout
};

// What an executor can do, as sent in jobs/request (`features`) and as the
// runner's own decisions need it.
struct ExecutorFeatures {
  bool variables = true;
  bool image = false;
  bool services = false;
  bool shared = false;  // directories outlive the job
  bool session = false;
  bool terminal = false;
  bool adoptable = false;    // detach() and recover() work
  bool local_files = false;  // project_dir is a directory of this machine: artifacts and cache run in process
  ShellKind default_shell = ShellKind::bash;
};

// What prepare() needs to know of the job and of the runner's configuration.
struct PrepareRequest {
  const proto::JobPayload* job = nullptr;  // outlives the executor
  std::filesystem::path builds_dir;        // absolute
  std::filesystem::path project_dir;       // absolute, below builds_dir
  std::filesystem::path temp_dir;          // <project>.tmp: file variables, scripts
  model::Variables variables;  // all, in precedence order, for executors that put them into containers
};

// Runs one job's stages. Made by a provider, used on one strand, by one Build.
//
// Order: prepare once, run any number of times (one at a time), then cleanup.
// cleanup is safe after a failed or missing prepare, and safe twice; it gets a
// fresh token because the job's own is often cancelled by then.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual Task<Result<void>> prepare(const PrepareRequest& request, LogSink& log, CancelToken cancel) = 0;
  virtual Task<Result<StageExit>> run(const StageScript& script, LogSink& log, RunLimits limits) = 0;
  // Lets go of a running job so that another process can adopt it; afterwards
  // only destruction is allowed. unsupported unless features().adoptable.
  virtual Task<Result<std::string>> detach() = 0;  // -> journal entry for recover()
  virtual Task<Result<void>> cleanup(CancelToken cancel) = 0;
};

// One configuration key of an executor, for `config check`, warnings and docs.
struct ConfigKey {
  std::string name;  // "builds_dir", "kubernetes.namespace"
  std::string meaning;
};

// Makes executors of one kind. Thread-safe; lives as long as the process.
class ExecutorProvider {
 public:
  virtual ~ExecutorProvider() = default;
  virtual std::string_view name() const = 0;  // "shell", "kubernetes"
  virtual ExecutorFeatures features() const = 0;
  virtual std::vector<ConfigKey> config_keys() const = 0;
  virtual Result<std::unique_ptr<Executor>> create(asio::any_io_executor strand) = 0;
  // Takes over what a former process left, from the entry its detach() gave.
  virtual Result<std::unique_ptr<Executor>> recover(asio::any_io_executor strand,
                                                    const std::string& journal_entry) = 0;
};

}  // namespace fairlead::executors
