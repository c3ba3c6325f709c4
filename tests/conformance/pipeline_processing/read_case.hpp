// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "server/core/pipeline.hpp"

namespace fairlead::server {

// The states that a case expects after a step, by name.
struct ExpectedStates {
  std::string pipeline;
  std::map<std::string, std::string> stages;
  std::map<std::string, std::string> jobs;
};

struct Transition {
  std::string event;              // success, run, drop, cancel, play, retry
  std::vector<std::string> jobs;  // empty: the pipeline
  ExpectedStates expect;
};

struct ProcessingCase {
  PipelineState pipeline;
  ExpectedStates init;
  std::vector<Transition> transitions;
};

// Reads one file; throws (std::runtime_error) on what it does not understand.
ProcessingCase read_case(const std::filesystem::path& file);

}  // namespace fairlead::server
