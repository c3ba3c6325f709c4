// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "parser/plan/plan.hpp"
#include "proto/api/job_payload.hpp"
#include "server/core/facts.hpp"
#include "server/core/job_variables.hpp"

namespace fairlead::server {

// A claimed job, as far as the Coordinator has put it together.
struct ClaimedJob {
  JobVariableInput variables;
  const CommitFacts& commit;
  const std::vector<Credential>& credentials;
  const std::vector<std::string>& cache_keys;  // one per cache of the job
  std::vector<proto::JobDependency> dependencies;
  std::chrono::seconds default_timeout{3600};
};

// What the runner gets. Pure.
proto::JobPayload build_payload(const ClaimedJob& job);

}  // namespace fairlead::server
