// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "parser/include/location.hpp"
#include "parser/merge/deep_merge.hpp"
#include "parser/yaml/documents.hpp"

namespace fairlead::parser::include {

// GitLab's bound (ci_max_includes); it also ends files that include each other.
inline constexpr std::size_t kMostIncludes = 150;
// All files read together. GitLab's own bound is 300 MiB.
inline constexpr std::size_t kMostTextBytes = 64 * 1024 * 1024;

// Replaces the `include` of a document by what it names: files are merged in
// the order listed, each with its own includes first, and the document's own
// keys on top. Every file is read and parsed once.
//
// All problems are reported, not only the first, so that a user sees every
// file that is missing. Lives for one load.
class Includer {
 public:
  Includer(const LocationContext& context, SourceFiles& files, merge::Budget& budget)
      : context_(context), files_(files), budget_(budget) {}

  // The document with its includes merged in; null when one of them failed.
  yaml::NodePtr expand(const yaml::NodePtr& document);

  // What was included, in the order in which GitLab counts it.
  const std::vector<std::string>& included() const { return included_; }

 private:
  yaml::NodePtr load(const Location& location);
  const yaml::ConfigText* read(const Location& location);
  bool fetch(const Location& location, std::string& text);
  void fail(std::string message, Mark mark, std::string hint = {});

  const LocationContext& context_;
  SourceFiles& files_;
  merge::Budget& budget_;
  std::map<std::string, yaml::ConfigText> texts_;
  std::vector<std::string> included_;
  std::size_t bytes_ = 0;
  bool stopped_ = false;
};

// Reports the first `$[[ inputs.x ]]` of a file that has a `spec` header and
// says that inputs cannot be filled in yet. False when there is one.
bool check_no_interpolation(const yaml::ConfigText& text, Diagnostics& diagnostics);

}  // namespace fairlead::parser::include
