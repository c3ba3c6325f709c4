// SPDX-License-Identifier: Apache-2.0
#include "tests/support/protocol_server.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace fairlead::testing {
namespace {

constexpr std::size_t kMaxBody = std::size_t{64} << 20;

HttpResponse json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}
HttpResponse refuse(int status, std::string_view message) {
  return json(status, proto::encode_error_message(message));
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ProtocolServer::ProtocolServer(const asio::any_io_executor& executor, HttpServerOptions options)
    : tls_(options.tls.has_value()) {
  auto made = HttpServer::listen(executor, std::move(options),
                                 [this](HttpExchange& exchange) { return handle(exchange); });
  if (!made.ok()) throw std::runtime_error(made.error().to_string());
  server_ = std::move(*made);
}

std::string ProtocolServer::url() const {
  return fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", server_->port());
}

ProtocolServer::Job& ProtocolServer::enqueue(proto::JobPayload payload) {
  const std::int64_t id = payload.id;
  queue_.push_back(id);
  Job& job = jobs_[id];
  job.payload = std::move(payload);
  return job;
}

std::vector<ProtocolServer::Seen> ProtocolServer::requests(std::string_view method,
                                                           std::string_view target_start) const {
  std::vector<Seen> out;
  for (const Seen& one : seen)
    if (one.method == method && one.target.starts_with(target_start)) out.push_back(one);
  return out;
}

Task<void> ProtocolServer::handle(HttpExchange& exchange) {
  const HttpServerRequest& request = exchange.request();
  std::optional<Fault> fault;
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (!it->method.empty() && it->method != request.method) continue;
    if (request.target.find(it->path) == std::string::npos) continue;
    fault = *it;
    if (--it->times == 0) faults_.erase(it);
    break;
  }
  if (fault && fault->wait) co_await fault->wait();
  auto body = co_await exchange.read_all(kMaxBody);
  if (!body.ok()) co_return;
  Seen one{request.method, request.target, request.headers, std::move(*body)};
  seen.push_back(one);
  if (fault && fault->cut_before && !fault->after_effect) {
    exchange.cut();
    co_return;
  }
  if (fault && fault->silent) {
    co_await wait_cancelled(exchange.stopping());
    co_return;
  }
  HttpResponse reply;
  if (!fault || fault->status == 0 || fault->after_effect) reply = answer(one, request);
  if (fault && fault->cut_before) {
    exchange.cut();
    co_return;
  }
  if (fault && fault->status != 0)
    reply = {fault->status, {{"Content-Type", fault->content_type}}, fault->body};
  if (fault) {
    for (const auto& header : fault->headers) {
      std::erase_if(reply.headers, [&](const HttpHeader& had) { return had.name == header.name; });
      reply.headers.push_back(header);
    }
  }
  if (fault && fault->cut_answer) {
    (void)co_await exchange.begin(reply.status, reply.headers, reply.body.size() + 1000);
    (void)co_await exchange.write(reply.body.substr(0, reply.body.size() / 2));
    exchange.cut();
    co_return;
  }
  (void)co_await exchange.reply(std::move(reply));
}

HttpResponse ProtocolServer::answer(const Seen& request, const HttpServerRequest& parsed) {
  std::string_view path = parsed.path();
  if (const auto object = objects.find(std::string(path)); object != objects.end())
    return {200, {{"Content-Type", "application/octet-stream"}}, object->second};
  constexpr std::string_view kApi = "/api/v4/";
  if (!path.starts_with(kApi)) return {404, {{"Content-Type", "text/html"}}, "<html>not here</html>"};
  path.remove_prefix(kApi.size());
  if (path.starts_with("runners")) return runners(request, path);
  if (path == "jobs/request" && request.method == "POST") return request_job(request);
  if (!path.starts_with("jobs/")) return refuse(404, "404 Not Found");
  path.remove_prefix(5);
  const std::size_t slash = std::min(path.find('/'), path.size());
  const auto id = number(path.substr(0, slash));
  const auto found = jobs_.find(static_cast<std::int64_t>(id.value_or(0)));
  if (found == jobs_.end()) return refuse(404, "404 Not Found");
  Job& job = found->second;
  if (request.header("JOB-TOKEN") != job.payload.token.reveal()) return refuse(403, "403 Forbidden");
  const std::string_view rest = path.substr(slash);
  if (rest.empty() && request.method == "PUT") return update_job(request, job);
  if (rest == "/trace" && request.method == "PATCH") return patch_trace(request, job);
  if (rest == "/artifacts" && request.method == "POST") return upload(request, parsed, job);
  if (rest == "/artifacts" && request.method == "GET") return download(parsed, job);
  return refuse(405, "405 Method Not Allowed");
}

