// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 server on Boost.Beast. The only file that includes Beast: it takes
// half a minute to compile.
//
// Coroutines: one accepts; one per connection reads requests, calls the
// handler and writes answers, on the connection's strand. The list of
// connections lies behind a mutex, since they end on their own strands. A
// connection is stopped from outside by posting to its strand.
#include "base/net/http_server.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <set>

#include "base/log.hpp"
#include "base/sync.hpp"
#include "base/wake_up.hpp"

namespace fairlead {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// A body that the handler left unread is skipped up to this, so that the
// connection can be kept; a longer one costs the connection.
constexpr std::uint64_t kMaxSkipped = 256 * 1024;
// After a last answer to a client that is still sending: how long and how
// much is read on, or the kernel would drop the answer with a reset.
constexpr Duration kLinger = std::chrono::seconds(2);
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);

Error lost(std::string_view what, const error_code& error) {
  ErrorCode code = error == beast::error::timeout ? ErrorCode::timed_out : ErrorCode::unavailable;
  if (error == http::error::body_limit) code = ErrorCode::limit_exceeded;
  return make_error(code, std::string(what) + ": " + error.message());
}

}  // namespace

std::string_view HttpServerRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::optional<std::string_view> HttpServerRequest::header(std::string_view name) const {
  return find_header(headers, name);
}

std::optional<std::string> HttpServerRequest::query(std::string_view name) const {
  const std::size_t question = target.find('?');
  if (question == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(target).substr(question + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decode(pair.substr(0, equals)) == name)
      return percent_decode(pair.substr(std::min(equals + 1, pair.size())));
  }
  return std::nullopt;
}

std::string_view http_reason(int status) {
  const auto text = http::obsolete_reason(static_cast<http::status>(status));
  return text == "<unknown-status>" ? std::string_view() : std::string_view(text.data(), text.size());
}

namespace {

// What the server needs of a connection from outside its strand.
class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  virtual void finish_soon() = 0;
  virtual void close_now() = 0;
};

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        executor_(std::move(executor)),
        strand_(asio::make_strand(executor_)),
        acceptor_(strand_) {}

  Result<void> open();
  void start();
  void close();
  Task<void> stop(Duration grace);

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return connections_.lock()->size(); }
  const HttpServerOptions& options() const { return options_; }
  const HttpHandler& handler() const { return handler_; }
  bool stopping() const { return stopping_; }

  void enter(AnyConnection& connection) { connections_.lock()->insert(&connection); }
  void leave(AnyConnection& connection) {
    bool empty = false;
    {
      auto held = connections_.lock();
      held->erase(&connection);
      empty = held->empty();
    }
    asio::post(strand_, [self = shared_from_this(), empty] {
      if (self->room_) self->room_->set();
      if (empty && self->empty_) self->empty_->set();
    });
  }

 private:
  Task<void> accept();
  void serve(tcp::socket socket);

  HttpServerOptions options_;
  HttpHandler handler_;
  asio::any_io_executor executor_;
  asio::strand<asio::any_io_executor> strand_;
  tcp::acceptor acceptor_;
  std::optional<ssl::context> tls_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  Sync<std::set<AnyConnection*>> connections_;
  std::optional<WakeUp> room_;   // set while accept() waits for a connection to end
  std::optional<WakeUp> empty_;  // set while stop() waits for the last one
};

namespace {

template <class Stream>
class Connection final : public AnyConnection,
                         public HttpExchange,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  Connection(std::shared_ptr<HttpServer::Impl> server, Stream stream)
      : server_(std::move(server)), stream_(std::move(stream)), executor_(stream_.get_executor()) {}

  // --- from outside ---

  void finish_soon() override {
    asio::post(executor_, [self = this->shared_from_this()] {
      self->cancel_.cancel(CancelLevel::polite);
      if (!self->busy_) self->lowest().close();
    });
  }
  void close_now() override {
    asio::post(executor_, [self = this->shared_from_this()] {
      self->cancel_.cancel(CancelLevel::hard);
      self->cut();
    });
  }

