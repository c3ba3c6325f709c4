// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <map>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "terminal/reporter.hpp"
#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

using Json = nlohmann::ordered_json;

std::string rfc3339(WallTime time) {
  const auto since = time.time_since_epoch();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(whole.count())),
                     millis);
}

class JsonReporter final : public Reporter {
 public:
  JsonReporter(Output output, bool quiet, Clock& clock)
      : output_(std::move(output)), quiet_(quiet), clock_(clock) {}

  void pipeline_started(const PipelineReport& pipeline, const std::vector<JobReport>& jobs) override {
    run_.set_pipeline(pipeline);
    Json list = Json::array();
    for (const JobReport& job : jobs) {
      run_.set_job(job);
      list.push_back({{"id", job.id},
                      {"name", job.name},
                      {"stage", job.stage},
                      {"when", model::to_string(job.when)},
                      {"allow_failure", job.allow_failure}});
    }
    Json event = start("pipeline_started");
    event["pipeline"] = pipeline.id;
    event["name"] = pipeline.name;
    event["ref"] = pipeline.ref;
    event["source"] = pipeline.source;
    event["jobs"] = std::move(list);
    print(event);
  }

  void job_changed(const JobReport& report) override {
    if (model::is_completed(report.status)) finish_lines(report.id);
    if (!run_.set_job(report)) return;
    Json event = start("job_status");
    add_job(event, *run_.find(report.id));
    print(event);
  }

  void job_output(std::int64_t id, std::string_view bytes) override {
    if (quiet_) return;
    lines_of(id).feed(bytes);
  }

  void notice(std::optional<std::int64_t> id, const std::string& text) override {
    Json event = start("warning");
    if (const JobView* job = id ? run_.find(*id) : nullptr) event["job"] = job->report.name;
    event["message"] = text;
    print(event);
  }

  void pipeline_finished(const PipelineReport& pipeline, int exit_code) override {
    for (auto& [id, lines] : lines_) lines->finish();
    Json event = start("pipeline_finished");
    event["pipeline"] = pipeline.id;
    event["status"] = model::to_string(pipeline.status);
    event["interrupted"] = pipeline.interrupted;
    event["exit_code"] = exit_code;
    if (pipeline.started)
      event["duration"] =
          std::chrono::duration<double>(pipeline.finished.value_or(clock_.wall_now()) - *pipeline.started)
              .count();
    event["jobs"] = Json::array();
    event["gates"] = Json::array();
    for (const JobView& view : run_.jobs()) {
      Json job = Json::object();
      add_job(job, view);
      event["jobs"].push_back(std::move(job));
      if (is_gate(view.report))
        event["gates"].push_back({{"job", view.report.name}, {"blocking", is_blocking_gate(view.report)}});
    }
    print(event);
  }

 private:
  Json start(std::string_view type) { return {{"event", type}, {"time", rfc3339(clock_.wall_now())}}; }

  void add_job(Json& out, const JobView& view) {
    const JobReport& job = view.report;
    out["job"] = job.name;
    out["id"] = job.id;
    out["stage"] = job.stage;
    out["status"] = model::to_string(job.status);
    out["allow_failure"] = job.allow_failure;
    out["attempt"] = view.attempt;
    if (job.started && job.finished) out["duration"] = elapsed_seconds(job, clock_.wall_now());
    if (job.status == model::Status::failed) {
      if (job.failure_reason) out["failure_reason"] = model::to_string(*job.failure_reason);
      out["exit_code"] = job.exit_code;
      if (!job.message.empty()) out["message"] = job.message;
    }
    if (job.coverage) out["coverage"] = *job.coverage;
    if (!job.artifacts.empty()) out["artifacts"] = job.artifacts;
    if (!job.log.empty()) out["log"] = job.log;
  }

  void print(const Json& event) {
    output_(event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  LogAssembler& lines_of(std::int64_t id) {
    auto& lines = lines_[id];
    if (!lines) {
      const JobView* job = run_.find(id);
      lines = std::make_unique<LogAssembler>(LogAssembler::Sink{
          .line =
              [this, name = job ? job->report.name : std::string()](const std::string& line) {
                Json event = start("output");
                event["job"] = name;
                event["text"] = without_colors(line);
                print(event);
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
  bool quiet_;
  Clock& clock_;
  RunView run_;
  std::map<std::int64_t, std::unique_ptr<LogAssembler>> lines_;
};

}  // namespace

std::unique_ptr<Reporter> make_json_reporter(Output output, bool quiet, Clock& clock) {
  return std::make_unique<JsonReporter>(std::move(output), quiet, clock);
}

}  // namespace fairlead::terminal
