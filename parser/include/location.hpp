// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/include/include_source.hpp"
#include "parser/select/conditions.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::include {

// One file to include, its variables expanded, wildcards replaced by paths.
struct Location {
  enum class Kind { local, project, remote, template_, artifact, component };
  Kind kind = Kind::local;
  std::string path;      // local path without leading slash, project's file, URL, template, address
  std::string project;   // of Kind::project
  std::string ref;       // of Kind::project; empty: the default branch
  yaml::NodePtr inputs;  // as given, or null
  Mark mark;
};

// What finding locations needs to ask. All are owned by the caller.
struct LocationContext {
  IncludeSource& source;
  ConditionVariables& variables;
  Conditions& conditions;
  Diagnostics& diagnostics;
};

// The files that the value of an `include` names, in order. Those whose rules
// do not hold are left out. What is wrong is reported and left out as well;
// `valid` is then false.
struct Locations {
  std::vector<Location> files;
  bool valid = true;
};
Locations find_locations(const yaml::NodePtr& include, const LocationContext& context);

}  // namespace fairlead::parser::include
