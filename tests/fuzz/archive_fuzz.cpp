// SPDX-License-Identifier: Apache-2.0
// Any bytes as an artifact archive: extraction ends, stays within its bounds
// and never writes beside the project folder.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/files.hpp"
#include "base/temp_dir.hpp"
#include "runner/artifacts/extract.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  static const fairlead::TempDir place = std::move(fairlead::TempDir::create("fairlead-fuzz-")).value();
  const fs::path archive = place.path() / "archive", project = place.path() / "project";
  std::ofstream(archive, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  fs::create_directory(project);
  fairlead::runner::ExtractLimits limits;
  limits.entries = 200;
  limits.bytes = 1 << 20;
  const auto result = fairlead::runner::extract_archive(archive, project, {}, limits);
  if (result.ok() && (result->files > limits.entries || result->bytes > limits.bytes)) std::abort();
  for (const auto& entry : fs::directory_iterator(place.path()))
    if (entry.path() != archive && entry.path() != project) std::abort();
  if (!fairlead::remove_tree(project).ok()) std::abort();
  return 0;
}
