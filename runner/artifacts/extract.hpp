// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"

namespace fairlead::runner {

// Bounds for archives that others made.
struct ExtractLimits {
  std::uint64_t entries = 2'000'000;
  std::uint64_t bytes = 256ULL << 30;  // of all files, unpacked
};

struct Extracted {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;  // entries of a kind that is not extracted
};

// Unpacks a zip, a tar.zst or a tar into the folder `into`, over what is
// there, with modes (no setuid) and times of change.
//
// Nothing is ever written outside: absolute names, "..", and ways through a
// symbolic link that leaves the folder are errors. Each file appears whole or
// not at all. A damaged archive is data_loss, one beyond the limits
// limit_exceeded; entries before the damage stay. Blocking work, for a pool.
Result<Extracted> extract_archive(const std::filesystem::path& archive, const std::filesystem::path& into,
                                  const CancelToken& cancel = {}, const ExtractLimits& limits = {});

}  // namespace fairlead::runner
