// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/net/http_message.hpp"
#include "base/result.hpp"

namespace fairlead {

// A request body that is produced while it is sent: a file, an archive.
// Called on the client's executor; must not block for long.
class HttpBody {
 public:
  virtual ~HttpBody() = default;
  // Known size in bytes; nullopt: sent chunked.
  virtual std::optional<std::uint64_t> size() const = 0;
  // Up to `max` bytes into `to`; 0 at the end.
  virtual Result<std::size_t> read(char* to, std::size_t max) = 0;
  // Back to the start, for a repeat after a lost connection.
  virtual Result<void> rewind() = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http:// or https://, no others
  std::vector<HttpHeader> headers;
  std::string body;
  std::shared_ptr<HttpBody> stream;  // instead of `body`
  // Gets the response's body piece by piece instead of HttpResponse::body, for
  // answers with status 200 to 299 only. An error ends the transfer with it.
  std::function<Result<void>(std::string_view)> on_body;
  std::size_t max_body = std::size_t{16} << 20;  // limit of HttpResponse::body, in bytes
  Duration connect_timeout = std::chrono::seconds(30);
  Duration header_timeout = std::chrono::minutes(10);  // from the start until the answer's first header
  Duration total_timeout = std::chrono::minutes(60);
};

// Certificates of one server or runner; empty strings: the system's.
struct HttpTls {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};

struct HttpClientOptions {
  HttpTls tls;
  std::string user_agent;
  // Connections made longer ago than this are not used again (config.toml connection_max_age).
  Duration connection_max_age = std::chrono::minutes(15);
};

// HTTP/1.1 and HTTP/2 requests over one pool of kept connections (libcurl's
// multi interface on Asio). Proxies come from the usual environment variables.
// TLS 1.2 or later; certificates are always verified. Redirects are never
// followed: a 3xx is an answer, since following it may leak a token.
//
// Lives on one executor that serialises (a strand or a single-threaded
// context); `send` may be awaited on any such executor, also another one.
// `HttpBody` and `on_body` are called on the client's, and never after `send`
// has ended. The process should ignore SIGPIPE. Destroying the client
// ends its requests with `cancelled`; it must be destroyed on its executor or
// when that runs no more.
//
// An Error means that there was no complete answer: unavailable (resolve,
// connect, TLS, lost connection), timed_out, cancelled, limit_exceeded.
class HttpClient {
 public:
  HttpClient(asio::any_io_executor executor, HttpClientOptions options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  Task<Result<HttpResponse>> send(HttpRequest request, CancelToken cancel = {});

 private:
  class Engine;
  std::shared_ptr<Engine> engine_;
};

}  // namespace fairlead
