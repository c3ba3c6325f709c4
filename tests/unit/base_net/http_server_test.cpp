// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "net_harness.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using namespace testing;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServerTest : public NetTest {};

TEST_F(HttpServerTest, ListensOnAFreePortAndSaysWhich) {
  serve(echo);
  EXPECT_NE(server->port(), 0);
  auto second = HttpServer::listen(io.get_executor(), {.port = server->port()}, echo);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on 127.0.0.1:"));
}

TEST_F(HttpServerTest, OnlyAnAddressCanBeListenedOn) {
  auto bad = HttpServer::listen(io.get_executor(), {.address = "localhost"}, echo);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::invalid_argument);
}

TEST_F(HttpServerTest, ARequestHasPathQueryAndHeaders) {
  HttpServerRequest seen;
  serve([&](HttpExchange& exchange) -> Task<void> {
    seen = exchange.request();
    co_await echo(exchange);
  });
  ASSERT_TRUE(send({.url = url("/a/b?x=1&y=a%20b%26&empty&z="), .headers = {{"Token", "t"}}}).ok());
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path(), "/a/b");
  EXPECT_EQ(seen.query("x"), "1");
  EXPECT_EQ(seen.query("y"), "a b&");
  EXPECT_EQ(seen.query("empty"), "");
  EXPECT_EQ(seen.query("z"), "");
  EXPECT_EQ(seen.query("a"), std::nullopt);
  EXPECT_EQ(seen.header("token"), "t");
  EXPECT_EQ(seen.remote_address, "127.0.0.1");
}

TEST_F(HttpServerTest, SeveralRequestsInOneSendAreAnsweredInOrder) {
  serve(echo);
  const std::string got =
      raw("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
          "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo");
  EXPECT_LT(got.find("one"), got.find("two"));
  EXPECT_THAT(got, HasSubstr("Connection: close"));
}

TEST_F(HttpServerTest, AnswersToOldClientsHaveNoChunks) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.begin(200, {}, std::nullopt);
    (void)co_await exchange.write("in ");
    (void)co_await exchange.write("pieces");
    (void)co_await exchange.end();
  });
  const std::string got = raw("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(got, HasSubstr("\r\n\r\nin pieces"));
  EXPECT_THAT(got, Not(HasSubstr("chunked")));
  EXPECT_EQ(get()->body, "in pieces");
}

TEST_F(HttpServerTest, WhatIsNoHttpIsABadRequest) {
  serve(echo);
  EXPECT_THAT(raw("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, TooLongAHeadIsRefused) {
  serve(echo, {.max_header_bytes = 1000});
  EXPECT_THAT(raw("GET / HTTP/1.1\r\nA: " + std::string(2000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, ABodyAboveTheServersLimitIsRefused) {
  serve(echo, {.max_body_bytes = 1000});
  EXPECT_EQ(send({.method = "POST", .url = url(), .body = std::string(1001, 'x')})->status, 413);
  EXPECT_EQ(send({.method = "POST", .url = url(), .body = std::string(1000, 'x')})->status, 200);
}

TEST_F(HttpServerTest, AHandlerSetsALowerLimit) {
  serve([](HttpExchange& exchange) -> Task<void> {
    auto body = co_await exchange.read_all(10);
    (void)co_await exchange.reply({body.ok() ? 200 : 413, {}, ""});
  });
  EXPECT_EQ(send({.method = "POST", .url = url(), .body = "0123456789"})->status, 200);
  EXPECT_EQ(send({.method = "POST", .url = url(), .body = "0123456789a"})->status, 413);
}

TEST_F(HttpServerTest, ASmallBodyLeftUnreadKeepsTheConnection) {
  serve([](HttpExchange& exchange) -> Task<void> { (void)co_await exchange.reply({200, {}, "ok"}); });
  const std::string got =
      raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /"
          "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(got.find("400"), std::string::npos) << got;
  EXPECT_NE(got.find("200", got.find("200") + 1), std::string::npos) << got;
}

TEST_F(HttpServerTest, ContinueIsSentWhenTheHandlerReads) {
  serve(echo);
  const std::string got =
      raw("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\n"
          "Content-Length: 2\r\n\r\nhi");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, AHandlerWithoutAnAnswerIsAnError) {
  serve([](HttpExchange&) -> Task<void> { co_return; });
  EXPECT_EQ(get()->status, 500);
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsAnErrorAndTheServerGoesOn) {
  serve([](HttpExchange& exchange) -> Task<void> {
    if (exchange.request().path() == "/bad") throw std::runtime_error("broken");
    co_await echo(exchange);
  });
  EXPECT_EQ(get("/bad")->status, 500);
  EXPECT_EQ(get("/good")->status, 200);
}

TEST_F(HttpServerTest, AnAnswerOfAnotherLengthThanPromisedDoesNotLookWhole) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.begin(200, {}, 10);
    (void)co_await exchange.write("short");
    EXPECT_FALSE((co_await exchange.write("and too long")).ok());
    EXPECT_FALSE((co_await exchange.end()).ok());
  });
  EXPECT_FALSE(get().ok());
}

TEST_F(HttpServerTest, AHeaderValueCannotForgeAnother) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.reply({200, {{"A", "x\r\nForged: yes"}}, ""});
  });
  EXPECT_EQ(get()->header("Forged"), std::nullopt);
}

