// SPDX-License-Identifier: Apache-2.0
#include "terminal/frame.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/core.h>

#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

constexpr std::size_t kMaxTail = 6;

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

// More urgent first; what has no room is counted from the back.
int urgency(const JobReport& job) {
  switch (job.status) {
    case model::Status::running:
    case model::Status::canceling:
      return 0;
    case model::Status::failed:
      return job.allow_failure ? 3 : 1;
    case model::Status::manual:
      return 2;
    case model::Status::pending:
    case model::Status::preparing:
    case model::Status::waiting_for_resource:
    case model::Status::waiting_for_callback:
    case model::Status::scheduled:
      return 4;
    case model::Status::created:
      return 5;
    case model::Status::success:
    case model::Status::canceled:
      return 6;
    case model::Status::skipped:
      return 7;
  }
  return 8;
}

std::size_t widest_name(const RunView& run, std::size_t columns) {
  std::size_t widest = 4;
  for (const JobView& job : run.jobs()) widest = std::max(widest, display_width(printable(job.report.name)));
  return std::min(widest, std::max<std::size_t>(columns / 3, 8));
}

std::size_t widest_stage(const RunView& run, std::size_t columns) {
  std::size_t widest = 4;
  for (const JobView& job : run.jobs()) widest = std::max(widest, display_width(printable(job.report.stage)));
  return std::min(widest, std::max<std::size_t>(columns / 5, 6));
}

std::string job_line(const JobView& job, std::size_t name_width, std::size_t stage_width, std::size_t columns,
                     const Style& style, WallTime now) {
  const StatusMark mark = status_mark(job.report.status, job.report.allow_failure, style);
  const std::string time = job.report.started ? format_seconds(elapsed_seconds(job.report, now)) : "";
  std::string line = style.paint(mark.color, mark.sign);
  line += ' ';
  line += pad(printable(job.report.name), name_width, style.unicode);
  line += "  ";
  line += style.paint(Color::dim, pad(printable(job.report.stage), stage_width, style.unicode));
  line += "  ";
  line += pad(time, 7);
  line += "  ";
  line += style.paint(mark.color, describe_job(job));
  return fit(line, columns, style.unicode);
}

std::string heading(const RunView& run, std::size_t columns, const Style& style, WallTime now) {
  const PipelineReport& pipeline = run.pipeline();
  std::size_t done = 0;
  for (const JobView& job : run.jobs()) done += model::is_completed(job.report.status) ? 1 : 0;
  std::string text = style.paint(Color::bold, fmt::format("Pipeline #{}", pipeline.id));
  if (!pipeline.name.empty()) text += "  " + printable(pipeline.name);
  text += fmt::format("  {} ({})  {}/{} jobs", printable(pipeline.ref), printable(pipeline.source), done,
                      run.jobs().size());
  if (pipeline.started)
    text += "  " + format_seconds(seconds_between(*pipeline.started, pipeline.finished.value_or(now)));
  return fit(text, columns, style.unicode);
}

std::string count_line(const std::vector<const JobView*>& hidden, std::size_t columns, const Style& style) {
  std::map<std::string_view, std::size_t> counts;
  for (const JobView* job : hidden) ++counts[model::to_string(job->report.status)];
  std::string text = fmt::format("{} more:", hidden.size());
  const char* separator = " ";
  for (const auto& [status, count] : counts) {
    text += fmt::format("{}{} {}", separator, count, status);
    separator = ", ";
  }
  return fit(style.paint(Color::dim, text), columns, style.unicode);
}

}  // namespace

double elapsed_seconds(const JobReport& job, WallTime now) {
  return job.started ? seconds_between(*job.started, job.finished.value_or(now)) : 0;
}

std::string describe_job(const JobView& job) {
  const JobReport& report = job.report;
  std::string text(model::to_string(report.status));
  switch (report.status) {
    case model::Status::failed:
      if (!report.message.empty())
        text = "failed: " + printable(report.message);
      else if (report.failure_reason)
        text = fmt::format("failed: {}", model::to_string(*report.failure_reason));
      if (report.allow_failure) text += " (allowed)";
      break;
    case model::Status::manual:
      text = report.allow_failure ? "manual gate, optional" : "manual gate, blocks the pipeline";
      break;
    case model::Status::created:
      text = "waiting";
      break;
    case model::Status::pending:
      text = "ready";
      break;
    default:
      break;
  }
  if (job.attempt > 1) text += fmt::format(", attempt {}", job.attempt);
  return text;
}

