// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/job_files.hpp"

#include <algorithm>
#include <string>

namespace fairlead::runner {

int compression_level(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  if (lower == "fastest") return 0;
  if (lower == "fast") return 1;
  if (lower == "slow") return 7;
  if (lower == "slowest") return 9;
  return -1;
}

}  // namespace fairlead::runner
