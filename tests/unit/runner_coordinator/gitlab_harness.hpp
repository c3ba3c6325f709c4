// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "base/temp_dir.hpp"
#include "runner/coordinator/gitlab_client.hpp"
#include "runner/coordinator/registration_client.hpp"
#include "tests/support/async.hpp"
#include "tests/support/protocol_server.hpp"

namespace fairlead::runner {

using fairlead::testing::ProtocolServer;
using Fault = ProtocolServer::Fault;

// A GitLabClient and a ProtocolServer on one thread. The network is real, the
// client's clock virtual: whenever the client sleeps, time moves on at once
// and `slept` counts it.
class GitLabTest : public ::testing::Test {
 protected:
  GitLabTest() {
    GitLabClientOptions options;
    options.url = server.url();
    options.token = SecretString(server.runner_token);
    options.info = {.name = "fairlead",
                    .version = "1.0",
                    .revision = "abc",
                    .platform = "linux",
                    .architecture = "amd64"};
    options.closing = closing.token();
    auto made = GitLabClient::create(std::move(options), http, clock);
    if (!made.ok()) throw std::runtime_error(made.error().to_string());
    client = std::move(*made);
    request = {.system_id = "s_0123456789ab", .executor = "shell", .shell = "bash"};
    request.features.shared = true;
  }
  ~GitLabTest() override {
    http.reset();
    client.reset();
    fairlead::testing::settle(io);
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    bool ended = false;
    // Ended is what the last handler says: it refers to this frame.
    auto keep = [&]() -> Task<void> { value.emplace(co_await std::move(task)); };
    asio::co_spawn(io, keep(), [&](const std::exception_ptr& error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
    io.restart();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!ended && std::chrono::steady_clock::now() < limit) {
      io.run_one_for(std::chrono::milliseconds(1));
      if (ended || clock.sleepers() == 0) continue;
      clock.advance(kStep);
      slept += kStep;
    }
    if (!value) throw std::logic_error("the task did not end");
    return std::move(*value);
  }

  Result<std::optional<proto::JobPayload>> ask() { return run(client->request_job(request, cancel.token())); }
  ProtocolServer::Job& start_job(std::int64_t id = 42) {
    proto::JobPayload payload;
    payload.id = id;
    payload.token = SecretString("glcbt-job-token");
    auto& job = server.enqueue(std::move(payload));
    auto got = ask();
    if (!got.ok() || !*got) throw std::runtime_error("no job");
    if (!run(client->update_job(key(id), {})).ok()) throw std::runtime_error("no start");
    server.seen.clear();
    return job;
  }
  static JobKey key(std::int64_t id = 42) { return {id, SecretString("glcbt-job-token")}; }
  Result<TraceReply> patch(std::uint64_t offset, std::string_view bytes) {
    return run(client->patch_trace(key(), offset, bytes, false));
  }
  Result<UpdateReply> finish(JobUpdate update = {}) {
    update.final = true;
    return run(client->update_job(key(), update));
  }

  static constexpr Duration kStep = std::chrono::milliseconds(50);
  asio::io_context io;
  VirtualClock clock;
  ProtocolServer server{io.get_executor()};
  std::shared_ptr<HttpClient> http = std::make_shared<HttpClient>(
      io.get_executor(), HttpClientOptions{.user_agent = user_agent("1.0", "abc")});
  CancelSource closing;
  CancelSource cancel;
  std::unique_ptr<GitLabClient> client;
  JobRequest request;
  Duration slept{};
};

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace fairlead::runner