  // --- the connection's life ---

  Task<void> run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code failed;
    const tcp::endpoint peer = lowest().socket().remote_endpoint(failed);
    if (!failed) request_.remote_address = peer.address().to_string();
    lowest().socket().set_option(tcp::no_delay(true), failed);
    if constexpr (kTls) {
      lowest().expires_after(server_->options().header_timeout);
      auto [error] = co_await stream_.async_handshake(ssl::stream_base::server, kAwait);
      if (error) co_return;
    }
    bool first = true;
    while (co_await next_request(first)) {
      first = false;
      co_await call_handler();
      if (!co_await finish_answer()) break;
    }
    co_await close();
  }

  // --- HttpExchange ---

  const HttpServerRequest& request() const override { return request_; }
  CancelToken stopping() const override { return cancel_.token(); }

  Task<Result<std::size_t>> read(char* to, std::size_t max) override {
    if (cut_) co_return make_error(ErrorCode::unavailable, "the connection is closed");
    if (parser_->is_done() || max == 0) co_return std::size_t{0};
    if (expects_continue_) {
      expects_continue_ = false;
      lowest().expires_after(server_->options().body_timeout);
      auto [error, sent] = co_await asio::async_write(
          stream_, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), kAwait);
      if (error) co_return fail("sending 100 Continue", error);
    }
    while (!parser_->is_done()) {
      auto& body = parser_->get().body();
      body.data = to;
      body.size = max;
      lowest().expires_after(server_->options().body_timeout);
      auto [error, taken] = co_await http::async_read_some(stream_, buffer_, *parser_, kAwait);
      const std::size_t got = max - body.size;
      if (error && error != http::error::need_buffer) co_return fail("reading a request's body", error);
      if (got > 0) co_return got;
    }
    co_return std::size_t{0};
  }

  Task<Result<std::string>> read_all(std::size_t max) override {
    std::string out;
    char piece[16 * 1024];
    for (;;) {
      auto got = co_await read(piece, sizeof piece);
      if (!got.ok()) co_return got.error();
      if (*got == 0) co_return out;
      if (out.size() + *got > max)
        co_return make_error(ErrorCode::limit_exceeded,
                             "the request's body is larger than " + std::to_string(max) + " bytes");
      out.append(piece, *got);
    }
  }

  Task<Result<void>> reply(HttpResponse answer) override {
    const bool no_body = answer.status == 204 || answer.status == 304 || answer.status < 200;
    std::optional<std::uint64_t> length;
    if (!no_body) length = answer.body.size();
    std::string head = head_of(answer.status, answer.headers, length, false);
    FAIRLEAD_CO_TRY(begun());
    // One write, so that a small answer is one packet.
    if (!no_body && request_.method != "HEAD") head += answer.body;
    FAIRLEAD_CO_TRY(co_await send(head));
    state_ = State::ended;
    co_return Result<void>();
  }

  Task<Result<void>> begin(int status, std::vector<HttpHeader> headers,
                           std::optional<std::uint64_t> length) override {
    FAIRLEAD_CO_TRY(begun());
    chunked_ = !length && parser_->get().version() >= 11;
    if (!length && !chunked_) keep_ = false;  // HTTP/1.0: the end of the connection is the end of the body
    left_ = length.value_or(0);
    counted_ = length.has_value();
    const std::string head = head_of(status, headers, length, chunked_);
    co_return co_await send(head);
  }

  Task<Result<void>> write(std::string_view bytes) override {
    if (state_ != State::body) co_return make_error(ErrorCode::internal, "write() without begin()");
    if (bytes.empty() || request_.method == "HEAD") co_return Result<void>();
    if (counted_ && bytes.size() > left_)
      co_return make_error(ErrorCode::internal, "the answer is longer than its Content-Length");
    left_ -= counted_ ? bytes.size() : 0;
    if (!chunked_) co_return co_await send(bytes);
    char size[32];
    const int digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    std::array<asio::const_buffer, 3> chunk{asio::buffer(size, static_cast<std::size_t>(digits)),
                                            asio::buffer(bytes), asio::buffer("\r\n", 2)};
    co_return co_await send_buffers(chunk);
  }

  Task<Result<void>> end() override {
    if (state_ != State::body) co_return make_error(ErrorCode::internal, "end() without begin()");
    state_ = State::ended;
    if (counted_ && left_ > 0 && request_.method != "HEAD") {
      cut();
      co_return make_error(ErrorCode::internal, "the answer is shorter than its Content-Length");
    }
    if (chunked_ && request_.method != "HEAD") co_return co_await send("0\r\n\r\n");
    co_return Result<void>();
  }

  void cut() override {
    cut_ = true;
    error_code ignored;
    // Closing with data unread, or with this option, sends a reset.
    lowest().socket().set_option(asio::socket_base::linger(true, 0), ignored);
    lowest().close();
  }

 private:
  enum class State { reading, body, ended };
  using Parser = http::request_parser<http::buffer_body>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  Error fail(std::string_view what, const error_code& error) {
    keep_ = false;
    if (error != http::error::body_limit) cut_ = true;
    return lost(what, error);
  }

  // Reads the head of the next request. False: no more on this connection.
  Task<bool> next_request(bool first) {
    parser_.emplace();
    parser_->header_limit(server_->options().max_header_bytes);
    parser_->body_limit(server_->options().max_body_bytes);
    busy_ = false;
    if (server_->stopping()) co_return false;
    lowest().expires_after(first ? server_->options().header_timeout : server_->options().idle_timeout);
    auto [error, taken] = co_await http::async_read_header(stream_, buffer_, *parser_, kAwait);
    busy_ = true;
    state_ = State::reading;
    chunked_ = counted_ = false;
    if (error) {
      keep_ = false;
      const auto& category = http::make_error_code(http::error::bad_method).category();
      if (error == http::error::end_of_stream || error.category() != category) co_return false;
      request_.method.clear();
      const int status = error == http::error::header_limit ? 431
                         : error == http::error::body_limit ? 413
                                                            : 400;
      HttpResponse refusal{status, {}, std::string(http_reason(status)) + "\n"};
      (void)co_await reply(std::move(refusal));
      linger_ = true;
      co_return false;
    }
    const auto& message = parser_->get();
    keep_ = message.keep_alive();
    expects_continue_ = beast::iequals(message[http::field::expect], "100-continue");
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    request_.headers.clear();
    for (const auto& field : message)
      request_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    co_return true;
  }

  Task<void> call_handler() {
    try {
      co_await server_->handler()(*this);
    } catch (const std::exception& error) {
      log(LogLevel::error, "an HTTP handler failed", {{"target", request_.path()}, {"error", error.what()}});
    }
    if (cut_ || state_ == State::ended) co_return;
    if (state_ == State::reading) {
      HttpResponse failure{500, {}, "Internal Server Error\n"};
      (void)co_await reply(std::move(failure));
    } else {
      cut();  // an answer without its end must not look whole
    }
  }

  // After the handler. False: the connection ends.
  Task<bool> finish_answer() {
    if (cut_) co_return false;
    std::uint64_t skipped = 0;
    char piece[16 * 1024];
    const bool unread = !parser_->is_done();
    if (unread && expects_continue_) keep_ = false;  // the client may send the body or not: no way to know
    while (keep_ && !parser_->is_done() && skipped <= kMaxSkipped) {
      auto got = co_await read(piece, sizeof piece);
      if (!got.ok()) break;
      skipped += *got;
    }
    if (cut_) co_return false;
    linger_ = !parser_->is_done();
    co_return keep_ && !linger_;
  }

  Task<void> close() {
    if (cut_) co_return;
    busy_ = true;
    if constexpr (kTls) {
      lowest().expires_after(kLinger);
      (void)co_await stream_.async_shutdown(kAwait);
    }
    error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    char piece[16 * 1024];
    lowest().expires_after(kLinger);
    while (linger_) {
      auto [error, got] = co_await lowest().async_read_some(asio::buffer(piece), kAwait);
      if (error || got == 0) break;
    }
    lowest().close();
  }

  Result<void> begun() {
    if (cut_) return make_error(ErrorCode::unavailable, "the connection is closed");
    if (state_ != State::reading) return make_error(ErrorCode::internal, "a request has one answer");
    state_ = State::body;
    return {};
  }

  std::string head_of(int status, const std::vector<HttpHeader>& headers, std::optional<std::uint64_t> length,
                      bool chunked) {
    if (server_->stopping()) keep_ = false;
    std::string head = "HTTP/1.1 " + std::to_string(status) + " " + std::string(http_reason(status)) + "\r\n";
    for (const auto& header : headers) {
      // A line break here would let a value forge headers.
      if (header.name.find_first_of("\r\n:") != std::string::npos ||
          header.value.find_first_of("\r\n") != std::string::npos)
        continue;
      head += header.name + ": " + header.value + "\r\n";
    }
    if (length) head += "Content-Length: " + std::to_string(*length) + "\r\n";
    if (chunked) head += "Transfer-Encoding: chunked\r\n";
    if (!keep_) head += "Connection: close\r\n";
    return head + "\r\n";
  }

  Task<Result<void>> send(std::string_view bytes) {
    std::array<asio::const_buffer, 1> one{asio::buffer(bytes)};
    co_return co_await send_buffers(one);
  }

  template <class Buffers>
  Task<Result<void>> send_buffers(const Buffers& buffers) {
    if (cut_) co_return make_error(ErrorCode::unavailable, "the connection is closed");
    lowest().expires_after(server_->options().body_timeout);
    auto [error, sent] = co_await asio::async_write(stream_, buffers, kAwait);
    if (error) co_return fail("sending an answer", error);
    co_return Result<void>();
  }

  std::shared_ptr<HttpServer::Impl> server_;
  Stream stream_;
  asio::any_io_executor executor_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpServerRequest request_;
  CancelSource cancel_;
  State state_ = State::reading;
  bool busy_ = true;  // false: waits for the next request
  bool keep_ = true;
  bool cut_ = false;
  bool linger_ = false;
  bool expects_continue_ = false;
  bool chunked_ = false;
  bool counted_ = false;
  std::uint64_t left_ = 0;  // of an answer with Content-Length
};

