// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/http_registration.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "runner/config/load_config.hpp"
#include "runner/coordinator/gitlab_client.hpp"
#include "runner/coordinator/registration_client.hpp"

namespace fairlead::runner {
namespace {

// Makes a client for `access`, runs the one call and gives its result.
template <class T, class Call>
Result<T> blocking(const HttpRegistrationOptions& options, const ServerAccess& access, Call call) {
  asio::io_context io;
  HttpClientOptions http;
  http.tls = server_certificates({access.tls_ca_file, access.tls_cert_file, access.tls_key_file},
                                 options.config_dir, access.url);
  http.user_agent = user_agent(options.info.version, options.info.revision);
  auto client = RegistrationClient::create(access.url, std::make_shared<HttpClient>(io.get_executor(), http),
                                           system_clock());
  if (!client.ok()) return std::move(client.error());
  std::optional<Result<T>> result;
  auto work = [&]() -> Task<void> { result.emplace(co_await call(*client)); };
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(io, work(), [&](const std::exception_ptr& error) {
    failure = error;
    ended = true;
  });
  while (!ended && io.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!result) return make_error(ErrorCode::internal, "a call to the server ended without a result");
  return std::move(*result);
}

std::vector<std::string> tags_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

Result<NewToken> new_token(Result<proto::ResetTokenAnswer> answer) {
  if (!answer.ok()) return std::move(answer.error());
  return NewToken{std::move(answer->token), parse_rfc3339(answer->token_expires_at)};
}

}  // namespace

proto::RunnerInfo HttpRegistration::info_of(const RunnerKind& kind) const {
  proto::RunnerInfo info = options_.info;
  info.executor = kind.executor;
  info.shell = kind.shell;
  info.features = honoured_features(options_.features(kind.executor));
  return info;
}

Result<Registered> HttpRegistration::register_runner(const ServerAccess& access, const NewRunner& runner,
                                                     const RunnerKind& kind) {
  proto::RegisterRequest wanted;
  wanted.token = access.token;
  wanted.description = runner.description;
  wanted.maintenance_note = runner.maintenance_note;
  wanted.tag_list = tags_of(runner.tag_list);
  wanted.run_untagged = runner.run_untagged;
  wanted.locked = runner.locked;
  wanted.access_level = runner.access_level;
  wanted.maximum_timeout = runner.maximum_timeout;
  wanted.paused = runner.paused;
  wanted.info = info_of(kind);
  auto answer = blocking<proto::RegisterAnswer>(
      options_, access, [&](RegistrationClient& client) { return client.register_runner(wanted); });
  if (!answer.ok()) return std::move(answer.error());
  return Registered{answer->id, std::move(answer->token), parse_rfc3339(answer->token_expires_at)};
}

Verified HttpRegistration::verify_runner(const ServerAccess& access, const std::string& system_id,
                                         const RunnerKind& kind) {
  const proto::VerifyRequest wanted{access.token, system_id, info_of(kind)};
  auto answer = blocking<proto::RegisterAnswer>(
      options_, access, [&](RegistrationClient& client) { return client.verify(wanted); });
  Verified verified;
  if (answer.ok()) {
    verified.state = Verified::State::alive;
    verified.id = answer->id;
    verified.token_expires_at = parse_rfc3339(answer->token_expires_at);
    return verified;
  }
  if (answer.error().code == ErrorCode::permission_denied) verified.state = Verified::State::removed;
  verified.message = answer.error().to_string();
  return verified;
}

Result<void> HttpRegistration::unregister_runner(const ServerAccess& access) {
  return blocking<void>(options_, access,
                        [&](RegistrationClient& client) { return client.unregister_runner(access.token); });
}

Result<void> HttpRegistration::unregister_manager(const ServerAccess& access, const std::string& system_id) {
  return blocking<void>(options_, access, [&](RegistrationClient& client) {
    return client.unregister_manager(access.token, system_id);
  });
}

Result<NewToken> HttpRegistration::reset_token(const ServerAccess& access) {
  return new_token(blocking<proto::ResetTokenAnswer>(
      options_, access, [&](RegistrationClient& client) { return client.reset_token(access.token); }));
}

Result<NewToken> HttpRegistration::reset_token_of(const ServerAccess& access, std::int64_t runner_id,
                                                  const SecretString& personal_token) {
  return new_token(blocking<proto::ResetTokenAnswer>(options_, access, [&](RegistrationClient& client) {
    return client.reset_token_of(runner_id, personal_token);
  }));
}

}  // namespace fairlead::runner
