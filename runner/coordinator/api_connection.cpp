// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/api_connection.hpp"

#include <fmt/format.h>
#include <strings.h>
#include <sys/utsname.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <filesystem>
#include <random>

#include "base/log.hpp"
#include "base/net/http_server.hpp"
#include "proto/api/runner_messages.hpp"
#include "runner/coordinator/answer_headers.hpp"

namespace fairlead::runner {
namespace {

constexpr int kTries = 5;
constexpr int kMaxRedirects = 10;
constexpr std::string_view kTokenHeaders[] = {"JOB-TOKEN", "RUNNER-TOKEN", "PRIVATE-TOKEN", "Authorization"};

// Not for secrets: request ids and jitter.
std::mt19937_64& random_source() {
  thread_local std::mt19937_64 source{std::random_device{}()};
  return source;
}

std::string request_id() { return fmt::format("{:016x}{:016x}", random_source()(), random_source()()); }

bool is_redirect(const HttpResponse& answer, const ApiCall& call) {
  if (!answer.header("Location")) return false;
  if (answer.status == 307 || answer.status == 308) return true;
  // The others turn a POST into a GET, which none of our calls means.
  return call.method == "GET" && (answer.status == 301 || answer.status == 302 || answer.status == 303);
}

// Whether a token may follow: the same host and port, or from http to https
// at their usual ports.
bool tokens_may_follow(const HttpUrl& from, const HttpUrl& to) {
  if (from.same_origin(to)) return true;
  return from.host == to.host && from.scheme == "http" && to.scheme == "https" && from.port == 80 &&
         to.port == 443;
}

void drop_tokens(std::vector<HttpHeader>& headers) {
  std::erase_if(headers, [](const HttpHeader& header) {
    return std::any_of(std::begin(kTokenHeaders), std::end(kTokenHeaders), [&](std::string_view name) {
      return header.name.size() == name.size() &&
             strncasecmp(header.name.c_str(), name.data(), name.size()) == 0;
    });
  });
}

}  // namespace

Result<std::string> api_base_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with("/ci")) url.remove_suffix(3);
  while (url.ends_with('/')) url.remove_suffix(1);
  auto parsed = parse_http_url(std::string(url) + "/api/v4/");
  if (!parsed.ok()) return std::move(parsed).context("reading the GitLab URL").error();
  return parsed->to_string();
}

HttpTls server_certificates(HttpTls configured, const std::string& config_dir, std::string_view url) {
  auto parsed = parse_http_url(url);
  if (!parsed.ok()) return configured;
  const std::filesystem::path folder = std::filesystem::path(config_dir) / "certs";
  const auto fill = [&](std::string& file, const char* ending) {
    std::error_code ignored;
    const std::filesystem::path path = folder / (parsed->host + ending);
    if (file.empty() && std::filesystem::exists(path, ignored)) file = path.string();
  };
  fill(configured.ca_file, ".crt");
  fill(configured.cert_file, ".auth.crt");
  fill(configured.key_file, ".auth.key");
  return configured;
}

std::string_view machine_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__i386__)
  return "386";
#elif defined(__riscv)
  return "riscv64";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__powerpc64__)
  return "ppc64le";
#else
  return "unknown";
#endif
}

std::string user_agent(std::string_view version, std::string_view revision) {
  return fmt::format("fairlead {} ({}; linux/{})", version, revision, machine_architecture());
}

Result<ApiConnection> ApiConnection::create(std::string_view url, std::shared_ptr<HttpClient> http,
                                            Clock& clock, CancelToken closing) {
  auto base = api_base_url(url);
  if (!base.ok()) return std::move(base.error());
  auto parsed = parse_http_url(*base);
  if (!parsed.ok()) return std::move(parsed.error());
  return ApiConnection(std::move(*parsed), std::move(http), clock, std::move(closing));
}

