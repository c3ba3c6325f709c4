// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <fmt/core.h>

#include "terminal/reporter.hpp"
#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

// Wide enough for every line: where the text goes to a file nothing is cut.
constexpr std::size_t kNoLimit = 1'000'000;

class PlainReporter final : public Reporter {
 public:
  PlainReporter(Output output, PlainOptions options, Clock& clock)
      : output_(std::move(output)), options_(options), clock_(clock) {}

  void pipeline_started(const PipelineReport& pipeline, const std::vector<JobReport>& jobs) override {
    run_.set_pipeline(pipeline);
    for (const JobReport& job : jobs) run_.set_job(job);
    if (options_.quiet) return;
    std::string name = pipeline.name.empty() ? "" : " " + printable(pipeline.name);
    print(fmt::format("== Pipeline #{}{}: {} ({}), {} job{}", pipeline.id, name, printable(pipeline.ref),
                      printable(pipeline.source), jobs.size(), jobs.size() == 1 ? "" : "s"));
  }

  void job_changed(const JobReport& report) override {
    const JobView* known = run_.find(report.id);
    const bool retry = known == nullptr && knows(report.name);
    if (model::is_completed(report.status)) finish_lines(report.id);
    if (!run_.set_job(report) || options_.quiet) return;
    const JobView& job = *run_.find(report.id);
    switch (report.status) {
      case model::Status::created:
      case model::Status::preparing:
      case model::Status::pending:
        if (retry) print(fmt::format("== {}: retried, attempt {}", printable(report.name), job.attempt));
        return;
      default:
        break;
    }
    std::string line = fmt::format("== {}: {}", printable(report.name), describe_job(job));
    if (report.started && report.finished)
      line += " in " + format_seconds(elapsed_seconds(report, clock_.wall_now()));
    if (report.coverage) line += fmt::format(", coverage {:.2f}%", *report.coverage);
    print(line);
  }

  void job_output(std::int64_t id, std::string_view bytes) override {
    run_.add_output(id, bytes);
    if (options_.quiet) return;
    lines_of(id).feed(bytes);
  }

  void notice(std::optional<std::int64_t> id, const std::string& text) override {
    if (options_.quiet) return;
    const JobView* job = id ? run_.find(*id) : nullptr;
    print(job ? fmt::format("[{}] WARNING: {}", printable(job->report.name), printable(text))
              : "== " + printable(text));
  }

  void pipeline_finished(const PipelineReport& pipeline, int) override {
    run_.set_pipeline(pipeline);
    for (auto& [id, lines] : lines_) lines->finish();
    if (!options_.quiet) print("");
    const std::size_t repeated = options_.quiet ? 20 : 0;
    for (const std::string& line :
         render_summary(run_, kNoLimit, options_.style, clock_.wall_now(), repeated))
      print(line);
  }

 private:
  void print(const std::string& line) { output_(line + "\n"); }

  bool knows(const std::string& name) const {
    for (const JobView& job : run_.jobs())
      if (job.report.name == name) return true;
    return false;
  }

  LogAssembler& lines_of(std::int64_t id) {
    auto& lines = lines_[id];
    if (!lines) {
      const JobView* job = run_.find(id);
      const std::string prefix = "[" + printable(job ? job->report.name : std::to_string(id)) + "] ";
      lines = std::make_unique<LogAssembler>(
          LogAssembler::Sink{.line =
                                 [this, prefix](const std::string& line) {
                                   print(prefix + (options_.style.color ? line : without_colors(line)));
                                 },
                             .section = [](const LogAssembler::Section&) {}});
    }
    return *lines;
  }

  void finish_lines(std::int64_t id) {
    const auto it = lines_.find(id);
    if (it == lines_.end()) return;
    it->second->finish();
    lines_.erase(it);
  }

  Output output_;
  PlainOptions options_;
  Clock& clock_;
  RunView run_;
  std::map<std::int64_t, std::unique_ptr<LogAssembler>> lines_;
};

}  // namespace

std::unique_ptr<Reporter> make_plain_reporter(Output output, PlainOptions options, Clock& clock) {
  return std::make_unique<PlainReporter>(std::move(output), options, clock);
}

}  // namespace fairlead::terminal
