// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <set>

#include "net_harness.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using namespace testing;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;
using ::testing::Not;

class HttpClientTest : public NetTest {};

// `size` bytes of a known pattern, sent in pieces of any size.
class PatternBody final : public HttpBody {
 public:
  PatternBody(std::uint64_t size, bool known) : size_(size), known_(known) {}
  std::optional<std::uint64_t> size() const override {
    return known_ ? std::optional<std::uint64_t>(size_) : std::nullopt;
  }
  Result<std::size_t> read(char* to, std::size_t max) override {
    const std::size_t bytes = std::min<std::uint64_t>(max, size_ - sent_);
    for (std::size_t i = 0; i < bytes; ++i) to[i] = at(sent_ + i);
    sent_ += bytes;
    return bytes;
  }
  Result<void> rewind() override {
    sent_ = 0;
    return {};
  }
  static char at(std::uint64_t offset) { return static_cast<char>(offset * 31 % 251); }

 private:
  std::uint64_t size_;
  bool known_;
  std::uint64_t sent_ = 0;
};

TEST_F(HttpClientTest, EveryMethodCarriesItsBody) {
  serve(echo);
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    auto answer = send({.method = method, .url = url(), .body = "hello"});
    ASSERT_TRUE(answer.ok()) << answer.error().to_string();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->header("x-method"), method);
  }
  EXPECT_EQ(send({.method = "POST", .url = url()})->header("X-Method"), "POST");
  EXPECT_EQ(get()->header("X-Method"), "GET");
}

TEST_F(HttpClientTest, HeadHasHeadersAndNoBody) {
  serve(echo);
  auto answer = send({.method = "HEAD", .url = url()});
  ASSERT_TRUE(answer.ok()) << answer.error().to_string();
  EXPECT_EQ(answer->header("X-Method"), "HEAD");
  EXPECT_EQ(answer->body, "");
}

TEST_F(HttpClientTest, HeadersAndUserAgentAreSentAndNoExpect) {
  client_options.user_agent = "fairlead/1";
  std::vector<HttpHeader> seen;
  serve([&](HttpExchange& exchange) -> Task<void> {
    seen = exchange.request().headers;
    co_await echo(exchange);
  });
  ASSERT_TRUE(send({.method = "POST",
                    .url = url(),
                    .headers = {{"JOB-TOKEN", "t"}, {"Empty", ""}},
                    .body = std::string(100'000, 'x')})
                  .ok());
  EXPECT_EQ(find_header(seen, "User-Agent"), "fairlead/1");
  EXPECT_EQ(find_header(seen, "JOB-TOKEN"), "t");
  EXPECT_EQ(find_header(seen, "Empty"), "");
  EXPECT_EQ(find_header(seen, "Expect"), std::nullopt);
  EXPECT_EQ(find_header(seen, "Content-Length"), "100000");
}

TEST_F(HttpClientTest, AHeaderWithALineBreakIsRefused) {
  serve(echo);
  auto answer = send({.url = url(), .headers = {{"A", "b\r\nC: d"}}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument);
}

TEST_F(HttpClientTest, ConnectionsAreKept) {
  serve(echo);
  std::size_t most = 0;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(get().ok());
    most = std::max(most, server->connections());
  }
  EXPECT_EQ(most, 1u);
}

TEST_F(HttpClientTest, AConnectionThatTheServerClosedMeanwhileIsMadeAnew) {
  int served = 0;
  serve([&](HttpExchange& exchange) -> Task<void> {
    if (++served == 2) {
      exchange.cut();  // before any answer, on a kept connection
      co_return;
    }
    co_await echo(exchange);
  });
  ASSERT_TRUE(get().ok());
  auto again = send({.method = "POST", .url = url(), .body = "twice"});
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(again->body, "twice");
  EXPECT_EQ(served, 3);
}

TEST_F(HttpClientTest, ARedirectIsAnAnswer) {
  int served = 0;
  serve([&](HttpExchange& exchange) -> Task<void> {
    ++served;
    (void)co_await exchange.reply({302, {{"Location", "/elsewhere"}}, ""});
  });
  auto answer = get();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->header("location"), "/elsewhere");
  EXPECT_EQ(served, 1);
}

TEST_F(HttpClientTest, RefusedConnectionsAreUnavailable) {
  serve(echo);
  const std::string gone = url();
  run_task(io, server->stop(1s));
  auto answer = send({.url = gone});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("GET http://127.0.0.1"));
}

TEST_F(HttpClientTest, OtherSchemesAreRefused) {
  serve(echo);
  for (const char* bad : {"file:///etc/passwd", "ftp://127.0.0.1/", "nonsense://x", ""}) {
    auto answer = send({.url = bad});
    ASSERT_FALSE(answer.ok()) << bad;
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument) << bad << answer.error().message;
  }
}

TEST_F(HttpClientTest, TheHeaderTimeoutEndsASilentServer) {
  serve([](HttpExchange& exchange) -> Task<void> { co_await wait_cancelled(exchange.stopping()); });
  auto answer = send({.url = url("/?secret=1"), .header_timeout = 50ms});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
}