std::vector<std::string> render_frame(const RunView& run, ScreenSize size, const Style& style, WallTime now) {
  const std::size_t columns = std::max<std::size_t>(size.columns, 1);
  const std::size_t room = size.rows > 1 ? size.rows - 1 : 1;
  std::vector<std::string> out{heading(run, columns, style, now)};
  if (room < 2) return out;

  // Which jobs have a line: all, or the most urgent ones, in pipeline order.
  std::vector<const JobView*> shown;
  for (const JobView& job : run.jobs()) shown.push_back(&job);
  std::vector<const JobView*> hidden;
  if (shown.size() > room - 1) {
    // They lie in one vector, so that addresses are pipeline order.
    std::sort(shown.begin(), shown.end(), [](const JobView* a, const JobView* b) {
      return std::pair(urgency(a->report), a) < std::pair(urgency(b->report), b);
    });
    const std::size_t fits = room - 2;
    hidden.assign(shown.begin() + static_cast<std::ptrdiff_t>(fits), shown.end());
    shown.resize(fits);
    std::sort(shown.begin(), shown.end());
  }

  // The rest of the screen belongs to the tails of what runs.
  const auto is_running = [](const JobView* job) {
    return job->report.status == model::Status::running || job->report.status == model::Status::canceling;
  };
  const auto running = static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), is_running));
  const std::size_t used = 1 + shown.size() + (hidden.empty() ? 0 : 1);
  std::size_t spare = room > used ? room - used : 0;
  const std::size_t each = running > 0 ? std::min(kMaxTail, spare / running) : 0;

  const std::size_t name_width = widest_name(run, columns);
  const std::size_t stage_width = widest_stage(run, columns);
  for (const JobView* job : shown) {
    out.push_back(job_line(*job, name_width, stage_width, columns, style, now));
    if (!is_running(job)) continue;
    for (const Tail::Line& line : job->tail->last(each)) {
      const std::string lead =
          "    " + style.paint(Color::dim, line.folded ? style.fold() : style.bar()) + " ";
      const std::string text = style.color ? line.text : without_colors(line.text);
      out.push_back(fit(lead + (line.folded ? style.paint(Color::dim, without_colors(text)) : text), columns,
                        style.unicode));
    }
  }
  if (!hidden.empty()) out.push_back(count_line(hidden, columns, style));
  return out;
}

std::vector<std::string> render_summary(const RunView& run, std::size_t columns, const Style& style,
                                        WallTime now, std::size_t lines_of_failed) {
  std::vector<std::string> out;
  const std::string indent = "    " + style.paint(Color::dim, style.bar()) + " ";
  const auto text_of = [&](const std::string& line) { return style.color ? line : without_colors(line); };

  for (const JobView& job : run.jobs()) {
    if (job.report.status != model::Status::failed || lines_of_failed == 0) continue;
    const std::vector<std::string> lines = job.tail->last_script_lines(lines_of_failed);
    if (lines.empty()) continue;
    out.push_back(fit(style.paint(is_counted_failure(job.report) ? Color::red : Color::yellow,
                                  fmt::format("Last lines of {}:", printable(job.report.name))),
                      columns, style.unicode));
    for (const std::string& line : lines) out.push_back(fit(indent + text_of(line), columns, style.unicode));
    out.emplace_back();
  }

  const std::size_t name_width = widest_name(run, columns);
  const std::size_t stage_width = widest_stage(run, columns);
  for (const JobView& job : run.jobs()) {
    std::string line = job_line(job, name_width, stage_width, columns, style, now);
    if (job.report.coverage) line += fmt::format(", coverage {:.2f}%", *job.report.coverage);
    out.push_back(fit(line, columns, style.unicode));
    // Paths are for copying: never cut.
    for (const std::string& path : job.report.artifacts) out.push_back("    artifacts: " + printable(path));
    if (job.report.status == model::Status::failed && !job.report.log.empty())
      out.push_back("    log: " + printable(job.report.log));
  }

  std::string optional_gates;
  std::string blocking_gates;
  for (const JobView& job : run.jobs()) {
    if (!is_gate(job.report)) continue;
    std::string& list = is_blocking_gate(job.report) ? blocking_gates : optional_gates;
    if (!list.empty()) list += ", ";
    list += printable(job.report.name);
  }

  const PipelineReport& pipeline = run.pipeline();
  const StatusMark mark = status_mark(pipeline.status, false, style);
  const std::string verdict =
      pipeline.interrupted ? "interrupted" : std::string(model::to_string(pipeline.status));
  std::string last = fmt::format("Pipeline #{} {}", pipeline.id, verdict);
  if (pipeline.started)
    last += " in " + format_seconds(seconds_between(*pipeline.started, pipeline.finished.value_or(now)));
  out.emplace_back();
  out.push_back(style.paint(pipeline.interrupted ? Color::yellow : mark.color, last));
  if (!blocking_gates.empty())
    out.push_back(fmt::format("Waiting at: {} (--manual JOB presses a gate)", blocking_gates));
  if (!optional_gates.empty())
    out.push_back(fmt::format("Not played: {} (--manual JOB presses a gate)", optional_gates));
  return out;
}

}  // namespace fairlead::terminal