HttpResponse ProtocolServer::runners(const Seen& request, std::string_view path) {
  const auto known = [&](const SecretString& token) {
    return token.reveal() == runner_token && request.header("RUNNER-TOKEN") == runner_token;
  };
  if (path == "runners" && request.method == "POST") {
    auto message = proto::decode_register_request(request.body);
    if (!message.ok()) return refuse(400, message.error().message);
    if (message->token.reveal() != registration_token) return refuse(403, "403 Forbidden");
    last_info = message->info;
    return json(201, proto::encode(proto::RegisterAnswer{7, SecretString(runner_token), ""}));
  }
  if (path == "runners/verify" && request.method == "POST") {
    auto message = proto::decode_verify_request(request.body);
    if (!message.ok()) return refuse(400, message.error().message);
    if (!known(message->token)) return refuse(403, "403 Forbidden");
    last_info = message->info;
    return json(200, proto::encode(proto::RegisterAnswer{7, SecretString(runner_token), ""}));
  }
  if (request.method == "DELETE" && (path == "runners" || path == "runners/managers")) {
    auto message = proto::decode_unregister_request(request.body);
    if (!message.ok()) return refuse(400, message.error().message);
    if (!known(message->token)) return refuse(403, "403 Forbidden");
    removed.push_back(path == "runners" ? "runner" : "manager " + message->system_id);
    return {204, {}, ""};
  }
  if (request.method == "POST" && path == "runners/reset_authentication_token") {
    auto message = proto::decode_reset_token_request(request.body);
    if (!message.ok() || !known(message->token)) return refuse(403, "403 Forbidden");
    runner_token = "glrt-t1_renewed";
    return json(201,
                proto::encode(proto::ResetTokenAnswer{SecretString(runner_token), "2030-01-02T03:04:05Z"}));
  }
  if (request.method == "POST" && path == "runners/7/reset_authentication_token") {
    if (request.header("PRIVATE-TOKEN") != "glpat-x") return refuse(403, "403 Forbidden");
    runner_token = "glrt-t1_renewed";
    return json(201, proto::encode(proto::ResetTokenAnswer{SecretString(runner_token), ""}));
  }
  return refuse(404, "404 Not Found");
}

HttpResponse ProtocolServer::request_job(const Seen& request) {
  auto message = proto::decode_job_request(request.body);
  if (!message.ok()) return refuse(400, message.error().message);
  if (message->token.reveal() != runner_token || request.header("RUNNER-TOKEN") != runner_token)
    return refuse(403, "403 Forbidden");
  last_info = message->info;
  if (queue_.empty()) {
    HttpResponse none{204, {}, ""};
    if (!last_update.empty()) none.headers.push_back({"X-GitLab-Last-Update", last_update});
    return none;
  }
  Job& job = jobs_.at(queue_.front());
  queue_.pop_front();
  ++job.handed_out;
  job.claimed = true;
  return json(201, proto::encode_job_payload(job.payload));
}

void ProtocolServer::add_job_headers(HttpResponse& reply, const Job& job) const {
  reply.headers.push_back({"Job-Status", job.job_status.empty() ? job.state : job.job_status});
  if (update_interval)
    reply.headers.push_back({"X-GitLab-Trace-Update-Interval", std::to_string(*update_interval)});
}

