// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/files.hpp"
#include "base/temp_dir.hpp"
#include "runner/registration/commands.hpp"

namespace fairlead::runner {

// A server that does as it is told and writes down what it was asked.
class FakeApi final : public RegistrationApi {
 public:
  Result<Registered> register_runner(const ServerAccess& access, const NewRunner& runner,
                                     const RunnerKind& kind) override {
    calls.push_back("register " + access.token.reveal());
    last_access = access;
    last_runner = runner;
    last_kind = kind;
    if (refuse) return *refuse;
    return Registered{next_id, SecretString("token-" + std::to_string(next_id++)), expires};
  }
  Verified verify_runner(const ServerAccess& access, const std::string& system_id,
                         const RunnerKind&) override {
    calls.push_back("verify " + access.token.reveal() + " " + system_id);
    const auto told = states.find(access.token.reveal());
    return {told == states.end() ? Verified::State::alive : told->second, next_id, expires, "status 500"};
  }
  Result<void> unregister_runner(const ServerAccess& access) override { return take("unregister", access); }
  Result<void> unregister_manager(const ServerAccess& access, const std::string&) override {
    return take("unregister-manager", access);
  }
  Result<NewToken> reset_token(const ServerAccess& access) override {
    calls.push_back("reset " + access.token.reveal());
    if (refuse) return *refuse;
    return NewToken{SecretString("fresh"), expires};
  }
  Result<NewToken> reset_token_of(const ServerAccess&, std::int64_t id,
                                  const SecretString& personal) override {
    calls.push_back("reset " + std::to_string(id) + " by " + personal.reveal());
    if (refuse) return *refuse;
    return NewToken{SecretString("fresh"), expires};
  }

  std::vector<std::string> calls;
  ServerAccess last_access;
  NewRunner last_runner;
  RunnerKind last_kind;
  std::int64_t next_id = 41;
  std::optional<WallTime> expires;
  std::optional<Error> refuse;
  std::map<std::string, Verified::State> states;

 private:
  Result<void> take(const char* call, const ServerAccess& access) {
    calls.push_back(std::string(call) + " " + access.token.reveal());
    if (refuse) return *refuse;
    return {};
  }
};

class CommandCase : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TempDir::create();
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    path_ = folder_->path() / "config.toml";
    variables_["CONFIG_FILE"] = path_.string();
  }

  using Command = int (*)(std::span<const std::string>, CommandWorld&);
  int run(Command command, const std::vector<std::string>& words, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    std::vector<std::string> names;
    for (const auto& [name, value] : variables_) names.push_back(name);
    CommandWorld world{api_,
                       [this](std::string_view name) -> std::optional<std::string> {
                         const auto found = variables_.find(name);
                         return found == variables_.end() ? std::nullopt : std::optional(found->second);
                       },
                       names,
                       in,
                       out,
                       err,
                       [](const std::filesystem::path&) { return Result<std::string>(std::string("s_1")); },
                       "host-1",
                       WallTime(std::chrono::seconds(1'700'000'000))};
    const int code = command(words, world);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  void write(const std::string& text) { std::ofstream(path_) << text; }
  std::string content() const {
    auto text = read_file(path_, 1 << 20);
    return text ? *text : "no file";
  }
  static std::string entry(const std::string& name, const std::string& token) {
    return "[[runners]]\n  name = \"" + name +
           "\"\n  url = \"https://git.example.com\"\n  id = 5\n  token = \"" + token +
           "\"\n  executor = \"shell\"\n";
  }

  std::optional<TempDir> folder_;
  std::filesystem::path path_;
  std::map<std::string, std::string, std::less<>> variables_;
  FakeApi api_;
  std::string out_;
  std::string err_;
};

}  // namespace fairlead::runner
