// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "parser/entry/at.hpp"
#include "parser/entry/job_config.hpp"
#include "parser/entry/syntax.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::entry {

// How one keyword of a job is read and, when `default:` may hold it, how a
// job takes it over.
struct JobKeyword {
  // `at` is the job; the value is not null.
  void (*read)(const At& at, const yaml::Entry& entry, Syntax& syntax, JobConfig& job);
  void (*take_over)(const JobConfig& defaults, JobConfig& job) = nullptr;
};

// Null for a name that is no keyword of a job.
const JobKeyword* job_keyword(std::string_view name);

}  // namespace fairlead::parser::entry
