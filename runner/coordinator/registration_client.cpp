// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/registration_client.hpp"

#include <fmt/format.h>

namespace fairlead::runner {
namespace {

HttpHeader runner_token(const SecretString& token) { return {"RUNNER-TOKEN", token.reveal()}; }

// An answer that should hold a token.
template <class Answer, class Decode>
Result<Answer> read_answer(std::string_view what, const HttpResponse& answer, Decode decode) {
  FAIRLEAD_TRY(expect_json(what, answer));
  Result<Answer> read = decode(answer.body);
  if (!read.ok()) return std::move(read).context(std::string(what)).error();
  if (read->token.empty())
    return make_error(ErrorCode::unavailable, std::string(what) + ": the answer has no token");
  return read;
}

}  // namespace

Result<RegistrationClient> RegistrationClient::create(std::string_view url, std::shared_ptr<HttpClient> http,
                                                      Clock& clock, CancelToken closing) {
  auto api = ApiConnection::create(url, std::move(http), clock, std::move(closing));
  if (!api.ok()) return std::move(api.error());
  return RegistrationClient(std::move(*api));
}

Task<Result<HttpResponse>> RegistrationClient::call(std::string method, std::string path, HttpHeader token,
                                                    std::string body) const {
  ApiCall call;
  call.method = std::move(method);
  call.path = std::move(path);
  call.headers = {std::move(token), {"Content-Type", "application/json"}, {"Accept", "application/json"}};
  call.body = std::move(body);
  co_return co_await api_.send(std::move(call));
}

Task<Result<proto::RegisterAnswer>> RegistrationClient::register_runner(
    proto::RegisterRequest request) const {
  // The server refuses a runner that could take no job at all.
  if (request.tag_list.empty()) request.run_untagged = true;
  constexpr std::string_view kWhat = "registering the runner";
  auto answer = co_await call("POST", "runners", runner_token(request.token), proto::encode(request));
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 201) co_return refusal(kWhat, *answer);
  co_return read_answer<proto::RegisterAnswer>(kWhat, *answer, proto::decode_register_answer);
}

Task<Result<proto::RegisterAnswer>> RegistrationClient::verify(proto::VerifyRequest request) const {
  constexpr std::string_view kWhat = "verifying the runner";
  auto answer = co_await call("POST", "runners/verify", runner_token(request.token), proto::encode(request));
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 200) co_return refusal(kWhat, *answer);
  proto::RegisterAnswer old_server;
  old_server.token = request.token;
  if (answer->body.empty()) co_return old_server;
  co_return read_answer<proto::RegisterAnswer>(kWhat, *answer, proto::decode_register_answer);
}

Task<Result<void>> RegistrationClient::unregister_runner(const SecretString& token) const {
  auto answer = co_await call("DELETE", "runners", runner_token(token),
                              proto::encode(proto::UnregisterRequest{token, ""}));
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 204) co_return refusal("unregistering the runner", *answer);
  co_return Result<void>();
}

Task<Result<void>> RegistrationClient::unregister_manager(const SecretString& token,
                                                          std::string system_id) const {
  auto answer = co_await call("DELETE", "runners/managers", runner_token(token),
                              proto::encode(proto::UnregisterRequest{token, std::move(system_id)}));
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 204) co_return refusal("unregistering the runner manager", *answer);
  co_return Result<void>();
}

Task<Result<proto::ResetTokenAnswer>> RegistrationClient::reset_token(const SecretString& token) const {
  constexpr std::string_view kWhat = "resetting the runner's token";
  auto answer = co_await call("POST", "runners/reset_authentication_token", runner_token(token),
                              proto::encode(proto::ResetTokenRequest{token}));
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 201) co_return refusal(kWhat, *answer);
  co_return read_answer<proto::ResetTokenAnswer>(kWhat, *answer, proto::decode_reset_token_answer);
}

Task<Result<proto::ResetTokenAnswer>> RegistrationClient::reset_token_of(
    std::int64_t runner_id, const SecretString& personal_token) const {
  constexpr std::string_view kWhat = "resetting the runner's token";
  auto answer = co_await call("POST", fmt::format("runners/{}/reset_authentication_token", runner_id),
                              {"PRIVATE-TOKEN", personal_token.reveal()}, "null");
  if (!answer.ok()) co_return answer.error();
  if (answer->status != 201) co_return refusal(kWhat, *answer);
  co_return read_answer<proto::ResetTokenAnswer>(kWhat, *answer, proto::decode_reset_token_answer);
}

}  // namespace fairlead::runner
