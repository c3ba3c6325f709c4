// SPDX-License-Identifier: Apache-2.0
#include "base/net/http_message.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace fairlead {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

Error bad_url(std::string_view url, std::string_view why) {
  return make_error(ErrorCode::invalid_argument,
                    "the URL " + std::string(url.substr(0, url.find('?'))) + " " + std::string(why));
}

}  // namespace

std::optional<std::string_view> find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const auto& header : headers)
    if (header.name.size() == name.size() && strncasecmp(header.name.data(), name.data(), name.size()) == 0)
      return header.value;
  return std::nullopt;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string HttpUrl::to_string() const {
  std::string out = scheme + "://" + host;
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out + target;
}

Result<HttpUrl> parse_http_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return bad_url(url, "should start with http:// or https://");
  HttpUrl out;
  out.scheme = lower(url.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https")
    return bad_url(url, "should start with http:// or https://");
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t slash = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) out.target = rest.substr(slash);
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  if (std::any_of(rest.begin(), rest.end(),
                  [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '\\'; }))
    return bad_url("given", "has a blank, a backslash or a control character");
  if (authority.find('@') != std::string_view::npos)
    return bad_url("given", "should not have a user or a password in it");

  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  if (authority.starts_with('[') && bracket == std::string_view::npos) return bad_url(url, "has no \"]\"");
  const std::size_t port_at = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = lower(authority.substr(0, port_at));
  if (out.host.empty()) return bad_url(url, "has no host");
  out.port = default_port(out.scheme);
  if (port_at != std::string_view::npos && port_at + 1 < authority.size()) {
    const std::string_view digits = authority.substr(port_at + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (failed != std::errc() || end != digits.data() + digits.size() || out.port == 0)
      return bad_url(url, "has no valid port");
  }
  return out;
}

Result<HttpUrl> resolve_location(const HttpUrl& base, std::string_view location) {
  // A scheme ends before the first slash, question mark or '#'.
  const std::size_t colon = location.find(':');
  if (colon != std::string_view::npos && colon < location.find_first_of("/?#"))
    return parse_http_url(location);
  if (location.starts_with("//")) return parse_http_url(base.scheme + ":" + std::string(location));
  HttpUrl root = base;
  root.target.clear();
  if (location.starts_with('/')) return parse_http_url(root.to_string() + std::string(location));
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (location.empty() || location.starts_with('?'))
    return parse_http_url(root.to_string() + path + std::string(location));
  return parse_http_url(root.to_string() + path.substr(0, path.rfind('/') + 1) + std::string(location));
}

}  // namespace fairlead
