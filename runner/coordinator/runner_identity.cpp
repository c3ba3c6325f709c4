// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/runner_identity.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/files.hpp"

namespace fairlead::runner {
namespace {

constexpr std::size_t kIdLength = 12;
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_alphanumeric(char c) { return kAlphabet.find(c) != std::string_view::npos; }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_valid_id(std::string_view id) {
  return id.size() == 2 + kIdLength && (id.starts_with("s_") || id.starts_with("r_")) &&
         std::all_of(id.begin() + 2, id.end(), is_alphanumeric);
}

Result<std::string> random_id() {
  std::string id = "r_";
  while (id.size() < 2 + kIdLength) {
    unsigned char byte = 0;
    if (RAND_bytes(&byte, 1) != 1) return make_error(ErrorCode::system, "no random bytes for the system id");
    // Bytes above the last whole multiple would favour the first letters.
    if (byte < 256 / kAlphabet.size() * kAlphabet.size()) id += kAlphabet[byte % kAlphabet.size()];
  }
  return id;
}

std::string machine_id(const MachineIdFiles& files) {
  for (const auto& path : {files.first, files.second}) {
    auto text = read_file(path, 4096);
    if (text.ok() && !trimmed(*text).empty()) return std::string(trimmed(*text));
  }
  return "";
}

Result<std::string> make_id(const MachineIdFiles& files) {
  const std::string key = machine_id(files);
  if (key.empty()) return random_id();
  constexpr std::string_view kUse = "gitlab-runner";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(kUse.data()), kUse.size(), digest.data(), &size) == nullptr)
    return random_id();
  std::string id = "s_";
  for (std::size_t i = 0; i < kIdLength / 2; ++i) id += fmt::format("{:02x}", digest[i]);
  return id;
}

}  // namespace

Result<std::string> load_system_id(const std::filesystem::path& config_dir, const MachineIdFiles& machine) {
  const std::filesystem::path path = config_dir / ".runner_system_id";
  auto kept = read_file(path, 4096);
  if (kept.ok() && is_valid_id(trimmed(*kept))) return std::string(trimmed(*kept));
  if (!kept.ok() && kept.error().code == ErrorCode::permission_denied) return std::move(kept.error());
  auto id = make_id(machine);
  if (!id.ok()) return id;
  FAIRLEAD_TRY(write_file_atomic(path, *id, 0600).context("keeping the system id"));
  return id;
}

std::string short_token(std::string_view token) {
  for (std::string_view prefix : {"glrtr-", "glrt-", "glcbt-"}) {
    if (!token.starts_with(prefix)) continue;
    token.remove_prefix(prefix.size());
    // "tN_": which kind of runner the token is for.
    if (prefix == "glrt-" && token.size() > 3 && token[0] == 't' && token[1] >= '0' && token[1] <= '9' &&
        token[2] == '_')
      token.remove_prefix(3);
    return std::string(token.substr(0, 9));
  }
  constexpr std::size_t kOldPrefix = 9;  // GR1348941
  if (token.size() >= kOldPrefix && token.starts_with("GR") &&
      std::all_of(token.begin() + 2, token.begin() + kOldPrefix, is_hex))
    token.remove_prefix(kOldPrefix);
  return std::string(token.substr(0, 9));
}

bool is_runner_token(std::string_view token) {
  return token.starts_with("glrt-") || token.starts_with("glcbt-");
}

}  // namespace fairlead::runner