TEST_F(HttpClientTest, TheTotalTimeoutEndsAnAnswerWithoutEnd) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.begin(200, {}, std::nullopt);
    (void)co_await exchange.write("a");
    co_await wait_cancelled(exchange.stopping());
  });
  auto answer = send({.url = url(), .header_timeout = 20ms, .total_timeout = 100ms});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
}

TEST_F(HttpClientTest, CancelEndsARequestUnderWay) {
  CancelSource cancel;
  serve([&](HttpExchange& exchange) -> Task<void> {
    cancel.cancel();
    co_await wait_cancelled(exchange.stopping());
  });
  auto answer = send({.url = url()}, cancel.token());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
}

TEST_F(HttpClientTest, ARequestCancelledBeforeItsStartIsNotSent) {
  int served = 0;
  serve([&](HttpExchange& exchange) -> Task<void> {
    ++served;
    co_await echo(exchange);
  });
  CancelSource cancel;
  cancel.cancel();
  auto answer = send({.url = url()}, cancel.token());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
  EXPECT_EQ(served, 0);
}

TEST_F(HttpClientTest, AGivenUpRequestCallsNothingAfterwards) {
  using namespace boost::asio::experimental::awaitable_operators;
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.begin(200, {}, std::nullopt);
    while ((co_await exchange.write(std::string(1000, 'x'))).ok()) {
    }
  });
  auto both = [&]() -> Task<void> {
    auto bytes = std::make_unique<std::size_t>(0);
    WakeUp enough(co_await asio::this_coro::executor);
    HttpRequest request{.url = url(), .on_body = [&](std::string_view piece) -> Result<void> {
                          *bytes += piece.size();
                          enough.set();
                          return {};
                        }};
    co_await (client().send(std::move(request)) || enough.wait());
    EXPECT_GT(*bytes, 0u);
  };
  run_task(io, both());
}

TEST_F(HttpClientTest, DestroyingTheClientEndsItsRequests) {
  auto own = std::make_unique<HttpClient>(io.get_executor(), HttpClientOptions{});
  serve([&](HttpExchange& exchange) -> Task<void> {
    own.reset();
    co_await wait_cancelled(exchange.stopping());
  });
  auto answer = run_task(io, own->send({.url = url()}));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
}

TEST_F(HttpClientTest, ALargeUploadIsStreamedWithAndWithoutASize) {
  constexpr std::uint64_t kSize = std::uint64_t{6} << 20;
  std::uint64_t got = 0;
  bool same = true;
  std::optional<std::string> encoding;
  serve([&](HttpExchange& exchange) -> Task<void> {
    got = 0;
    encoding = exchange.request().header("Transfer-Encoding");
    std::vector<char> piece(50'000);
    for (;;) {
      auto bytes = co_await exchange.read(piece.data(), piece.size());
      if (!bytes.ok() || *bytes == 0) break;
      for (std::size_t i = 0; i < *bytes; ++i) same = same && piece[i] == PatternBody::at(got + i);
      got += *bytes;
    }
    (void)co_await exchange.reply({201, {}, ""});
  });
  for (bool known : {true, false}) {
    auto answer =
        send({.method = "POST", .url = url(), .stream = std::make_shared<PatternBody>(kSize, known)});
    ASSERT_TRUE(answer.ok()) << answer.error().to_string();
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(got, kSize);
    EXPECT_TRUE(same);
    EXPECT_EQ(encoding.has_value(), !known);
  }
}

TEST_F(HttpClientTest, AnEarlyRefusalOfALargeUploadIsTheAnswer) {
  serve([](HttpExchange& exchange) -> Task<void> { (void)co_await exchange.reply({413, {}, "too large"}); });
  auto answer = send({.method = "POST",
                      .url = url(),
                      .stream = std::make_shared<PatternBody>(std::uint64_t{8} << 20, false)});
  ASSERT_TRUE(answer.ok()) << answer.error().to_string();
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpClientTest, ALargeDownloadComesInPieces) {
  constexpr std::size_t kPieces = 400;
  serve([](HttpExchange& exchange) -> Task<void> {
    const bool chunked = exchange.request().path() == "/chunked";
    std::optional<std::uint64_t> length;
    if (!chunked) length = kPieces * 65536;
    (void)co_await exchange.begin(200, {}, length);
    for (std::size_t i = 0; i < kPieces; ++i)
      (void)co_await exchange.write(std::string(65536, static_cast<char>('a' + i % 26)));
    (void)co_await exchange.end();
  });
  for (const char* target : {"/chunked", "/length"}) {
    std::size_t got = 0;
    bool same = true;
    auto answer = send({.url = url(target), .on_body = [&](std::string_view piece) -> Result<void> {
                          for (char c : piece)
                            same = same && c == static_cast<char>('a' + got++ / 65536 % 26);
                          return {};
                        }});
    ASSERT_TRUE(answer.ok()) << answer.error().to_string();
    EXPECT_EQ(got, kPieces * 65536) << target;
    EXPECT_TRUE(same);
    EXPECT_EQ(answer->body, "");
  }
}

TEST_F(HttpClientTest, AnErrorOfTheReceiverEndsTheTransfer) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.begin(200, {}, std::nullopt);
    while ((co_await exchange.write(std::string(1000, 'x'))).ok()) {
    }
  });
  auto answer = send({.url = url(), .on_body = [](std::string_view) -> Result<void> {
                        return make_error(ErrorCode::system, "disk full");
                      }});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message, "disk full");
}

