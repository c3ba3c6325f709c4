// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parser/variables/duration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead::parser;
  const auto parsed = parse_duration({reinterpret_cast<const char*>(data), size});
  if (parsed && (parsed->count() < 1 || *parsed > kMaxDuration)) std::abort();
  return 0;
}
