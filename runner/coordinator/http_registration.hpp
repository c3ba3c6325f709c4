// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "executors/executor.hpp"
#include "proto/api/runner_messages.hpp"
#include "runner/registration/registration_api.hpp"

namespace fairlead::runner {

struct HttpRegistrationOptions {
  proto::RunnerInfo info;  // who we are; executor, shell and features are filled in
  // What the named executor can do; verify tells it to the server.
  std::function<executors::ExecutorFeatures(std::string_view executor)> features;
  std::string config_dir;  // its certs/ folder may hold the server's certificates
};

// The registration commands' calls over HTTP, blocking: each makes a client of
// its own and runs it to its end on the calling thread.
class HttpRegistration final : public RegistrationApi {
 public:
  explicit HttpRegistration(HttpRegistrationOptions options) : options_(std::move(options)) {}

  Result<Registered> register_runner(const ServerAccess& access, const NewRunner& runner,
                                     const RunnerKind& kind) override;
  Verified verify_runner(const ServerAccess& access, const std::string& system_id,
                         const RunnerKind& kind) override;
  Result<void> unregister_runner(const ServerAccess& access) override;
  Result<void> unregister_manager(const ServerAccess& access, const std::string& system_id) override;
  Result<NewToken> reset_token(const ServerAccess& access) override;
  Result<NewToken> reset_token_of(const ServerAccess& access, std::int64_t runner_id,
                                  const SecretString& personal_token) override;

 private:
  proto::RunnerInfo info_of(const RunnerKind& kind) const;

  HttpRegistrationOptions options_;
};

}  // namespace fairlead::runner
