// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include "executors/dummy/dummy_executor.hpp"
#include "executors/shell/shell_executor.hpp"
#include "tests/contract/executor_subject.hpp"

namespace fairlead::contract {
namespace {

using executors::StageScript;

class ShellSubject final : public ExecutorSubject {
 public:
  std::unique_ptr<executors::ExecutorProvider> provider() override {
    return executors::make_shell_provider();
  }
  std::unique_ptr<executors::ExecutorProvider> broken_provider() override {
    return executors::make_shell_provider({.agent = "/no/such/fairlead-agent"});
  }
  StageScript exits(int code) override { return script("exit " + std::to_string(code)); }
  StageScript dies_by(int signal) override { return script("kill -" + std::to_string(signal) + " $$"); }
  StageScript counts() override { return script("seq 1 " + std::to_string(kCountTo)); }
  StageScript hangs() override { return script("echo up; sleep 1000"); }
  StageScript hangs_stubbornly() override { return script("trap '' TERM; echo up; sleep 1000"); }

 private:
  static StageScript script(const std::string& text) { return {.name = "step_script", .text = text + "\n"}; }
};

class DummySubject final : public ExecutorSubject {
 public:
  std::unique_ptr<executors::ExecutorProvider> provider() override {
    executors::DummyOptions options;
    auto& stages = options.plan.stages;
    for (const int code : {0, 1, 3, 255})
      stages["exit " + std::to_string(code)] = {{.exit = executors::Exited{code}}};
    for (const int signal : {SIGKILL, SIGSEGV}) {
      stages["signal " + std::to_string(signal)] = {{.exit = executors::Signaled{signal}}};
    }
    stages["count"] = {{.output = counted_text()}};
    stages["hang"] = {{.output = "up\n", .hang = true}};
    stages["stubborn"] = {{.output = "up\n", .hang = true, .ignores_term = true}};
    return executors::make_dummy_provider(std::move(options));
  }
  std::unique_ptr<executors::ExecutorProvider> broken_provider() override {
    executors::DummyOptions options;
    options.plan.prepare_failure = make_error(ErrorCode::system, "broken on purpose");
    return executors::make_dummy_provider(std::move(options));
  }
  StageScript exits(int code) override { return stage("exit " + std::to_string(code)); }
  StageScript dies_by(int signal) override { return stage("signal " + std::to_string(signal)); }
  StageScript counts() override { return stage("count"); }
  StageScript hangs() override { return stage("hang"); }
  StageScript hangs_stubbornly() override { return stage("stubborn"); }

 private:
  static StageScript stage(const std::string& name) { return {.name = name, .text = "scripted\n"}; }
};

}  // namespace

const std::string& counted_text() {
  static const std::string text = [] {
    std::string result;
    result.reserve(52'000'000);
    for (int i = 1; i <= kCountTo; ++i) {
      result += std::to_string(i);
      result += '\n';
    }
    return result;
  }();
  return text;
}

std::unique_ptr<ExecutorSubject> shell_subject() { return std::make_unique<ShellSubject>(); }
std::unique_ptr<ExecutorSubject> dummy_subject() { return std::make_unique<DummySubject>(); }

}  // namespace fairlead::contract