template <class Stream>
void spawn(const std::shared_ptr<HttpServer::Impl>& server, Stream stream) {
  auto executor = stream.get_executor();
  auto connection = std::make_shared<Connection<Stream>>(server, std::move(stream));
  server->enter(*connection);
  // The lambda's frame must not die with the call: the coroutine is a member.
  asio::co_spawn(executor, connection->run(), [connection, server](const std::exception_ptr& error) {
    server->leave(*connection);
    if (error) log(LogLevel::error, "an HTTP connection ended by an exception", {});
  });
}

}  // namespace

Result<void> HttpServer::Impl::open() {
  error_code failed;
  const auto address = asio::ip::make_address(options_.address, failed);
  const std::string where = options_.address + ":" + std::to_string(options_.port);
  if (failed)
    return make_error(ErrorCode::invalid_argument,
                      "cannot listen on " + where + ": " + options_.address + " is not an IP address");
  if (options_.tls) {
    tls_.emplace(ssl::context::tls_server);
    tls_->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    tls_->use_certificate_chain_file(options_.tls->cert_file, failed);
    if (failed)
      return make_error(ErrorCode::invalid_argument,
                        "cannot use the certificate " + options_.tls->cert_file + ": " + failed.message());
    tls_->use_private_key_file(options_.tls->key_file, ssl::context::pem, failed);
    if (failed)
      return make_error(ErrorCode::invalid_argument,
                        "cannot use the key " + options_.tls->key_file + ": " + failed.message());
    if (!options_.tls->client_ca_file.empty()) {
      tls_->load_verify_file(options_.tls->client_ca_file, failed);
      if (failed)
        return make_error(ErrorCode::invalid_argument,
                          "cannot use the CA " + options_.tls->client_ca_file + ": " + failed.message());
      tls_->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, failed);
    }
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return system_error("cannot listen on " + where, failed.value());
  port_ = acceptor_.local_endpoint(failed).port();
  return {};
}

