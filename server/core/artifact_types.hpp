// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fairlead::server {

// What GitLab knows of a kind of artifact.
struct ArtifactType {
  std::string_view name;          // junit
  std::string_view format;        // gzip: how the runner must pack it
  std::string_view default_file;  // junit.xml; empty for the archive
};

// nullptr: no such type.
const ArtifactType* find_artifact_type(std::string_view name);

}  // namespace fairlead::server
