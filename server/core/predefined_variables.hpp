// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/words.hpp"
#include "server/core/facts.hpp"

namespace fairlead::server {

// The predefined variables that are known before the file is read: what
// include, workflow:rules and rules may see (CI_PROJECT_*, CI_COMMIT_*,
// CI_PIPELINE_SOURCE, CI_SERVER_*, ...). This is what goes into
// LoadContext::variables and PipelineContext::predefined.
model::Variables predefined_pipeline_variables(const ServerFacts& server, const ProjectFacts& project,
                                               const CommitFacts& commit, model::PipelineSource source,
                                               WallTime created_at);

// Lower case, everything but 0-9 and a-z as '-', at most 63 characters, no
// '-' at either end (CI_COMMIT_REF_SLUG, CI_JOB_NAME_SLUG, CI_PROJECT_PATH_SLUG).
std::string slug(std::string_view text);

// "2024-02-29T12:34:56Z"
std::string iso_time(WallTime time);

}  // namespace fairlead::server
