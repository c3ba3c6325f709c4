// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "parser/entry/entries.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::tests {

// A configuration text and what read_config made of it.
struct EntryCase {
  ReadYaml yaml;
  std::optional<parser::PipelineConfig> config;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  std::vector<parser::Diagnostic> all;

  // The job of this name; fails the test when it is not there.
  const parser::JobConfig& job(const std::string& name) const;
  // "line:column" of the only error.
  std::string place() const;
  std::string hint() const;
};

EntryCase read_entries(std::string text);

// Errors of one job `job` with `script: x` and these further lines, each
// indented as a member of the job.
std::vector<std::string> job_errors(const std::string& lines);
// The same as a configuration that must be valid.
parser::JobConfig valid_job(const std::string& lines);

}  // namespace fairlead::tests
