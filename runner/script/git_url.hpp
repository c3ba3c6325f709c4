// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret_string.hpp"

namespace fairlead::runner {

// A repository's URL taken apart, so that the credentials in it never reach a
// command line, .git/config or the log.
struct GitUrl {
  std::string clean;      // without user and password
  std::string server;     // "https://host:port"; empty unless http(s)
  std::string username;   // percent-decoded
  SecretString password;  // percent-decoded
};

// invalid_argument when the credentials hold line breaks or NUL: they would
// forge lines of Git's credential protocol.
Result<GitUrl> split_git_url(std::string_view url);

// `clone_url` (scheme, host, perhaps a path prefix) in place of scheme and
// host of `url`; the credentials stay.
std::string with_clone_url(std::string_view url, std::string_view clone_url);

}  // namespace fairlead::runner
