// SPDX-License-Identifier: Apache-2.0
#include "base/temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/files.hpp"
#include "base/log.hpp"

namespace fairlead {

Result<TempDir> TempDir::create(std::string_view prefix, const std::filesystem::path& parent) {
  std::string folder = parent.string();
  if (folder.empty()) {
    const char* configured = std::getenv("TMPDIR");
    folder = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  }
  std::string name = folder + "/" + std::string(prefix) + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return system_error("cannot make a temporary directory in " + folder, errno);
  }
  return TempDir(std::filesystem::path(std::move(name)));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TempDir::~TempDir() { remove(); }

std::filesystem::path TempDir::release() { return std::exchange(path_, {}); }

void TempDir::remove() {
  if (path_.empty()) return;
  if (auto removed = remove_tree(path_); !removed) {
    log(LogLevel::warning, "temporary directory is left behind",
        {{"path", path_.string()}, {"error", removed.error()}});
  }
  path_.clear();
}

}  // namespace fairlead