HttpResponse ProtocolServer::update_job(const Seen& request, Job& job) {
  auto message = proto::decode_job_update(request.body);
  if (!message.ok()) return refuse(400, message.error().message);
  if (message->token.reveal() != job.payload.token.reveal()) return refuse(403, "403 Forbidden");
  if (job.state == "success" || job.state == "failed")
    return refuse(403, "403 Forbidden - Job is not running");
  if (job.state == "pending" && !job.claimed) return refuse(409, "409 Conflict");
  if (!message->checksum.empty()) job.checksum = message->checksum;
  job.bytesize = message->bytesize;
  HttpResponse reply{200, {}, ""};
  if (message->state == proto::JobState::running) {
    job.state = "running";
    add_job_headers(reply, job);
    return reply;
  }
  ++job.final_updates;
  if (job.not_yet > 0) {
    --job.not_yet;
    reply.status = 202;
    add_job_headers(reply, job);
    return reply;
  }
  job.state = to_string(message->state);
  if (message->failure_reason) job.failure_reason = model::to_string(*message->failure_reason);
  job.exit_code = message->exit_code;
  add_job_headers(reply, job);
  return reply;
}

HttpResponse ProtocolServer::patch_trace(const Seen& request, Job& job) {
  const std::string range = request.header("Content-Range");
  const std::size_t dash = range.find('-');
  const auto first = number(std::string_view(range).substr(0, dash));
  if (dash == std::string::npos || !first) return refuse(400, "400 Missing header Content-Range");
  HttpResponse reply{202, {{"Content-Type", "text/plain"}}, ""};
  if (*first != job.trace.size()) {
    reply.status = 416;
  } else {
    job.trace += request.body;  // the end of Content-Range is not looked at, as in GitLab
  }
  reply.headers.push_back({"Range", fmt::format("0-{}", job.trace.size())});
  add_job_headers(reply, job);
  return reply;
}

HttpResponse ProtocolServer::upload(const Seen& request, const HttpServerRequest& parsed, Job& job) {
  if (!upload_location.empty()) return {307, {{"Location", upload_location + parsed.target}}, ""};
  const std::string type = request.header("Content-Type");
  const std::size_t at = type.find("boundary=");
  if (!type.starts_with("multipart/form-data") || at == std::string::npos)
    return refuse(400, "400 no multipart");
  const std::string mark = "--" + type.substr(at + 9);
  const std::string_view body = request.body;
  const std::size_t head_end = body.find("\r\n\r\n");
  const std::string tail = "\r\n" + mark + "--\r\n";
  if (!body.starts_with(mark + "\r\n") || head_end == std::string_view::npos || !body.ends_with(tail))
    return refuse(400, "400 broken multipart");
  const std::string_view head = body.substr(0, head_end);
  constexpr std::string_view kName = "name=\"file\"; filename=\"";
  const std::size_t name_at = head.find(kName);
  if (name_at == std::string_view::npos) return refuse(400, "400 file is missing");
  const std::string_view name = head.substr(name_at + kName.size());
  Artifact artifact;
  artifact.type = parsed.query("artifact_type").value_or("");
  artifact.format = parsed.query("artifact_format").value_or("");
  artifact.expire_in = parsed.query("expire_in").value_or("");
  artifact.filename = name.substr(0, name.find("\"\r\n"));
  artifact.content = body.substr(head_end + 4, body.size() - tail.size() - head_end - 4);
  job.artifacts.push_back(std::move(artifact));
  return json(201, "{}");
}

HttpResponse ProtocolServer::download(const HttpServerRequest& parsed, const Job& job) const {
  if (job.artifacts.empty()) return refuse(404, "404 Not Found");
  if (!storage_url.empty() && parsed.query("direct_download") == "true")
    return {302, {{"Location", storage_url}}, ""};
  return {200, {{"Content-Type", "application/zip"}}, job.artifacts.front().content};
}

}  // namespace fairlead::testing
