// SPDX-License-Identifier: Apache-2.0
#include "base/net/http_message.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

std::string resolved(const std::string& base, const std::string& location) {
  auto result = resolve_location(*parse_http_url(base), location);
  return result.ok() ? result->to_string() : "error: " + result.error().message;
}

TEST(HttpMessage, AHeaderIsFoundInAnyCase) {
  const HttpResponse answer{200, {{"Content-Type", "a"}, {"content-type", "b"}}, ""};
  EXPECT_EQ(answer.header("CONTENT-TYPE"), "a");
  EXPECT_EQ(answer.header("Content-Typ"), std::nullopt);
}

TEST(HttpMessage, PercentCodingGoesThereAndBack) {
  EXPECT_EQ(percent_encode("a b/ü&+~"), "a%20b%2F%C3%BC%26%2B~");
  EXPECT_EQ(percent_decode("a%20b%2F%C3%BC+%26%2B~"), "a b/ü &+~");
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

TEST(HttpMessage, AUrlHasSchemeHostPortAndTarget) {
  auto url = parse_http_url("HTTPS://GitLab.Example:8443/a?b#c");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "gitlab.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a?b");
  EXPECT_EQ(parse_http_url("http://h")->to_string(), "http://h/");
  EXPECT_EQ(parse_http_url("http://h:80?x")->to_string(), "http://h/?x");
  EXPECT_EQ(parse_http_url("http://[::1]:81/")->host, "[::1]");
  EXPECT_EQ(parse_http_url("http://[::1]:81/")->port, 81);
}

TEST(HttpMessage, WhatIsNoHttpUrlIsRefused) {
  for (const char* bad :
       {"", "gitlab.example", "ftp://h/", "http://", "http://:80/", "http://h:0/", "http://h:99999/",
        "http://h:1x/", "http://u:p@h/", "http://h/a b", "http://h\n/", "http://[::1/", "file:///etc/passwd"})
    EXPECT_FALSE(parse_http_url(bad).ok()) << bad;
}

TEST(HttpMessage, APasswordInAUrlIsNotRepeatedInTheError) {
  EXPECT_EQ(parse_http_url("http://u:hunter2@h/").error().message.find("hunter2"), std::string::npos);
}

TEST(HttpMessage, ALocationIsResolvedAgainstItsRequest) {
  const std::string base = "https://h:444/a/b?c";
  EXPECT_EQ(resolved(base, "http://other/x"), "http://other/x");
  EXPECT_EQ(resolved(base, "//other/x"), "https://other/x");
  EXPECT_EQ(resolved(base, "/x?y"), "https://h:444/x?y");
  EXPECT_EQ(resolved(base, "x"), "https://h:444/a/x");
  EXPECT_EQ(resolved(base, "?d"), "https://h:444/a/b?d");
  EXPECT_EQ(resolved(base, "/x?u=http://z"), "https://h:444/x?u=http://z");
  EXPECT_EQ(resolved(base, "javascript:alert(1)").substr(0, 6), "error:");
}

TEST(HttpMessage, OriginsDifferInSchemeHostOrPort) {
  auto origin = *parse_http_url("https://h/");
  EXPECT_TRUE(origin.same_origin(*parse_http_url("https://H:443/other")));
  EXPECT_FALSE(origin.same_origin(*parse_http_url("http://h:443/")));
  EXPECT_FALSE(origin.same_origin(*parse_http_url("https://h:444/")));
  EXPECT_FALSE(origin.same_origin(*parse_http_url("https://h.evil/")));
}

}  // namespace
}  // namespace fairlead
