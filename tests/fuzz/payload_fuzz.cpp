// SPDX-License-Identifier: Apache-2.0
// Whatever a coordinator answers: it decodes or is refused, and what decodes
// survives another round.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/api/job_payload.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairlead::proto;
  const auto payload = decode_job_payload({reinterpret_cast<const char*>(data), size});
  if (!payload.ok()) return 0;
  const std::string wire = encode_job_payload(*payload);
  const auto again = decode_job_payload(wire);
  if (!again.ok() || encode_job_payload(*again) != wire) std::abort();
  return 0;
}
