// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/words.hpp"
#include "parser/diagnostic.hpp"
#include "parser/include/include_source.hpp"
#include "parser/repository_view.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser {

// What include:rules and variables in include paths may see.
struct LoadContext {
  model::Variables variables;            // never YAML ones
  RepositoryView* repository = nullptr;  // for include:rules:exists and changes; may be null
};

// The merged document: includes, extends and !reference resolved.
struct LoadedDocument {
  yaml::NodePtr root;                 // null when there were errors that stop everything
  std::vector<std::string> included;  // names of the files read, in order, without the entry file
};

// Text of the entry file -> merged document. Problems go to `diagnostics`;
// names and texts of all files read go to `files`.
LoadedDocument load_document(const std::string& name, std::string text, IncludeSource& source,
                             const LoadContext& context, SourceFiles& files, Diagnostics& diagnostics);

}  // namespace fairlead::parser