Task<Result<HttpResponse>> ApiConnection::send(ApiCall call, CancelToken cancel) const {
  using namespace boost::asio::experimental::awaitable_operators;
  // Ends with either of its two reasons.
  CancelSource both(cancel);
  const auto closing = closing_.on_cancel(CancelLevel::polite, [&both] { both.cancel(); });
  for (int tries = 1;; ++tries) {
    auto answer = co_await follow(call, both.token());
    if (!answer.ok() || tries >= kTries || !is_worth_repeating(answer->status) ||
        (!call.repeated_on_errors && answer->status != 429))
      co_return answer;
    const double jitter = std::uniform_real_distribution<double>(0, 1)(random_source());
    const Duration pause = repeat_pause(*answer, tries, clock_->wall_now(), jitter);
    log(LogLevel::debug, "the server asks for another try",
        {{"path", call.path.substr(0, call.path.find('?'))},
         {"status", answer->status},
         {"pause_ms", std::chrono::duration_cast<std::chrono::milliseconds>(pause).count()}});
    co_await (clock_->sleep_for(pause) || wait_cancelled(both.token()));
    if (both.token().cancelled()) co_return make_error(ErrorCode::cancelled, "the request was cancelled");
  }
}

Task<Result<HttpResponse>> ApiConnection::follow(const ApiCall& call, CancelToken cancel) const {
  HttpUrl url = base_;
  url.target += call.path;
  HttpRequest request;
  request.method = call.method;
  request.headers = call.headers;
  request.headers.push_back({"X-Request-Id", request_id()});
  request.stream = call.stream;
  request.on_body = call.on_body;
  request.max_body = call.max_body;
  request.header_timeout = call.header_timeout;
  request.total_timeout = call.total_timeout;
  for (int redirects = 0;; ++redirects) {
    request.url = url.to_string();
    request.body = call.body;
    if (call.stream) FAIRLEAD_CO_TRY(call.stream->rewind());
    HttpRequest one = request;
    auto answer = co_await http_->send(std::move(one), cancel);
    if (!answer.ok() || !is_redirect(*answer, call)) co_return answer;
    const std::string what =
        fmt::format("{} {}", call.method, base_.to_string() + call.path.substr(0, call.path.find('?')));
    if (redirects == kMaxRedirects)
      co_return make_error(ErrorCode::unavailable, what + ": too many redirects");
    auto next = resolve_location(url, *answer->header("Location"));
    if (!next.ok()) co_return std::move(next).context(what + ": the server redirects").error();
    if (!tokens_may_follow(url, *next)) {
      if (call.redirects == ApiCall::Redirects::same_host)
        co_return make_error(ErrorCode::unavailable,
                             fmt::format("{}: the server redirects to {}://{}:{}; no token is sent there. If "
                                         "that is right, make it the runner's url",
                                         what, next->scheme, next->host, next->port));
      drop_tokens(request.headers);
    }
    url = std::move(*next);
  }
}

Error refusal(std::string_view what, const HttpResponse& answer) {
  ErrorCode code = ErrorCode::unavailable;
  switch (answer.status) {
    case 400:
    case 405:
    case 422:
      code = ErrorCode::invalid_argument;
      break;
    case 403:
      code = ErrorCode::permission_denied;
      break;
    case 404:
      code = ErrorCode::not_found;
      break;
    case 410:
      code = ErrorCode::unsupported;
      break;
    case 413:
      code = ErrorCode::limit_exceeded;
      break;
    default:
      break;
  }
  std::string text = fmt::format("{}: {} {}", what, answer.status, http_reason(answer.status));
  while (text.ends_with(' ')) text.pop_back();
  if (const std::string message = proto::decode_error_message(answer.body); !message.empty())
    text += fmt::format(" ({})", message);
  return make_error(code, std::move(text));
}

Result<void> expect_json(std::string_view what, const HttpResponse& answer) {
  const std::string_view type = answer.header("Content-Type").value_or("");
  std::string_view bare = type.substr(0, type.find(';'));
  while (bare.ends_with(' ')) bare.remove_suffix(1);
  constexpr std::string_view kJson = "application/json";
  if (bare.size() == kJson.size() && strncasecmp(bare.data(), kJson.data(), kJson.size()) == 0) return {};
  return make_error(ErrorCode::unavailable,
                    fmt::format("{}: the answer is {} where application/json belongs; is the url that of a "
                                "GitLab server?",
                                what, bare.empty() ? "of no type" : std::string(bare.substr(0, 100))));
}

}  // namespace fairlead::runner
