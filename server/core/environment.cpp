// SPDX-License-Identifier: Apache-2.0
#include "server/core/environment.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>

#include "server/core/digest.hpp"

namespace fairlead::server {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The last six base-36 digits of the SHA-256 as one big number.
std::string hash_suffix(std::string_view name) {
  constexpr std::uint64_t kModulus = 36ULL * 36 * 36 * 36 * 36 * 36;
  std::uint64_t rest = 0;
  for (std::uint8_t byte : sha256(name)) rest = (rest * 256 + byte) % kModulus;
  std::string digits(6, '0');
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, rest /= 36)
    *it = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
  return digits;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

}  // namespace

std::string environment_slug(std::string_view name) {
  std::string slug;
  for (char c : lower(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    slug += plain ? c : '-';
  }
  if (slug.empty() || slug.front() < 'a' || slug.front() > 'z') slug.insert(0, "env-");
  slug.erase(std::unique(slug.begin(), slug.end(), [](char a, char b) { return a == '-' && b == '-'; }),
             slug.end());
  if (slug.size() <= 24 && slug == name) {
    if (slug.back() == '-') slug.pop_back();
    return slug;
  }
  slug.resize(std::min<std::size_t>(slug.size(), 17));
  if (slug.back() != '-') slug += '-';
  return slug + hash_suffix(name);
}

std::string_view environment_tier(std::string_view name) {
  const std::string text = lower(name);
  if (has_any(text, {"dev", "review", "trunk"})) return "development";
  if (has_any(text, {"test", "tst", "int", "accept", "acpt", "qa", "qc", "control", "quality"}))
    return "testing";
  if (has_any(text, {"stag", "stg", "model", "modl", "pre", "demo", "non"})) return "staging";
  if (has_any(text, {"prod", "prd", "live"})) return "production";
  return "other";
}

}  // namespace fairlead::server
