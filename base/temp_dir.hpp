// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace fairlead {

// A folder (mode 0700) that exists as long as this object.
class TempDir {
 public:
  // In `parent`, default $TMPDIR or /tmp; the name starts with `prefix`.
  static Result<TempDir> create(std::string_view prefix = "fairlead-",
                                const std::filesystem::path& parent = {});

  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();  // removes it with all content; a failure is logged

  const std::filesystem::path& path() const { return path_; }
  // Leaves the folder where it is.
  std::filesystem::path release();

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  void remove();

  std::filesystem::path path_;
};

}  // namespace fairlead