void HttpServer::Impl::start() {
  auto self = shared_from_this();
  asio::co_spawn(strand_, accept(), [self](const std::exception_ptr&) {});
}

Task<void> HttpServer::Impl::accept() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!stopping_) {
    while (connections() >= options_.max_connections && !stopping_) {
      room_.emplace(strand_);
      WakeUp room = *room_;
      co_await room.wait();
      room_.reset();
    }
    if (stopping_) break;
    tcp::socket socket(asio::make_strand(executor_));
    auto [error] = co_await acceptor_.async_accept(socket, kAwait);
    if (stopping_ || error == asio::error::operation_aborted) break;
    if (error) {  // no descriptors left, or the client has gone: go on in a moment
      asio::steady_timer pause(strand_, kAcceptPause);
      (void)co_await pause.async_wait(kAwait);
      continue;
    }
    serve(std::move(socket));
  }
}

void HttpServer::Impl::serve(tcp::socket socket) {
  if (tls_)
    spawn(shared_from_this(),
          beast::ssl_stream<beast::tcp_stream>(beast::tcp_stream(std::move(socket)), *tls_));
  else
    spawn(shared_from_this(), beast::tcp_stream(std::move(socket)));
}

void HttpServer::Impl::close() {
  stopping_ = true;
  asio::post(strand_, [self = shared_from_this()] {
    error_code ignored;
    self->acceptor_.close(ignored);
    if (self->room_) self->room_->set();
    for (AnyConnection* connection : *self->connections_.lock()) connection->close_now();
  });
}

