// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/net/http_client.hpp"
#include "base/secret_string.hpp"
#include "proto/api/runner_messages.hpp"
#include "runner/coordinator/api_connection.hpp"

namespace fairlead::runner {

// The calls about runners themselves, for the commands register, unregister,
// verify and reset-token and for the rotation of tokens that expire.
//
// Errors: permission_denied for 403, not_found for 404, unsupported for 410
// (registration tokens are off), invalid_argument for 400 with the server's
// message, else unavailable. Thread-safe.
class RegistrationClient {
 public:
  static Result<RegistrationClient> create(std::string_view url, std::shared_ptr<HttpClient> http,
                                           Clock& clock, CancelToken closing = {});

  // With a registration token: makes a runner. (A runner token, glrt-, is only
  // verified.)
  Task<Result<proto::RegisterAnswer>> register_runner(proto::RegisterRequest request) const;

  // 200. `request.info` must be whole: the server keeps its features. An
  // Error other than permission_denied leaves the runner's fate undecided.
  // An old server's answer has no body: then the id is 0 and the token ours.
  Task<Result<proto::RegisterAnswer>> verify(proto::VerifyRequest request) const;

  // Removes the runner; all its managers with it.
  Task<Result<void>> unregister_runner(const SecretString& token) const;
  // Removes this machine's manager of a runner that was made on the server.
  Task<Result<void>> unregister_manager(const SecretString& token, std::string system_id) const;

  // A new token in place of the one given.
  Task<Result<proto::ResetTokenAnswer>> reset_token(const SecretString& token) const;
  // The same for a runner by id, with a personal access token.
  Task<Result<proto::ResetTokenAnswer>> reset_token_of(std::int64_t runner_id,
                                                       const SecretString& personal_token) const;

 private:
  explicit RegistrationClient(ApiConnection api) : api_(std::move(api)) {}
  Task<Result<HttpResponse>> call(std::string method, std::string path, HttpHeader token,
                                  std::string body) const;

  ApiConnection api_;
};

}  // namespace fairlead::runner
