// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "parser/include/include_source.hpp"
#include "parser/yaml/documents.hpp"

namespace fairlead::tests {

// One text read as a configuration file, with all that came of it.
struct ReadYaml {
  parser::SourceFiles files;
  parser::Diagnostics diagnostics;  // warnings only
  parser::yaml::ConfigText text;

  // The content as JSON, or the failure's message.
  std::string json() const;
  // Value at a path of keys ("a/b"), or null.
  parser::yaml::NodePtr at(std::string_view path) const;
  // "line:column" of the value at `path`.
  std::string place(std::string_view path) const;
};

ReadYaml read_yaml(std::string text, const parser::yaml::Limits& limits = {});

// Files of a project, held in memory.
class MemoryIncludeSource final : public parser::IncludeSource {
 public:
  explicit MemoryIncludeSource(std::map<std::string, std::string> files = {}) : files_(std::move(files)) {}
  Result<std::string> read_local(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> list_local() override;
  // How often a file was read, all files together.
  int reads() const { return reads_; }

 private:
  std::map<std::string, std::string> files_;
  int reads_ = 0;
};

}  // namespace fairlead::tests
