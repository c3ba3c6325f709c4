// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret_string.hpp"

namespace fairlead::runner {

// Which server, and as whom.
struct ServerAccess {
  std::string url;
  SecretString token;
  std::string tls_ca_file;
  std::string tls_cert_file;
  std::string tls_key_file;
  // Of config.toml: certs/<host>.crt there are trusted too.
  std::string config_dir;
};

// What POST /runners may say of a new runner. Unset: not sent, the server
// decides.
struct NewRunner {
  std::string description;
  std::string maintenance_note;
  std::string tag_list;  // "a,b"
  bool run_untagged = false;
  bool locked = true;
  std::string access_level;          // not_protected, ref_protected; empty: not sent
  std::int64_t maximum_timeout = 0;  // seconds; 0: not sent
  bool paused = false;
};

// What a job request's `info` says of us; verify must send it too, or the
// server keeps features of a former version.
struct RunnerKind {
  std::string executor;
  std::string shell;
};

struct Registered {
  std::int64_t id = 0;
  SecretString token;
  std::optional<WallTime> token_expires_at;
};

struct Verified {
  enum class State {
    alive,      // 200
    removed,    // 403: the server does not know the token
    undecided,  // anything else: the runner may well be alive
  };
  State state = State::undecided;
  std::int64_t id = 0;  // 0: an old server does not say
  std::optional<WallTime> token_expires_at;
  std::string message;  // why undecided
};

struct NewToken {
  SecretString token;
  std::optional<WallTime> token_expires_at;
};

// The calls about runners themselves, seen from the commands register,
// unregister, verify and reset-token. Blocking: each command makes a few and
// ends. Errors: permission_denied for 403, not_found for 404, unsupported for
// 410, invalid_argument for 400 with the server's message, else unavailable.
class RegistrationApi {
 public:
  virtual ~RegistrationApi() = default;
  virtual Result<Registered> register_runner(const ServerAccess& access, const NewRunner& runner,
                                             const RunnerKind& kind) = 0;
  virtual Verified verify_runner(const ServerAccess& access, const std::string& system_id,
                                 const RunnerKind& kind) = 0;
  virtual Result<void> unregister_runner(const ServerAccess& access) = 0;
  // Only this machine's manager of a runner that was made on the server.
  virtual Result<void> unregister_manager(const ServerAccess& access, const std::string& system_id) = 0;
  virtual Result<NewToken> reset_token(const ServerAccess& access) = 0;
  // With a personal access token in place of the runner's own.
  virtual Result<NewToken> reset_token_of(const ServerAccess& access, std::int64_t runner_id,
                                          const SecretString& personal_token) = 0;
};

}  // namespace fairlead::runner
