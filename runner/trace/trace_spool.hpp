// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace fairlead::runner {

// Where a long log goes: bytes are appended and read back, never changed.
// A seam, so that tests can let the disk be full.
class SpoolFile {
 public:
  virtual ~SpoolFile() = default;
  // All of `bytes`, or an error after which the file is as before the call.
  virtual Result<void> append(std::string_view bytes) = 0;
  // Exactly `size` bytes at `offset`, appended to `out`.
  virtual Result<void> read(std::uint64_t offset, std::size_t size, std::string& out) const = 0;
};
using OpenSpoolFile = std::function<Result<std::unique_ptr<SpoolFile>>()>;

// A file in `folder` that has no name and is gone with the process.
Result<std::unique_ptr<SpoolFile>> open_spool_file(const std::filesystem::path& folder);

// Keeps the final bytes of a job's log: the coordinator may ask for them again
// from the start until it has accepted the job's end. Small logs stay in
// memory; from `memory_limit` on they move to a file, block by block. Where
// the file cannot take them (disk full), memory goes on up to `ceiling`.
//
// Touched only on the job's strand.
class TraceSpool {
 public:
  // No `open`: memory only.
  TraceSpool(std::size_t memory_limit, std::size_t ceiling, OpenSpoolFile open);

  // Always keeps the bytes. Returns, once, the error that ended writing to the file.
  Result<void> append(std::string_view bytes);
  // Up to `max` bytes at `offset`.
  Result<std::string> read(std::uint64_t offset, std::size_t max) const;

  std::uint64_t size() const { return in_file_ + memory_.size(); }
  // Memory has reached its ceiling: the caller should offer no more.
  bool full() const { return memory_.size() >= ceiling_; }

 private:
  Result<void> spill();

  std::size_t memory_limit_;
  std::size_t ceiling_;
  OpenSpoolFile open_;  // empty once it has failed
  std::unique_ptr<SpoolFile> file_;
  std::uint64_t in_file_ = 0;  // the first bytes are there, the rest in memory_
  std::string memory_;
};

}  // namespace fairlead::runner
