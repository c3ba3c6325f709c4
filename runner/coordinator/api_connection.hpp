// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/net/http_client.hpp"
#include "base/result.hpp"

namespace fairlead::runner {

// A server's URL as users write it -> its API, "https://host/api/v4/": without
// trailing slashes and the old "/ci" at the end.
Result<std::string> api_base_url(std::string_view url);

// The certificates for a server: those configured (tls-ca-file, ...), else the
// files <config_dir>/certs/<host>.crt, .auth.crt and .auth.key that exist.
HttpTls server_certificates(HttpTls configured, const std::string& config_dir, std::string_view url);

// "fairlead 1.2.3 (abcdef; linux/amd64)".
std::string user_agent(std::string_view version, std::string_view revision);
std::string_view machine_architecture();  // "amd64", "arm64", ...: Go's words, as GitLab shows them

// One request to the API, with what its repeats and redirects may do.
struct ApiCall {
  enum class Redirects {
    same_host,  // calls with secrets in their body: elsewhere is an error
    any_host,   // artifacts; tokens stay behind when host or port change
  };
  std::string method = "GET";
  std::string path;                 // below /api/v4/, with its query
  std::vector<HttpHeader> headers;  // may hold tokens
  std::string body;
  std::shared_ptr<HttpBody> stream;
  std::function<Result<void>(std::string_view)> on_body;
  Redirects redirects = Redirects::same_host;
  bool repeated_on_errors = true;  // false: on 429 only
  Duration header_timeout = std::chrono::minutes(10);
  Duration total_timeout = std::chrono::minutes(60);
  std::size_t max_body = std::size_t{1} << 20;  // of the answer
};

// Sends calls to one server: X-Request-Id, redirects, and the repeats that
// GitLab asks for (statuses only, up to five tries; a lost connection is the
// caller's to judge). Thread-safe; `http` and `clock` outlive it. Its waits and requests
// end when `closing` is cancelled.
class ApiConnection {
 public:
  // `url` is the server's, as in config.toml.
  static Result<ApiConnection> create(std::string_view url, std::shared_ptr<HttpClient> http, Clock& clock,
                                      CancelToken closing = {});

  // The last answer, whatever its status. An Error: there was none.
  Task<Result<HttpResponse>> send(ApiCall call, CancelToken cancel = {}) const;

  Clock& clock() const { return *clock_; }

 private:
  ApiConnection(HttpUrl base, std::shared_ptr<HttpClient> http, Clock& clock, CancelToken closing)
      : base_(std::move(base)), http_(std::move(http)), clock_(&clock), closing_(std::move(closing)) {}
  Task<Result<HttpResponse>> follow(const ApiCall& call, CancelToken cancel) const;

  HttpUrl base_;
  std::shared_ptr<HttpClient> http_;
  Clock* clock_;
  CancelToken closing_;
};

// An answer that is a refusal, as an Error: status, its words, the server's
// message. Codes: 400, 405, 422 invalid_argument; 403 permission_denied;
// 404 not_found; 410 unsupported; 413 limit_exceeded; else unavailable.
Error refusal(std::string_view what, const HttpResponse& answer);

// An answer whose body we are about to read must say that it is JSON: a login
// page of a proxy says otherwise.
Result<void> expect_json(std::string_view what, const HttpResponse& answer);

}  // namespace fairlead::runner