Task<void> HttpServer::Impl::stop(Duration grace) {
  auto self = shared_from_this();
  stopping_ = true;
  auto over = std::make_shared<asio::steady_timer>(strand_);
  WakeUp done(co_await asio::this_coro::executor);
  asio::post(strand_, [self, grace, over, done]() mutable {
    error_code ignored;
    self->acceptor_.close(ignored);
    if (self->room_) self->room_->set();
    auto held = self->connections_.lock();
    if (held->empty()) return done.post();
    self->empty_.emplace(self->strand_);
    for (AnyConnection* connection : *held) connection->finish_soon();
    over->expires_after(grace);
    over->async_wait([self, over](const error_code& failed) {
      if (failed) return;
      for (AnyConnection* connection : *self->connections_.lock()) connection->close_now();
    });
    auto wait = [](std::shared_ptr<Impl> impl, std::shared_ptr<asio::steady_timer> timer,
                   WakeUp finished) -> Task<void> {
      WakeUp empty = *impl->empty_;
      co_await empty.wait();
      timer->cancel();
      finished.post();
    };
    asio::co_spawn(self->strand_, wait(self, over, done), asio::detached);
  });
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await done.wait_uninterrupted();
  co_await asio::this_coro::throw_if_cancelled(throws);
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::any_io_executor executor,
                                                       HttpServerOptions options, HttpHandler handler) {
  auto impl = std::make_shared<Impl>(std::move(executor), std::move(options), std::move(handler));
  FAIRLEAD_TRY(impl->open());
  impl->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() { impl_->close(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
Task<void> HttpServer::stop(Duration grace) { return impl_->stop(grace); }

}  // namespace fairlead