TEST_F(HttpServerTest, AClientThatNeverAsksIsDropped) {
  serve(echo, {.header_timeout = 50ms});
  EXPECT_EQ(raw("GET / HT"), "");
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosed) {
  serve(echo, {.idle_timeout = 50ms});
  EXPECT_THAT(raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ABodyThatStallsIsGivenUp) {
  serve(echo, {.body_timeout = 50ms});
  EXPECT_THAT(raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhi"), Not(HasSubstr("200")));
}

TEST_F(HttpServerTest, MoreConnectionsThanAllowedWait) {
  serve(echo, {.max_connections = 1});
  using namespace boost::asio::experimental::awaitable_operators;
  const std::string ask = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  auto both = [&]() -> Task<void> {
    auto [one, two] = co_await (raw_exchange(ask) && raw_exchange(ask));
    EXPECT_THAT(one, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(two, StartsWith("HTTP/1.1 200 "));
  };
  run_task(io, both());
}

TEST_F(HttpServerTest, StopFinishesWhatIsUnderWayAndClosesIdleConnections) {
  using namespace boost::asio::experimental::awaitable_operators;
  std::optional<WakeUp> asked;
  serve([&](HttpExchange& exchange) -> Task<void> {
    if (exchange.request().path() == "/slow") {
      asked->set();
      co_await wait_cancelled(exchange.stopping());
    }
    co_await echo(exchange);
  });
  auto all = [&]() -> Task<void> {
    asked.emplace(co_await asio::this_coro::executor);
    (void)co_await client().send({.url = url("/idle")});
    auto stop = [&]() -> Task<void> {
      co_await asked->wait();
      co_await server->stop(30s);
    };
    auto answer = co_await (client().send({.url = url("/slow")}) && stop());
    EXPECT_TRUE(answer.ok());
    if (answer.ok()) EXPECT_EQ(answer->header("Connection"), "close");
    EXPECT_EQ(server->connections(), 0u);
    EXPECT_FALSE((co_await client().send({.url = url()})).ok());
  };
  run_task(io, all());
}

TEST_F(HttpServerTest, StopCutsWhatDoesNotEndInTime) {
  using namespace boost::asio::experimental::awaitable_operators;
  std::optional<WakeUp> asked;
  serve([&](HttpExchange& exchange) -> Task<void> {
    asked->set();
    co_await wait_cancelled(exchange.stopping(), CancelLevel::hard);
  });
  auto all = [&]() -> Task<void> {
    asked.emplace(co_await asio::this_coro::executor);
    auto stop = [&]() -> Task<void> {
      co_await asked->wait();
      co_await server->stop(20ms);
    };
    auto answer = co_await (client().send({.url = url()}) && stop());
    EXPECT_FALSE(answer.ok());
  };
  run_task(io, all());
}

}  // namespace
}  // namespace fairlead
