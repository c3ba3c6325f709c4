// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runner/registration/registration_api.hpp"

namespace fairlead::cli {

// RegistrationApi over HTTP. Each call runs an event loop of its own to its
// end.
class HttpRegistration final : public runner::RegistrationApi {
 public:
  Result<runner::Registered> register_runner(const runner::ServerAccess& access,
                                             const runner::NewRunner& runner,
                                             const runner::RunnerKind& kind) override;
  runner::Verified verify_runner(const runner::ServerAccess& access, const std::string& system_id,
                                 const runner::RunnerKind& kind) override;
  Result<void> unregister_runner(const runner::ServerAccess& access) override;
  Result<void> unregister_manager(const runner::ServerAccess& access, const std::string& system_id) override;
  Result<runner::NewToken> reset_token(const runner::ServerAccess& access) override;
  Result<runner::NewToken> reset_token_of(const runner::ServerAccess& access, std::int64_t runner_id,
                                          const SecretString& personal_token) override;
};

}  // namespace fairlead::cli
