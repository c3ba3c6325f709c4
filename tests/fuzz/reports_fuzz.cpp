// SPDX-License-Identifier: Apache-2.0
// What a job leaves for the coordinator to read: dotenv, JUnit, its log.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/core/coverage.hpp"
#include "server/core/dotenv.hpp"
#include "server/core/junit_count.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto variables = parse_dotenv(text); variables.ok() && variables->size() > kMaxDotenvVariables)
    std::abort();

  JunitCounter whole, pieces;
  whole.feed(text);
  for (std::size_t i = 0; i < size; i += 3) pieces.feed(text.substr(i, 3));
  if (whole.summary().tests != pieces.summary().tests ||
      whole.summary().failures != pieces.summary().failures)
    std::abort();

  // The first line is the pattern, the rest the log.
  const auto end = std::min(text.find('\n'), size);
  (void)extract_coverage(text.substr(std::min(end + 1, size)),
                         text.substr(0, std::min<std::size_t>(end, 200)));
  return 0;
}
