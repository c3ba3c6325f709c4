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

struct HttpServerTls {
  std::string cert_file;  // PEM, the chain
  std::string key_file;
  std::string client_ca_file;  // set: clients must show a certificate of this authority
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one, see HttpServer::port()
  std::optional<HttpServerTls> tls;
  std::size_t max_connections = 10'000;  // more wait in the kernel's queue
  std::uint32_t max_header_bytes = 32 * 1024;
  std::uint64_t max_body_bytes = std::uint64_t{1} << 40;  // above: 413; a handler sets its own, lower ones
  Duration header_timeout = std::chrono::seconds(30);     // for a request's head, and for the TLS handshake
  Duration idle_timeout = std::chrono::seconds(90);       // between two requests
  Duration body_timeout = std::chrono::seconds(60);       // without one byte in or out
};

// What a client asked: all but the body.
struct HttpServerRequest {
  std::string method;
  std::string target;  // path and query, as sent
  std::vector<HttpHeader> headers;
  std::string remote_address;

  std::string_view path() const;  // the target up to '?'
  // First header of this name (any case), or nullopt.
  std::optional<std::string_view> header(std::string_view name) const;
  // Value of a query parameter, percent-decoded, or nullopt.
  std::optional<std::string> query(std::string_view name) const;
};

// One request and the answer to it, as the handler sees them. Used on the
// connection's strand, only during the handler's run. After an Error the
// connection is lost and every further call gives an Error too.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpServerRequest& request() const = 0;

  // The next bytes of the body, at most `max`, into `to`; 0 at its end.
  virtual Task<Result<std::size_t>> read(char* to, std::size_t max) = 0;
  // The rest of the body; limit_exceeded when it is longer than `max`.
  virtual Task<Result<std::string>> read_all(std::size_t max) = 0;

  // The whole answer at once; sets Content-Length. For a HEAD request the
  // body is left out.
  virtual Task<Result<void>> reply(HttpResponse answer) = 0;
  // An answer in pieces: its head, any number of writes, its end. Without
  // `length` it is sent chunked.
  virtual Task<Result<void>> begin(int status, std::vector<HttpHeader> headers,
                                   std::optional<std::uint64_t> length) = 0;
  virtual Task<Result<void>> write(std::string_view bytes) = 0;
  virtual Task<Result<void>> end() = 0;

  // Drops the connection without an answer, or in the middle of one.
  virtual void cut() = 0;
  // Polite: the server stops, end soon. Hard: the connection is closed.
  virtual CancelToken stopping() const = 0;
};

// A handler that returns without an answer gives status 500. What it leaves
// of the request's body is skipped, or the connection closed if that is long.
using HttpHandler = std::function<Task<void>(HttpExchange&)>;

// HTTP/1.1 server (Boost.Beast, in the .cpp alone), kept connections, TLS 1.2+.
//
// Any executor will do: each connection has a strand of its own, on which its
// handler runs. Destroying the server closes everything at once; the handler
// must stay callable until `stop` has returned or the context runs no more.
class HttpServer {
 public:
  // Listens at once (the kernel queues connections); serves from then on.
  static Result<std::unique_ptr<HttpServer>> listen(asio::any_io_executor executor, HttpServerOptions options,
                                                    HttpHandler handler);
  ~HttpServer();

  std::uint16_t port() const;
  std::size_t connections() const;

  // No new connections; idle ones are closed, those with a request finish it
  // within `grace` and are cut then. Returns when none is left.
  Task<void> stop(Duration grace);

  class Impl;

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

// The status line's words: "Not Found" for 404; empty for an unknown status.
std::string_view http_reason(int status);

}  // namespace fairlead
