// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/parser_entry/entry_case.hpp"

#include <algorithm>
#include <sstream>

namespace fairlead::tests {

const parser::JobConfig& EntryCase::job(const std::string& name) const {
  static const parser::JobConfig kNone;
  if (!config) {
    ADD_FAILURE() << "not valid: " << testing::PrintToString(errors);
    return kNone;
  }
  const auto found = std::ranges::find(config->jobs, name, &parser::JobConfig::name);
  if (found == config->jobs.end()) {
    ADD_FAILURE() << "no job " << name;
    return kNone;
  }
  return *found;
}

std::string EntryCase::place() const {
  if (all.size() != 1) return "not one diagnostic: " + testing::PrintToString(errors);
  return std::to_string(all.front().mark.line) + ":" + std::to_string(all.front().mark.column);
}

std::string EntryCase::hint() const {
  if (all.size() != 1) return "not one diagnostic: " + testing::PrintToString(errors);
  return all.front().hint;
}

EntryCase read_entries(std::string text) {
  EntryCase out{.yaml = read_yaml(std::move(text)), .config = {}, .errors = {}, .warnings = {}, .all = {}};
  if (out.yaml.text.failure) {
    out.errors.push_back(out.yaml.text.failure->message);
    return out;
  }
  parser::Diagnostics diagnostics;
  out.config = parser::read_config(out.yaml.text.content, diagnostics);
  out.all = diagnostics.all();
  for (const parser::Diagnostic& diagnostic : out.all) {
    (diagnostic.severity == parser::Severity::error ? out.errors : out.warnings)
        .push_back(diagnostic.message);
  }
  return out;
}

namespace {

EntryCase read_job_lines(const std::string& lines) {
  std::string text = "job:\n  script: x\n";
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) text += "  " + line + "\n";
  return read_entries(std::move(text));
}

}  // namespace

std::vector<std::string> job_errors(const std::string& lines) { return read_job_lines(lines).errors; }

parser::JobConfig valid_job(const std::string& lines) { return read_job_lines(lines).job("job"); }

}  // namespace fairlead::tests
