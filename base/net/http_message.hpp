// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// The words that both sides of HTTP share.
namespace fairlead {

struct HttpHeader {
  std::string name;
  std::string value;
};

// First header of this name (any case), or nullopt.
std::optional<std::string_view> find_header(const std::vector<HttpHeader>& headers, std::string_view name);

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // in order, of the last answer (not of 1xx)
  std::string body;

  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
};

// All but A-Z a-z 0-9 - . _ ~ as %XX: for a part of a path or a query.
std::string percent_encode(std::string_view text);
// Also `+` as a blank, as forms write it. A broken escape stays as it is.
std::string percent_decode(std::string_view text);

// The parts of an http or https URL that say where it leads.
struct HttpUrl {
  std::string scheme;  // http, https
  std::string host;    // lower case; IPv6 in brackets
  std::uint16_t port = 0;
  std::string target;  // "/path?query"; at least "/"

  bool same_origin(const HttpUrl& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
  std::string to_string() const;
};
// invalid_argument for anything else, and for a URL with user information.
Result<HttpUrl> parse_http_url(std::string_view url);
// Where a Location header leads from `base`: absolute, scheme-relative,
// absolute path or relative path.
Result<HttpUrl> resolve_location(const HttpUrl& base, std::string_view location);

}  // namespace fairlead
