// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "local/local_pipeline.hpp"
#include "local/pipeline_observer.hpp"
#include "terminal/reporter.hpp"

namespace fairlead::cli {

// Turns what happens in a LocalPipeline into reports for the terminal, and
// reads the answers to its questions.
class ExecObserver final : public local::PipelineObserver {
 public:
  // `may_ask`: somebody sits at the terminal.
  ExecObserver(terminal::Reporter& reporter, std::string ref, std::string source, bool may_ask)
      : reporter_(reporter), ref_(std::move(ref)), source_(std::move(source)), may_ask_(may_ask) {}

  // Where files lie is known to the pipeline, which is made after this.
  void set_pipeline(const local::LocalPipeline* pipeline) { pipeline_ = pipeline; }

  void started(const server::PipelineView& pipeline, const std::vector<server::JobView>& jobs) override;
  void job_changed(const server::JobView& job, const std::string& message) override;
  void output(server::JobId job, std::string_view bytes) override { reporter_.job_output(job, bytes); }
  void notice(std::optional<server::JobId> job, const std::string& text) override {
    reporter_.notice(job, text);
  }
  void finished(const server::PipelineView& pipeline, bool interrupted) override;
  Task<std::vector<server::JobId>> choose_gates(const std::vector<server::JobView>& gates,
                                                CancelToken cancel) override;
  bool wants_ticks() const override { return reporter_.wants_ticks(); }
  void tick() override;

  int exit_code() const { return exit_code_; }

 private:
  terminal::PipelineReport report_of(const server::PipelineView& pipeline) const;
  terminal::JobReport report_of(const server::JobView& job) const;

  terminal::Reporter& reporter_;
  std::string ref_;
  std::string source_;
  bool may_ask_;
  const local::LocalPipeline* pipeline_ = nullptr;
  std::map<server::JobId, std::string> messages_;
  int exit_code_ = 0;
};

// The exit code that stands for the end of a pipeline.
int exit_code_of(model::Status pipeline, bool interrupted);

// "1 3", "deploy", "1,deploy" -> positions in `names`; nullopt when a word
// means nothing.
std::optional<std::vector<std::size_t>> parse_answer(const std::string& answer,
                                                     const std::vector<std::string>& names);

}  // namespace fairlead::cli
