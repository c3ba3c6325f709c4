// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// Hashes for names (cache keys, environment slugs), never for security.
namespace fairlead::server {

std::string sha1_hex(std::string_view bytes);
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace fairlead::server
