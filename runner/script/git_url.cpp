// SPDX-License-Identifier: Apache-2.0
#include "runner/script/git_url.hpp"

namespace fairlead::runner {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Parts {
  std::string_view scheme;     // "https"
  std::string_view user_info;  // "user:password", without the @
  std::string_view authority;  // "host:port"
  std::string_view rest;       // "/group/project.git"
};

// False for anything but scheme://authority/...: a path or scp-like address.
bool take_apart(std::string_view url, Parts& parts) {
  std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return false;
  parts.scheme = url.substr(0, scheme_end);
  std::string_view behind = url.substr(scheme_end + 3);
  std::size_t slash = behind.find_first_of("/?#");
  parts.authority = behind.substr(0, slash);
  if (slash != std::string_view::npos) parts.rest = behind.substr(slash);
  std::size_t at = parts.authority.rfind('@');
  if (at != std::string_view::npos) {
    parts.user_info = parts.authority.substr(0, at);
    parts.authority = parts.authority.substr(at + 1);
  }
  return true;
}

bool is_http(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

}  // namespace

Result<GitUrl> split_git_url(std::string_view url) {
  GitUrl result;
  Parts parts;
  // Only HTTP carries passwords in its URLs; the user of ssh://git@host is an address.
  if (!take_apart(url, parts) || !is_http(parts.scheme)) {
    result.clean = std::string(url);
    return result;
  }
  result.server = std::string(parts.scheme) + "://" + std::string(parts.authority);
  result.clean = result.server + std::string(parts.rest);
  std::size_t colon = parts.user_info.find(':');
  result.username = percent_decoded(parts.user_info.substr(0, colon));
  std::string password;
  if (colon != std::string_view::npos) password = percent_decoded(parts.user_info.substr(colon + 1));
  for (const std::string* part : {&result.username, &password})
    if (part->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
      return make_error(ErrorCode::invalid_argument,
                        "the repository URL has a line break or NUL in its credentials");
  result.password = SecretString(std::move(password));
  return result;
}

std::string with_clone_url(std::string_view url, std::string_view clone_url) {
  Parts from;
  Parts to;
  if (clone_url.empty() || !take_apart(url, from) || !take_apart(clone_url, to)) return std::string(url);
  std::string out(to.scheme);
  out += "://";
  if (!from.user_info.empty()) {
    out += from.user_info;
    out += '@';
  }
  out += to.authority;
  std::string_view prefix = to.rest;
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  out += prefix;
  out += from.rest;
  return out;
}

}  // namespace fairlead::runner
