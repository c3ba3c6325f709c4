// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "terminal/reporter.hpp"
#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

constexpr std::size_t kLinesOfFailed = 20;
constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";
// Terminals that know it show the frame at once, others ignore it.
constexpr std::string_view kBeginUpdate = "\x1b[?2026h";
constexpr std::string_view kEndUpdate = "\x1b[?2026l";

class LiveReporter final : public Reporter {
 public:
  LiveReporter(Output output, LiveOptions options, Clock& clock)
      : output_(std::move(output)), options_(std::move(options)), clock_(clock) {
    wants_ticks_ = true;
  }
  ~LiveReporter() override {
    if (hidden_) output_(kShowCursor);
  }

  void pipeline_started(const PipelineReport& pipeline, const std::vector<JobReport>& jobs) override {
    run_.set_pipeline(pipeline);
    for (const JobReport& job : jobs) run_.set_job(job);
    draw(clock_.wall_now());
  }
  void job_changed(const JobReport& report) override {
    run_.set_job(report);
    dirty_ = true;
  }
  void job_output(std::int64_t id, std::string_view bytes) override {
    run_.add_output(id, bytes);
    dirty_ = true;
  }
  void notice(std::optional<std::int64_t> id, const std::string& text) override {
    if (id) {
      run_.add_notice(*id, text);
    } else {
      notices_.push_back(text);
    }
  }

  void tick(WallTime now) override {
    if (asking_) return;
    // Running jobs show their time, so a second changes the picture too.
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (!dirty_ && second == last_second_) return;
    last_second_ = second;
    draw(now);
  }

  bool ask(const std::vector<JobReport>& gates, WallTime now, const std::string& remark) override {
    draw(now);
    std::string text = remark.empty() ? "" : "\n" + printable(remark);
    text += "\nOnly gates are left:\n";
    for (std::size_t i = 0; i < gates.size(); ++i)
      text += fmt::format("  {}  {}{}\n", i + 1, printable(gates[i].name),
                          is_blocking_gate(gates[i]) ? " (blocks the pipeline)" : " (optional)");
    text += "Press which? Numbers or names, Enter to stop here: ";
    output_(text);
    if (hidden_) output_(kShowCursor);
    hidden_ = false;
    asking_ = true;
    return true;
  }
  void answered() override {
    // What was asked and typed stays on the screen; drawing goes on below.
    asking_ = false;
    drawn_.clear();
    dirty_ = true;
  }

  void pipeline_finished(const PipelineReport& pipeline, int) override {
    run_.set_pipeline(pipeline);
    std::string text = erase();
    drawn_.clear();
    const ScreenSize size = options_.size();
    for (const JobView& job : run_.jobs())
      for (const std::string& notice : job.notices)
        text += fmt::format("{}: {}\n", printable(job.report.name), printable(notice));
    for (const std::string& notice : notices_) text += printable(notice) + "\n";
    for (const std::string& line :
         render_summary(run_, size.columns, options_.style, clock_.wall_now(), kLinesOfFailed))
      text += line + "\n";
    if (hidden_) text += kShowCursor;
    hidden_ = false;
    output_(text);
  }

 private:
  // Back to the first line of the frame, its rows empty. A narrower screen has
  // wrapped the lines drawn before, so each may take several rows now. Row by
  // row: tmux keeps in its history what one command clears from the top row
  // down, and would keep every frame.
  std::string erase() {
    const std::size_t columns = std::max<std::size_t>(options_.size().columns, 1);
    std::size_t rows = 0;
    for (const std::size_t width : drawn_) rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
    if (rows == 0) return "";
    std::string text = fmt::format("\x1b[{}F", rows);
    for (std::size_t i = 0; i < rows; ++i) text += "\x1b[2K\x1b[B";
    return text + fmt::format("\x1b[{}A", rows);
  }

  void draw(WallTime now) {
    dirty_ = false;
    std::string text(kBeginUpdate);
    if (!hidden_) text += kHideCursor;
    hidden_ = true;
    text += erase();
    drawn_.clear();
    for (const std::string& line : render_frame(run_, options_.size(), options_.style, now)) {
      text += line;
      text += "\n";
      drawn_.push_back(display_width(line));
    }
    text += kEndUpdate;
    output_(text);
  }

  Output output_;
  LiveOptions options_;
  Clock& clock_;
  RunView run_;
  std::vector<std::string> notices_;
  std::vector<std::size_t> drawn_;  // widths of the lines now on the screen
  bool dirty_ = false;
  bool hidden_ = false;
  bool asking_ = false;
  long long last_second_ = 0;
};

}  // namespace

std::unique_ptr<Reporter> make_live_reporter(Output output, LiveOptions options, Clock& clock) {
  return std::make_unique<LiveReporter>(std::move(output), std::move(options), clock);
}

}  // namespace fairlead::terminal
