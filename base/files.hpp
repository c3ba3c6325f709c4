// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairlead {

// The whole file, following symlinks. A directory, an unreadable or missing
// file and one above `max_bytes` are errors that name the path (and the
// limit: limit_exceeded). Works for files without a size (/proc, pipes).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Readers see the old content or the new, never a part, also after a power
// cut: temporary file in the same folder, fsync, rename, fsync of the folder.
// An existing file is replaced, not written through (a symlink at `path` too).
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                               mode_t mode = 0644);

// mkdir -p: missing folders get `mode` (less umask); existing ones are left.
Result<void> make_directories(const std::filesystem::path& path, mode_t mode = 0755);

// rm -rf without following symlinks, of trees of any depth. Folders of ours
// without write permission are made writable first (Go's module cache). A
// missing path is success. Goes on after a failure and reports the first.
Result<void> remove_tree(const std::filesystem::path& path);

// `name` as a shell would find it: with a slash it is itself, else the first
// executable file in `path_variable` (colon-separated; default $PATH).
Result<std::filesystem::path> find_program(std::string_view name, const char* path_variable = nullptr);

}  // namespace fairlead
