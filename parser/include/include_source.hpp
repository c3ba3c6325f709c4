// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace fairlead::parser {

// Where included files come from. One implementation reads a working tree
// (local), another a git tree (server). A kind that an implementation cannot
// serve answers ErrorCode::unsupported with a message that names what to
// provide. Not thread-safe; owned by the caller of load_document.
class IncludeSource {
 public:
  virtual ~IncludeSource() = default;
  // A file of the project's own tree; `path` is relative, without a leading
  // slash, and never contains "..". At most `limit` bytes are returned; more
  // is limit_exceeded; a missing file is not_found.
  virtual Result<std::string> read_local(const std::string& path, std::size_t limit) = 0;
  // Every path of the tree (for wildcards), sorted.
  virtual Result<std::vector<std::string>> list_local() = 0;

  virtual Result<std::string> read_project(const std::string& project, const std::string& ref,
                                           const std::string& path, std::size_t limit);
  virtual Result<std::string> read_remote(const std::string& url, std::size_t limit);
  virtual Result<std::string> read_template(const std::string& name, std::size_t limit);
  virtual Result<std::string> read_component(const std::string& address, std::size_t limit);
};

}  // namespace fairlead::parser