TEST_F(HttpClientTest, TheBodyOfAnErrorAnswerDoesNotGoToTheReceiver) {
  serve([](HttpExchange& exchange) -> Task<void> { (void)co_await exchange.reply({404, {}, "not here"}); });
  bool called = false;
  auto answer = send({.url = url(), .on_body = [&](std::string_view) -> Result<void> {
                        called = true;
                        return {};
                      }});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "not here");
  EXPECT_FALSE(called);
}

TEST_F(HttpClientTest, AnAnswerAboveTheLimitIsAnError) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.reply({200, {}, std::string(1001, 'x')});
  });
  auto answer = send({.url = url("/?token=t"), .max_body = 1000});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::limit_exceeded);
  EXPECT_THAT(answer.error().message, Not(HasSubstr("token")));
  EXPECT_TRUE(send({.url = url(), .max_body = 1001}).ok());
}

TEST_F(HttpClientTest, AnAnswerCutShortIsAnError) {
  serve([](HttpExchange& exchange) -> Task<void> {
    if (exchange.request().path() == "/length") {
      (void)co_await exchange.begin(200, {}, 100);
    } else {
      (void)co_await exchange.begin(200, {}, std::nullopt);
    }
    (void)co_await exchange.write("part");
    exchange.cut();
  });
  for (const char* target : {"/length", "/chunked"}) {
    auto answer = get(target);
    ASSERT_FALSE(answer.ok()) << target;
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  }
}

TEST_F(HttpClientTest, ProxiesComeFromTheEnvironment) {
  std::string asked;
  serve([&](HttpExchange& exchange) -> Task<void> {
    asked = exchange.request().target;
    co_await echo(exchange);
  });
  ::setenv("http_proxy", url("").c_str(), 1);
  auto answer = send({.url = "http://gitlab.invalid/path"});
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(asked, "http://gitlab.invalid/path");
  ::setenv("no_proxy", "gitlab.invalid", 1);
  answer = send({.url = "http://gitlab.invalid/path"});
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
  EXPECT_FALSE(answer.ok());  // asked directly, and there is no such host
}

TEST_F(HttpClientTest, ManyRequestsAtOnceAllGetTheirOwnAnswer) {
  serve([](HttpExchange& exchange) -> Task<void> {
    (void)co_await exchange.reply({200, {}, exchange.request().target});
  });
  int right = 0;
  int ended = 0;
  auto one = [&](int number) -> Task<void> {
    const std::string target = "/" + std::to_string(number);
    auto answer = co_await client().send({.url = url(target)});
    right += answer.ok() && answer->body == target ? 1 : 0;
    ++ended;
  };
  for (int i = 0; i < 100; ++i) asio::co_spawn(io, one(i), [](const std::exception_ptr&) {});
  io.restart();
  while (ended < 100 && io.run_one_for(10s) > 0) {
  }
  EXPECT_EQ(right, 100);
}

// The client on one strand, senders on others, all on three threads.
TEST(HttpClientThreads, RequestsHopBetweenExecutors) {
  asio::thread_pool pool(3);
  auto server = HttpServer::listen(pool.get_executor(), {}, echo);
  ASSERT_TRUE(server.ok());
  const std::string url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  auto strand = asio::make_strand(pool.get_executor());
  auto client = std::make_unique<HttpClient>(strand, HttpClientOptions{});
  auto sender = [&](int number) -> Task<int> {
    int right = 0;
    for (int i = 0; i < 20; ++i) {
      CancelSource cancel;
      const std::string body = std::to_string(number) + "/" + std::to_string(i);
      HttpRequest request{.method = "POST", .url = url, .body = body};
      if (i % 5 == 4) cancel.cancel();
      auto answer = co_await client->send(std::move(request), cancel.token());
      right += (i % 5 == 4 ? !answer.ok() : answer.ok() && answer->body == body) ? 1 : 0;
    }
    co_return right;
  };
  std::vector<std::future<int>> results;
  results.reserve(8);
  // Kept until the end: Asio counts references with fences, which the thread sanitizer does not see.
  std::vector<asio::any_io_executor> strands;
  for (int i = 0; i < 8; ++i) {
    strands.emplace_back(asio::make_strand(pool.get_executor()));
    results.push_back(asio::co_spawn(strands.back(), sender(i), asio::use_future));
  }
  for (auto& result : results) EXPECT_EQ(result.get(), 20);
  asio::co_spawn(strands.front(), (*server)->stop(1s), asio::use_future).get();
  std::promise<void> gone;
  asio::post(strand, [&] {
    client.reset();
    gone.set_value();
  });
  gone.get_future().get();
  pool.join();
}

}  // namespace
}  // namespace fairlead
