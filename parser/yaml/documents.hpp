// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "parser/diagnostic.hpp"
#include "parser/yaml/node.hpp"
#include "parser/yaml/reader.hpp"

namespace fairlead::parser::yaml {

// A configuration file as GitLab cuts it: an optional `spec` header and the
// content.
struct ConfigText {
  NodePtr header;                     // the document with `spec`, or null
  NodePtr content;                    // a map; empty for a file of comments
  std::optional<Diagnostic> failure;  // set: the other members are null
};

// Reads a whole file. Documents are split at lines that start with `---` and
// white space; the first is a header only when it is a map with `spec` and
// another follows, otherwise it is the content and the rest is ignored. Like
// GitLab this reads every document up to the third for its syntax.
//
// Text of any size is safe to give: past the limits it is refused unread.
ConfigText read_config_text(const SourceFiles& files, FileId file, Diagnostics& diagnostics,
                            const Limits& limits = {});

// White space only: GitLab calls such a file empty.
bool is_blank(std::string_view text);

}  // namespace fairlead::parser::yaml
