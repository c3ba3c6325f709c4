// SPDX-License-Identifier: Apache-2.0
#include "cli/runner/http_registration.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/net/http_client.hpp"
#include "cli/version.hpp"
#include "executors/shell/shell_executor.hpp"
#include "runner/config/load_config.hpp"
#include "runner/config/nearest.hpp"
#include "runner/coordinator/gitlab_client.hpp"
#include "runner/coordinator/registration_client.hpp"

namespace fairlead::cli {
namespace {

// Runs one call of the client on a loop of its own.
template <class T>
Result<T> call(const runner::ServerAccess& access,
               std::function<Task<Result<T>>(const runner::RegistrationClient&)> ask) {
  asio::io_context context;
  HttpClientOptions options;
  options.tls = runner::server_certificates({access.tls_ca_file, access.tls_cert_file, access.tls_key_file},
                                            access.config_dir, access.url);
  options.user_agent = runner::user_agent(kVersion, "");
  auto http = std::make_shared<HttpClient>(context.get_executor(), options);
  auto client = runner::RegistrationClient::create(access.url, http, system_clock());
  if (!client) return std::move(client.error());
  std::optional<Result<T>> answer;
  const auto body = [&]() -> Task<void> { answer.emplace(co_await ask(*client)); };
  asio::co_spawn(context, body, asio::detached);
  context.run();
  if (answer) return std::move(*answer);
  return make_error(ErrorCode::internal, "the call ended without an answer");
}

proto::RunnerInfo info_of(const runner::RunnerKind& kind) {
  proto::RunnerInfo info;
  info.name = "fairlead";
  info.version = kVersion;
  info.platform = "linux";
  info.architecture = runner::machine_architecture();
  info.executor = kind.executor;
  info.shell = kind.shell;
  info.features = runner::honoured_features(executors::make_shell_provider()->features());
  return info;
}

std::optional<WallTime> time_of(const std::string& text) {
  return text.empty() ? std::nullopt : runner::parse_rfc3339(text);
}

std::vector<std::string> tags_of(std::string_view list) {
  std::vector<std::string> tags;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view tag = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (!tag.empty()) tags.emplace_back(tag);
  }
  return tags;
}

Result<runner::NewToken> new_token(Result<proto::ResetTokenAnswer> answer) {
  if (!answer) return std::move(answer.error());
  return runner::NewToken{answer->token, time_of(answer->token_expires_at)};
}

}  // namespace

Result<runner::Registered> HttpRegistration::register_runner(const runner::ServerAccess& access,
                                                             const runner::NewRunner& runner,
                                                             const runner::RunnerKind& kind) {
  proto::RegisterRequest request;
  request.token = access.token;
  request.description = runner.description;
  request.maintenance_note = runner.maintenance_note;
  request.tag_list = tags_of(runner.tag_list);
  request.run_untagged = runner.run_untagged;
  request.locked = runner.locked;
  request.access_level = runner.access_level;
  request.maximum_timeout = runner.maximum_timeout;
  request.paused = runner.paused;
  request.info = info_of(kind);
  auto answer = call<proto::RegisterAnswer>(
      access, [&](const runner::RegistrationClient& client) { return client.register_runner(request); });
  if (!answer) return std::move(answer.error());
  return runner::Registered{answer->id, answer->token, time_of(answer->token_expires_at)};
}

runner::Verified HttpRegistration::verify_runner(const runner::ServerAccess& access,
                                                 const std::string& system_id,
                                                 const runner::RunnerKind& kind) {
  proto::VerifyRequest request;
  request.token = access.token;
  request.system_id = system_id;
  request.info = info_of(kind);
  const auto answer = call<proto::RegisterAnswer>(
      access, [&](const runner::RegistrationClient& client) { return client.verify(request); });
  runner::Verified verified;
  if (answer) {
    verified.state = runner::Verified::State::alive;
    verified.id = answer->id;
    verified.token_expires_at = time_of(answer->token_expires_at);
  } else {
    verified.message = answer.error().to_string();
    if (answer.error().code == ErrorCode::permission_denied)
      verified.state = runner::Verified::State::removed;
  }
  return verified;
}

Result<void> HttpRegistration::unregister_runner(const runner::ServerAccess& access) {
  return call<void>(access, [&](const runner::RegistrationClient& client) {
    return client.unregister_runner(access.token);
  });
}

Result<void> HttpRegistration::unregister_manager(const runner::ServerAccess& access,
                                                  const std::string& system_id) {
  return call<void>(access, [&](const runner::RegistrationClient& client) {
    return client.unregister_manager(access.token, system_id);
  });
}

Result<runner::NewToken> HttpRegistration::reset_token(const runner::ServerAccess& access) {
  return new_token(call<proto::ResetTokenAnswer>(
      access, [&](const runner::RegistrationClient& client) { return client.reset_token(access.token); }));
}

Result<runner::NewToken> HttpRegistration::reset_token_of(const runner::ServerAccess& access,
                                                          std::int64_t runner_id,
                                                          const SecretString& personal_token) {
  return new_token(call<proto::ResetTokenAnswer>(access, [&](const runner::RegistrationClient& client) {
    return client.reset_token_of(runner_id, personal_token);
  }));
}

}  // namespace fairlead::cli
