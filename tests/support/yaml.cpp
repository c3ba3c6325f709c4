// SPDX-License-Identifier: Apache-2.0
#include "tests/support/yaml.hpp"

#include "parser/yaml/json.hpp"

namespace fairlead::tests {

std::string ReadYaml::json() const {
  if (text.failure) return text.failure->message;
  return parser::yaml::to_json(*text.content);
}

parser::yaml::NodePtr ReadYaml::at(std::string_view path) const {
  parser::yaml::NodePtr node = text.content;
  while (node && !path.empty()) {
    const std::string_view key = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), key.size() + 1));
    if (node->is_sequence()) {
      const std::size_t index = std::stoul(std::string(key));
      node = index < node->items.size() ? node->items[index] : nullptr;
    } else {
      node = node->get(key);
    }
  }
  return node;
}

std::string ReadYaml::place(std::string_view path) const {
  const auto node = at(path);
  if (!node) return "absent";
  return std::to_string(node->mark.line) + ":" + std::to_string(node->mark.column);
}

ReadYaml read_yaml(std::string text, const parser::yaml::Limits& limits) {
  ReadYaml read;
  const parser::FileId file = read.files.add(".gitlab-ci.yml", std::move(text));
  read.text = parser::yaml::read_config_text(read.files, file, read.diagnostics, limits);
  return read;
}

Result<std::string> MemoryIncludeSource::read_local(const std::string& path, std::size_t limit) {
  ++reads_;
  const auto found = files_.find(path);
  if (found == files_.end()) return make_error(ErrorCode::not_found, path + " does not exist");
  if (found->second.size() > limit) return make_error(ErrorCode::limit_exceeded, path + " is too big");
  return found->second;
}

Result<std::vector<std::string>> MemoryIncludeSource::list_local() {
  std::vector<std::string> paths;
  for (const auto& [path, text] : files_) paths.push_back(path);
  return paths;
}

}  // namespace fairlead::tests
