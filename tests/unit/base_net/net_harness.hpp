// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>

#include "base/net/http_client.hpp"
#include "base/net/http_server.hpp"
#include "base/wake_up.hpp"
#include "tests/support/async.hpp"

namespace fairlead::testing {

// A server and a client on one thread.
class NetTest : public ::testing::Test {
 protected:
  void serve(HttpHandler handler, HttpServerOptions options = {}) {
    auto made = HttpServer::listen(io.get_executor(), std::move(options), std::move(handler));
    ASSERT_TRUE(made.ok()) << made.error().to_string();
    server = std::move(*made);
  }
  std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + target;
  }
  HttpClient& client() {
    if (!client_) client_ = std::make_unique<HttpClient>(io.get_executor(), client_options);
    return *client_;
  }
  Result<HttpResponse> send(HttpRequest request, CancelToken cancel = {}) {
    return run_task(io, client().send(std::move(request), std::move(cancel)));
  }
  Result<HttpResponse> get(const std::string& target = "/") { return send({.url = url(target)}); }

  // Sends bytes as they are and reads until the server closes.
  std::string raw(std::string bytes) { return run_task(io, raw_exchange(std::move(bytes))); }
  Task<std::string> raw_exchange(std::string bytes) {
    asio::ip::tcp::socket socket(io);
    co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), server->port()}, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
    std::string got;
    co_await asio::async_read(socket, asio::dynamic_buffer(got), asio::as_tuple(asio::use_awaitable));
    co_return got;
  }

  void TearDown() override {
    client_.reset();
    server.reset();
    settle(io);
  }

  asio::io_context io;
  HttpClientOptions client_options;
  std::unique_ptr<HttpServer> server;

 private:
  std::unique_ptr<HttpClient> client_;
};

// A handler that answers with what it was asked.
inline Task<void> echo(HttpExchange& exchange) {
  auto body = co_await exchange.read_all(std::size_t{1} << 20);
  if (!body.ok()) co_return;
  HttpResponse answer{200, {{"X-Method", exchange.request().method}}, *body};
  (void)co_await exchange.reply(std::move(answer));
}

}  // namespace fairlead::testing
