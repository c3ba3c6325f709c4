// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "runner/artifacts/collect.hpp"

namespace fairlead::runner {

// The forms in which artifacts and caches travel (`artifact_format`).
enum class ArchiveFormat { zip, tar_zstd, gzip, raw };
std::optional<ArchiveFormat> archive_format_from_string(std::string_view name);  // "" is zip
// "name.zip", "name.gz", "name.tar.zst", "name".
std::string archive_filename(std::string_view name, ArchiveFormat format);

struct ArchiveOptions {
  ArchiveFormat format = ArchiveFormat::zip;
  int level = -1;      // zlib's 0..9; -1: its default
  CancelToken cancel;  // asked between blocks
};

// Writes `files` (relative to `root`) into the file `to`, which is created;
// on an error it is removed again. Streams: memory does not grow with the
// files. A file that vanished since it was collected is left out.
//   zip, tar_zstd: modes, symlinks, times of change and folders are kept.
//   gzip: one member for each regular file, one after the other.
//   raw: exactly one regular file, as it is.
// Blocking work, for a pool.
Result<void> write_archive(const FileSet& files, const std::filesystem::path& root,
                           const std::filesystem::path& to, const ArchiveOptions& options);

}  // namespace fairlead::runner
