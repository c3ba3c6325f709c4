// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/status.hpp"
#include "model/words.hpp"
#include "terminal/log_assembler.hpp"

namespace fairlead::terminal {

// What is known of one job at the moment of an event.
struct JobReport {
  std::int64_t id = 0;
  std::string name;
  std::string stage;
  model::Status status = model::Status::created;
  model::When when = model::When::on_success;
  bool allow_failure = false;
  std::optional<WallTime> started;
  std::optional<WallTime> finished;
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  std::string message;                 // why it failed, in the runner's words
  std::optional<double> coverage;      // percent
  std::vector<std::string> artifacts;  // paths of what was kept
  std::string log;                     // path of the complete log; empty: not kept
};

struct PipelineReport {
  std::int64_t id = 0;
  std::string name;  // workflow:name; may be empty
  std::string ref;
  std::string source;  // push, web, ...
  model::Status status = model::Status::created;
  std::optional<WallTime> started;
  std::optional<WallTime> finished;
  bool interrupted = false;
};

// A manual job that nobody has pressed. Blocking: the pipeline waits for it.
bool is_gate(const JobReport& job);
bool is_blocking_gate(const JobReport& job);
// It failed and that counts.
bool is_counted_failure(const JobReport& job);

// The end of a job's log as the live view shows it. Sections that have ended
// are folded to their first line; only the last lines are kept.
class Tail {
 public:
  struct Line {
    std::string text;
    bool folded = false;  // stands for a whole section
  };

  Tail();
  Tail(Tail&&) = delete;  // the assembler calls back into this object
  void feed(std::string_view bytes) { assembler_.feed(bytes); }
  void finish() { assembler_.finish(); }
  // Up to `count` last lines, the incomplete one included.
  std::vector<Line> last(std::size_t count) const;
  // The last lines of the user's script alone, for the summary of a failure.
  std::vector<std::string> last_script_lines(std::size_t count) const;

 private:
  static constexpr std::size_t kKeep = 400;
  struct Stored {
    Line line;
    bool script = false;
  };
  struct Open {
    std::string name;
    std::uint64_t first;  // number of the section's first line
    bool foldable;
  };
  void add(const std::string& line);
  void section(const LogAssembler::Section& section);

  std::deque<Stored> lines_;
  std::uint64_t dropped_ = 0;  // lines that left at the front
  std::vector<Open> open_;
  LogAssembler assembler_;
};

struct JobView {
  JobReport report;
  int attempt = 1;  // 2 and more: a retry
  std::unique_ptr<Tail> tail;
  std::vector<std::string> notices;
};

// Everything that a screen shows of a run: changed by events, never drawn from
// anything else. Single thread.
class RunView {
 public:
  void set_pipeline(PipelineReport report) { pipeline_ = std::move(report); }
  // Adds the job, or replaces what was known; a new id under a known name is
  // a retry, which starts with an empty tail. True when the status changed.
  bool set_job(JobReport report);
  void add_output(std::int64_t id, std::string_view bytes);
  void add_notice(std::int64_t id, std::string text);

  const PipelineReport& pipeline() const { return pipeline_; }
  const std::vector<JobView>& jobs() const { return jobs_; }
  JobView* find(std::int64_t id);

 private:
  PipelineReport pipeline_;
  std::vector<JobView> jobs_;
  std::map<std::int64_t, std::size_t> by_id_;
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace fairlead::terminal
