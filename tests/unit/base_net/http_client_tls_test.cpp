// SPDX-License-Identifier: Apache-2.0
#include "base/temp_dir.hpp"
#include "net_harness.hpp"
#include "tests/support/certificates.hpp"

namespace fairlead {
namespace {

using namespace std::chrono_literals;
using namespace testing;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;

class HttpTls : public NetTest {
 protected:
  static void SetUpTestSuite() {
    folder = new TempDir(*TempDir::create());
    certificates = new Certificates(folder->path());
  }
  static void TearDownTestSuite() {
    delete certificates;
    delete folder;
  }
  static HttpServerTls server_tls() {
    return {certificates->server.string(), certificates->server_key.string(), ""};
  }
  std::string https(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(server->port()) + "/";
  }

  static TempDir* folder;
  static Certificates* certificates;
};
TempDir* HttpTls::folder = nullptr;
Certificates* HttpTls::certificates = nullptr;

TEST_F(HttpTls, ACustomAuthorityIsTrusted) {
  serve(echo, {.tls = server_tls()});
  client_options.tls.ca_file = certificates->ca;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    auto answer = send({.method = "POST", .url = https(host), .body = std::string(300'000, 'x')});
    ASSERT_TRUE(answer.ok()) << answer.error().to_string();
    EXPECT_EQ(answer->body.size(), 300'000u);
  }
}

TEST_F(HttpTls, AnUnknownAuthorityIsNot) {
  serve(echo, {.tls = server_tls()});
  auto answer = send({.url = https()});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("certificate"));
}

TEST_F(HttpTls, ACertificateForAnotherHostIsRefused) {
  serve(echo, {.tls = HttpServerTls{certificates->client.string(), certificates->client_key.string(), ""}});
  client_options.tls.ca_file = certificates->ca;
  EXPECT_TRUE(send({.url = https("localhost")}).ok());
  ::setenv("no_proxy", "*", 1);
  EXPECT_FALSE(send({.url = https("127.1.2.3")}).ok());
  ::unsetenv("no_proxy");
}

TEST_F(HttpTls, AClientCertificateIsShownWhereTheServerWantsOne) {
  HttpServerTls tls = server_tls();
  tls.client_ca_file = certificates->ca;
  serve(echo, {.tls = tls});
  client_options.tls.ca_file = certificates->ca;
  auto without = send({.url = https()});
  EXPECT_FALSE(without.ok());
  HttpClientOptions with = client_options;
  with.tls.cert_file = certificates->client;
  with.tls.key_file = certificates->client_key;
  HttpClient other(io.get_executor(), with);
  auto answer = run_task(io, other.send({.url = https()}));
  EXPECT_TRUE(answer.ok()) << answer.error().to_string();
}

TEST_F(HttpTls, AMissingCaFileIsNamed) {
  serve(echo, {.tls = server_tls()});
  client_options.tls.ca_file = "/nonexistent/ca.crt";
  auto answer = send({.url = https()});
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().message, HasSubstr("/nonexistent/ca.crt"));
}

TEST_F(HttpTls, AServerWithoutItsFilesDoesNotStart) {
  HttpServerOptions options{.tls = HttpServerTls{"/nonexistent.crt", "/nonexistent.key", ""}};
  auto server = HttpServer::listen(io.get_executor(), options, echo);
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.error().message, HasSubstr("/nonexistent.crt"));
}

TEST_F(HttpTls, PlainTextToATlsServerIsNoHang) {
  serve(echo, {.tls = server_tls()});
  EXPECT_FALSE(get().ok());
}

}  // namespace
}  // namespace fairlead
