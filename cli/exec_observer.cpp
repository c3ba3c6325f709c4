// SPDX-License-Identifier: Apache-2.0
#include "cli/exec_observer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/core.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/exit_codes.hpp"

namespace fairlead::cli {
namespace {

// A line from the terminal; nullopt at its end or when cancelled.
Task<std::optional<std::string>> read_line(asio::posix::stream_descriptor& terminal, CancelToken cancel) {
  using namespace asio::experimental::awaitable_operators;
  std::string line;
  while (line.find('\n') == std::string::npos) {
    boost::system::error_code error;
    co_await (terminal.async_wait(asio::posix::stream_descriptor::wait_read,
                                  asio::redirect_error(asio::use_awaitable, error)) ||
              wait_cancelled(cancel));
    if (cancel.cancelled() || error) co_return std::nullopt;
    std::array<char, 256> buffer{};
    const ssize_t got = ::read(terminal.native_handle(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0 || line.size() > 4096) co_return std::nullopt;
    line.append(buffer.data(), static_cast<std::size_t>(got));
  }
  co_return line.substr(0, line.find('\n'));
}

}  // namespace

int exit_code_of(model::Status pipeline, bool interrupted) {
  if (interrupted) return kInterrupted;
  switch (pipeline) {
    case model::Status::failed:
    case model::Status::canceled:
      return kFailed;
    default:
      return kSuccess;
  }
}

std::optional<std::vector<std::size_t>> parse_answer(const std::string& answer,
                                                     const std::vector<std::string>& names) {
  std::vector<std::size_t> chosen;
  const auto add = [&](const std::string& word) {
    const auto it = std::find(names.begin(), names.end(), word);
    if (it != names.end()) {
      chosen.push_back(static_cast<std::size_t>(it - names.begin()));
      return true;
    }
    if (word.empty() || word.size() > 6 || word.find_first_not_of("0123456789") != std::string::npos)
      return false;
    const auto number = static_cast<std::size_t>(std::stoul(word));
    if (number < 1 || number > names.size()) return false;
    chosen.push_back(number - 1);
    return true;
  };
  // A name may have blanks in it ("build: [a, b]"): try the whole line first.
  const std::size_t first = answer.find_first_not_of(" \t\r");
  if (first == std::string::npos) return chosen;
  const std::string whole = answer.substr(first, answer.find_last_not_of(" \t\r") - first + 1);
  if (add(whole)) return chosen;
  for (std::size_t from = 0; from < whole.size();) {
    const std::size_t to = std::min(whole.find_first_of(" ,\t", from), whole.size());
    if (to > from && !add(whole.substr(from, to - from))) return std::nullopt;
    from = to + 1;
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

terminal::PipelineReport ExecObserver::report_of(const server::PipelineView& pipeline) const {
  return {.id = pipeline.id,
          .name = pipeline.name,
          .ref = ref_,
          .source = source_,
          .status = pipeline.status,
          .started = pipeline.created_at,
          .finished = pipeline.finished_at};
}

terminal::JobReport ExecObserver::report_of(const server::JobView& job) const {
  terminal::JobReport report{.id = job.id,
                             .name = job.name,
                             .stage = job.stage,
                             .status = job.status,
                             .when = job.when,
                             .allow_failure = job.allow_failure,
                             .started = job.started_at,
                             .finished = job.finished_at,
                             .failure_reason = job.failure_reason,
                             .exit_code = job.exit_code,
                             .coverage = job.coverage};
  if (const auto it = messages_.find(job.id); it != messages_.end()) {
    report.message = it->second;
  } else if (job.failure_reason == model::FailureReason::script_failure && job.exit_code != 0) {
    report.message = fmt::format("exit status {}", job.exit_code);
  }
  if (pipeline_ != nullptr && model::is_completed(job.status)) {
    report.artifacts = pipeline_->artifact_paths(job);
    if (job.status == model::Status::failed) report.log = pipeline_->log_path(job);
  }
  return report;
}

void ExecObserver::started(const server::PipelineView& pipeline, const std::vector<server::JobView>& jobs) {
  std::vector<terminal::JobReport> reports;
  for (const server::JobView& job : jobs) reports.push_back(report_of(job));
  reporter_.pipeline_started(report_of(pipeline), reports);
}

void ExecObserver::job_changed(const server::JobView& job, const std::string& message) {
  if (!message.empty()) messages_[job.id] = message;
  reporter_.job_changed(report_of(job));
}

void ExecObserver::finished(const server::PipelineView& pipeline, bool interrupted) {
  terminal::PipelineReport report = report_of(pipeline);
  report.interrupted = interrupted;
  exit_code_ = exit_code_of(pipeline.status, interrupted);
  reporter_.pipeline_finished(report, exit_code_);
}

void ExecObserver::tick() { reporter_.tick(system_clock().wall_now()); }

Task<std::vector<server::JobId>> ExecObserver::choose_gates(const std::vector<server::JobView>& gates,
                                                            CancelToken cancel) {
  std::vector<server::JobId> chosen;
  if (!may_ask_) co_return chosen;
  // A descriptor of our own: Asio changes flags that our parent shares with stdin.
  const int fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) co_return chosen;
  asio::posix::stream_descriptor terminal(co_await asio::this_coro::executor, fd);

  std::vector<terminal::JobReport> reports;
  std::vector<std::string> names;
  for (const server::JobView& gate : gates) {
    reports.push_back(report_of(gate));
    names.push_back(gate.name);
  }
  std::string remark;
  for (;;) {
    if (!reporter_.ask(reports, system_clock().wall_now(), remark)) co_return chosen;
    const std::optional<std::string> line = co_await read_line(terminal, cancel);
    reporter_.answered();
    if (!line) co_return chosen;
    const auto answer = parse_answer(*line, names);
    if (!answer) {
      remark = fmt::format("\"{}\" names no gate.", *line);
      continue;
    }
    for (const std::size_t index : *answer) chosen.push_back(gates[index].id);
    co_return chosen;
  }
}

}  // namespace fairlead::cli
