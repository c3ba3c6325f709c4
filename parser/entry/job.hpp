// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "parser/entry/at.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/entry/keywords.hpp"
#include "parser/entry/syntax.hpp"
#include "parser/yaml/node.hpp"

// The keywords of jobs and of `default:`: one table maps each name to its
// reader and to the fields that a default fills.
namespace fairlead::parser::entry {

// `default:` and its old spellings at the top level, read once. `entries` are
// the ones that were given; `values` holds what they came to.
struct Defaults {
  JobConfig values;
  std::vector<yaml::Entry> entries;
};

// What every job of one document shares.
struct JobContext {
  const Defaults& defaults;
  Syntax& syntax;
  bool workflow_rules = false;  // workflow has `rules`, so `only` has no default
};

// One entry of `default:` (or of the top level), checked and kept.
void read_default_entry(const At& parent, const yaml::Entry& entry, yaml::ViaPtr via, Syntax& syntax,
                        Defaults& defaults);

// A visible job or bridge; `at` is "jobs:NAME". Its defaults are applied.
JobConfig read_job(const At& at, const yaml::Entry& entry, bool is_bridge, const JobContext& context);

}  // namespace fairlead::parser::entry
