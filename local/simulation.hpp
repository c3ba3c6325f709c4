// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "local/working_tree.hpp"
#include "model/words.hpp"
#include "server/core/facts.hpp"

namespace fairlead::local {

// The event that a run pretends has happened: --source and --ref.
struct Simulation {
  std::string source;  // push, tag, merge_request_event, schedule, ...; empty: push
  std::string ref;     // branch or tag; empty: what is checked out
};

// Everything that a coordinator would know about that event.
struct SimulatedEvent {
  model::PipelineSource source = model::PipelineSource::push;
  server::ServerFacts server;
  server::ProjectFacts project;
  server::CommitFacts commit;
  server::UserFacts user;
  model::Variables extra_predefined;  // CI_MERGE_REQUEST_* and the like
  ChangeBase change_base;             // what `changes` compares with
  std::string shown_ref;              // the branch or tag, for people
};

// invalid_argument: an unknown source, or one that needs --ref.
Result<SimulatedEvent> simulate(const WorkingTree& tree, const Simulation& wish);

// "git@host:group/project.git" or a URL -> host with scheme, and the path.
struct RemoteAddress {
  std::string server;  // "https://host[:port]"; empty for a local path
  std::string path;    // "group/project"
};
RemoteAddress parse_remote(const std::string& url);

}  // namespace fairlead::local
