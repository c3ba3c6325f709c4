// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parser/load.hpp"
#include "parser/yaml/json.hpp"
#include "tests/support/yaml.hpp"

namespace fairlead::tests {

// load_document() over files in memory, with all that came of it.
struct Loaded {
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;
  parser::LoadedDocument document;

  std::string json() const { return document.root ? parser::yaml::to_json(*document.root) : errors(); }
  // Messages of all errors, one per line.
  std::string errors() const {
    std::string all;
    for (const auto& each : diagnostics.all()) {
      if (each.severity == parser::Severity::error) all += each.message + "\n";
    }
    return all;
  }
  // "ci/a.yml:1:2" of the first diagnostic.
  std::string place() const {
    return diagnostics.all().empty() ? "" : files.describe(diagnostics.all().front().mark);
  }
};

inline Loaded load(std::string text, parser::IncludeSource& source, const parser::LoadContext& context = {}) {
  Loaded loaded;
  loaded.document = parser::load_document(".gitlab-ci.yml", std::move(text), source, context, loaded.files,
                                          loaded.diagnostics);
  return loaded;
}

inline Loaded load(std::string text, std::map<std::string, std::string> files = {},
                   const parser::LoadContext& context = {}) {
  MemoryIncludeSource source(std::move(files));
  return load(std::move(text), source, context);
}

}  // namespace fairlead::tests
