// SPDX-License-Identifier: Apache-2.0
#include "terminal/run_view.hpp"

#include <algorithm>

#include "terminal/text.hpp"

namespace fairlead::terminal {
namespace {

constexpr std::size_t kMaxOpenSections = 64;

// The sections around the user's own commands: what is in them is what people
// look for, so they are never folded.
bool is_script_section(std::string_view name) {
  return name.starts_with("step_") || name == "after_script" || name == "build_script";
}

}  // namespace

bool is_gate(const JobReport& job) { return job.status == model::Status::manual; }
bool is_blocking_gate(const JobReport& job) { return is_gate(job) && !job.allow_failure; }
bool is_counted_failure(const JobReport& job) {
  return job.status == model::Status::failed && !job.allow_failure;
}

Tail::Tail()
    : assembler_(
          LogAssembler::Sink{.line = [this](const std::string& line) { add(line); },
                             .section = [this](const LogAssembler::Section& found) { section(found); }}) {}

void Tail::add(const std::string& line) {
  // The runner's own markers leave lines that hold nothing but a reset.
  const bool script =
      std::any_of(open_.begin(), open_.end(), [](const Open& open) { return !open.foldable; });
  lines_.push_back({.line = {.text = line, .folded = false}, .script = script});
  if (lines_.size() > kKeep) {
    lines_.pop_front();
    ++dropped_;
  }
}

void Tail::section(const LogAssembler::Section& found) {
  const std::uint64_t next = dropped_ + lines_.size();
  if (found.start) {
    if (open_.size() < kMaxOpenSections)
      open_.push_back({.name = found.name, .first = next, .foldable = !is_script_section(found.name)});
    return;
  }
  const auto it =
      std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) { return open.name == found.name; });
  if (it == open_.rend()) return;
  const Open ended = *it;
  open_.erase(std::prev(it.base()), open_.end());
  if (!ended.foldable || next <= ended.first) return;
  // Fold: the first line stays as the heading, unless it has already gone.
  const std::size_t keep = ended.first >= dropped_ ? static_cast<std::size_t>(ended.first - dropped_) : 0;
  if (ended.first >= dropped_) lines_[keep].line.folded = true;
  lines_.resize(ended.first >= dropped_ ? keep + 1 : 0);
}

std::vector<Tail::Line> Tail::last(std::size_t count) const {
  std::vector<Line> out;
  if (count > 0 && !without_colors(assembler_.partial()).empty())
    out.push_back({.text = assembler_.partial(), .folded = false});
  for (auto it = lines_.rbegin(); it != lines_.rend() && out.size() < count; ++it) out.push_back(it->line);
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<std::string> Tail::last_script_lines(std::size_t count) const {
  const bool any_script =
      std::any_of(lines_.begin(), lines_.end(), [](const Stored& stored) { return stored.script; });
  std::vector<std::string> out;
  for (auto it = lines_.rbegin(); it != lines_.rend() && out.size() < count; ++it)
    if (it->script || !any_script) out.push_back(it->line.text);
  std::reverse(out.begin(), out.end());
  return out;
}

bool RunView::set_job(JobReport report) {
  const auto known = by_name_.find(report.name);
  if (known == by_name_.end()) {
    by_id_[report.id] = jobs_.size();
    by_name_[report.name] = jobs_.size();
    jobs_.push_back(
        {.report = std::move(report), .attempt = 1, .tail = std::make_unique<Tail>(), .notices = {}});
    return true;
  }
  JobView& job = jobs_[known->second];
  if (job.report.id != report.id) {
    by_id_.erase(job.report.id);
    by_id_[report.id] = known->second;
    ++job.attempt;
    job.tail = std::make_unique<Tail>();
    job.report = std::move(report);
    return true;
  }
  const bool changed = job.report.status != report.status;
  job.report = std::move(report);
  if (changed && model::is_completed(job.report.status)) job.tail->finish();
  return changed;
}

void RunView::add_output(std::int64_t id, std::string_view bytes) {
  if (JobView* job = find(id)) job->tail->feed(bytes);
}

void RunView::add_notice(std::int64_t id, std::string text) {
  if (JobView* job = find(id)) job->notices.push_back(std::move(text));
}

JobView* RunView::find(std::int64_t id) {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &jobs_[it->second];
}

}  // namespace fairlead::terminal
