// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"
#include "parser/yaml/node.hpp"

namespace fairlead::parser::yaml {

// GitLab's bounds (application settings max_yaml_size_bytes, max_yaml_depth).
struct Limits {
  std::size_t text_bytes = 2 * 1024 * 1024;
  // Weight of the tree with every alias written out: the bytes of its scalars
  // and one for each list and map. GitLab weighs Ruby objects instead, which
  // depends on its Ruby; ours never refuses text within `text_bytes` that has
  // no aliases. Counted, never expanded.
  std::size_t tree_bytes = 2 * 1024 * 1024;
  std::size_t depth = 100;
};

// A stretch of a source file that holds one YAML document.
struct Fragment {
  FileId file = 0;
  std::size_t offset = 0;  // bytes into the file
  std::size_t length = 0;
};

// One document, read. `failure` is set when it is no YAML or breaks a limit;
// its message is what GitLab prints. A fragment without content has a null
// root.
struct Reading {
  NodePtr root;
  std::optional<Diagnostic> failure;
};

// Reads the first document of `fragment`. Aliases share their node; merge keys
// are applied as Psych does, in the order written. Warnings (duplicate keys)
// go to `diagnostics`.
Reading read_fragment(const SourceFiles& files, Fragment fragment, Diagnostics& diagnostics,
                      const Limits& limits = {});

}  // namespace fairlead::parser::yaml
