// SPDX-License-Identifier: Apache-2.0
#include "base/wake_up.hpp"
#include "gitlab_harness.hpp"
#include "tests/support/certificates.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using Repeats = GitLabTest;

TEST(ApiBaseUrl, SlashesAndTheOldCiEndAreDropped) {
  for (const char* url :
       {"https://h", "https://h/", "https://h//", "https://h/ci", "https://h/ci/", "https://h/?x"})
    EXPECT_EQ(api_base_url(url).value(), "https://h/api/v4/") << url;
  EXPECT_EQ(api_base_url("http://h:81/gitlab/").value(), "http://h:81/gitlab/api/v4/");
  EXPECT_FALSE(api_base_url("gitlab.example").ok());
  EXPECT_FALSE(api_base_url("").ok());
}

TEST(ServerCertificates, AreFoundByHostUnlessConfigured) {
  auto folder = *TempDir::create();
  std::filesystem::create_directory(folder.path() / "certs");
  for (const char* name : {"gitlab.example.crt", "gitlab.example.auth.crt", "gitlab.example.auth.key"})
    std::ofstream(folder.path() / "certs" / name) << "x";
  const std::string certs = (folder.path() / "certs/gitlab.example").string();
  HttpTls found = server_certificates({}, folder.path(), "https://GitLab.example:8443/x");
  EXPECT_EQ(found.ca_file, certs + ".crt");
  EXPECT_EQ(found.cert_file, certs + ".auth.crt");
  EXPECT_EQ(found.key_file, certs + ".auth.key");
  EXPECT_EQ(server_certificates({.ca_file = "/own"}, folder.path(), "https://gitlab.example").ca_file,
            "/own");
  EXPECT_EQ(server_certificates({}, folder.path(), "https://other.example").ca_file, "");
}

TEST_F(Repeats, EachStatusOfTheListIsRepeatedFourTimes) {
  for (int status : {408, 500, 502, 503, 504, 512, 599}) {
    server.seen.clear();
    server.misbehave({.times = 4, .status = status});
    EXPECT_TRUE(ask().ok()) << status;
    EXPECT_EQ(server.seen.size(), 5u) << status;
  }
}

TEST_F(Repeats, OtherStatusesAreNot) {
  for (int status : {400, 401, 404, 405, 412, 422, 501}) {
    server.seen.clear();
    server.misbehave({.status = status});
    EXPECT_FALSE(ask().ok()) << status;
    EXPECT_EQ(server.seen.size(), 1u) << status;
  }
}

TEST_F(Repeats, ALostConnectionIsTheCallersToJudge) {
  server.misbehave({.cut_before = true});
  EXPECT_FALSE(ask().ok());
  EXPECT_EQ(server.seen.size(), 1u);
  EXPECT_EQ(slept, 0s);
}

TEST_F(Repeats, TheResetTimeOfTheRateLimitIsKept) {
  server.misbehave({.status = 429,
                    .headers = {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                {"RateLimit-ResetTime", "Sun, 06 Nov 1994 08:49:57 GMT"},
                                {"Retry-After", "3"}}});
  EXPECT_TRUE(ask().ok());
  EXPECT_EQ(slept, 20s);
}

TEST_F(Repeats, AServerWhoseClockIsWrongIsNotWaitedForLonger) {
  server.misbehave({.status = 429,
                    .headers = {{"Date", "Sun, 06 Nov 2094 08:49:37 GMT"},
                                {"RateLimit-ResetTime", "Sun, 06 Nov 2094 08:49:42 GMT"}}});
  EXPECT_TRUE(ask().ok());
  EXPECT_EQ(slept, 5s);
}

TEST_F(Repeats, ASlowServerIsWaitedFor) {
  std::optional<WakeUp> later;
  server.misbehave({.wait = [&]() -> Task<void> {
    later.emplace(co_await asio::this_coro::executor);
    later->post();
    co_await later->wait();
  }});
  EXPECT_TRUE(ask().ok());
}

TEST_F(Repeats, ARedirectOnTheSameHostIsFollowedWithTheBody) {
  server.misbehave(
      {.path = "jobs/request", .status = 307, .headers = {{"Location", "/api/v4/jobs/request?x"}}});
  EXPECT_TRUE(ask().ok());
  ASSERT_EQ(server.seen.size(), 2u);
  EXPECT_EQ(server.seen[0].body, server.seen[1].body);
  EXPECT_EQ(server.seen[1].header("RUNNER-TOKEN"), server.runner_token);
}

TEST_F(Repeats, ARedirectElsewhereNamesTheRemedy) {
  server.misbehave({.status = 307, .headers = {{"Location", "https://gitlab.example/api/v4/jobs/request"}}});
  EXPECT_THAT(ask().error().message,
              HasSubstr("redirects to https://gitlab.example:443; no token is sent there"));
}

TEST_F(Repeats, AllOfItOverTlsWithACertificateOfOurs) {
  auto folder = *TempDir::create();
  const fairlead::testing::Certificates files(folder.path());
  ProtocolServer secure(
      io.get_executor(),
      {.tls = HttpServerTls{files.server.string(), files.server_key.string(), files.ca.string()}});
  HttpClientOptions options{.tls = {files.ca.string(), files.client.string(), files.client_key.string()}};
  auto own = std::make_shared<HttpClient>(io.get_executor(), options);
  GitLabClientOptions runner{.url = secure.url(), .token = SecretString(secure.runner_token)};
  auto over_tls = *GitLabClient::create(std::move(runner), own, clock);
  auto job = run(over_tls->request_job(request, {}));
  EXPECT_TRUE(job.ok()) << job.error().to_string();
  EXPECT_EQ(secure.seen.size(), 1u);
}

}  // namespace
}  // namespace fairlead::runner
