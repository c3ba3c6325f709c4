// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::server {

// The bytes of one job on disk: its trace and its artifacts, in a folder made
// when the first byte comes. Guarded by the Coordinator's lock.
class JobFolder {
 public:
  explicit JobFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Appends to the trace, all or nothing: after an error (a full disk) size,
  // checksum and file are what they were.
  Result<void> append_trace(std::string_view bytes);
  std::uint64_t trace_size() const { return size_; }
  std::uint32_t trace_crc() const { return crc_; }  // CRC-32 (IEEE) of the whole trace
  Result<std::string> read_trace(std::uint64_t offset, std::size_t limit) const;
  // No more bytes are expected: gives the descriptor back.
  void close_trace() { trace_.reset(); }

  // Copies (or, with `may_take`, moves) the file in under `name`, which is
  // ours and not foreign. What lay there is replaced as a whole.
  Result<std::filesystem::path> store(const std::filesystem::path& file, std::string_view name,
                                      bool may_take);

 private:
  Result<void> open_trace();

  std::filesystem::path folder_;
  UniqueFd trace_;
  std::uint64_t size_ = 0;
  std::uint32_t crc_ = 0;
};

// Whether two files have the same bytes.
Result<bool> same_content(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace fairlead::server
