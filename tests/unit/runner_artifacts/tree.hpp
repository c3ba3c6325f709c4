// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "base/temp_dir.hpp"

namespace fairlead::runner {

inline void put(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A folder with these files; each holds its own path.
inline TempDir make_tree(std::initializer_list<std::string> files) {
  TempDir root = std::move(TempDir::create("fairlead-tree-")).value();
  for (const std::string& file : files) put(root.path() / file, file);
  return root;
}

}  // namespace fairlead::runner
