// SPDX-License-Identifier: Apache-2.0
// Whole jobs: Build, the shell executor and GitLabClient against a GitLab that
// keeps the log. Real processes, real network, real time.
#include <zlib.h>

#include <boost/asio/thread_pool.hpp>

#include "executors/shell/shell_executor.hpp"
#include "gitlab_harness.hpp"
#include "runner/build/build.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using State = BuildOutcome::State;

class WholeJob : public GitLabTest {
 protected:
  WholeJob() : folder(*TempDir::create()) {
    GitLabClientOptions options;
    options.url = server.url();
    options.token = SecretString(server.runner_token);
    client = *GitLabClient::create(std::move(options), http, system_clock());
    payload.id = 42;
    payload.token = key().token;
    payload.job_info.project_full_path = "group/project";
    payload.job_info.name = "build";
    payload.variables = {{.key = "GIT_STRATEGY", .value = "none"},
                         {.key = "CI_PROJECT_PATH", .value = "group/project"},
                         {.key = "SECRET", .value = "very-secret-value", .masked = true}};
    settings.name = "runner";
    settings.short_token = "tok";
    settings.builds_dir = folder.path() / "builds";
    settings.login_shell = false;
    settings.trace_interval = 10ms;
    server.update_interval = 1;
  }

  ProtocolServer::Job& run_job(std::vector<std::string> script) {
    payload.steps = {{.name = "script", .script = std::move(script)}};
    server.enqueue(payload);
    auto job = ask();
    if (!job.ok() || !*job) throw std::runtime_error("no job");
    BuildContext context{.coordinator = *client, .provider = *shell, .pool = pool};
    Build build(std::move(**job), settings, context);
    outcome = run(build.run(cancel.token()));
    return server.job(42);
  }

  // The log on the server is what the runner says that it sent.
  static void expect_whole(const ProtocolServer::Job& job) {
    const auto crc =
        ::crc32(0, reinterpret_cast<const Bytef*>(job.trace.data()), static_cast<uInt>(job.trace.size()));
    char text[32];
    std::snprintf(text, sizeof text, "crc32:%08lx", crc);
    EXPECT_EQ(job.checksum, text);
    EXPECT_EQ(job.bytesize, job.trace.size());
  }

  TempDir folder;
  asio::thread_pool pool{1};
  std::unique_ptr<executors::ExecutorProvider> shell = executors::make_shell_provider();
  proto::JobPayload payload;
  RunnerSettings settings;
  BuildOutcome outcome;
};

std::string numbers(int last) {
  std::string out;
  for (int i = 1; i <= last; ++i) out += std::to_string(i) + "\n";
  return out;
}

TEST_F(WholeJob, ASuccessIsReportedWithItsExactLog) {
  const auto& job = run_job({"echo \"token $SECRET\"", "seq 1 1000"});
  EXPECT_EQ(outcome.state, State::success);
  EXPECT_TRUE(outcome.reported);
  EXPECT_EQ(job.state, "success");
  EXPECT_THAT(job.trace, HasSubstr("token [MASKED]\n"));
  EXPECT_THAT(job.trace, HasSubstr(numbers(1000)));
  EXPECT_THAT(job.trace, HasSubstr("Job succeeded"));
  expect_whole(job);
  // Claimed before anything else, and ended once.
  EXPECT_EQ(server.seen.at(1).method, "PUT");
  EXPECT_EQ(job.final_updates, 1);
}

TEST_F(WholeJob, AFailureHasReasonAndExitCode) {
  const auto& job = run_job({"exit 3"});
  EXPECT_EQ(outcome.state, State::failed);
  EXPECT_EQ(job.state, "failed");
  EXPECT_EQ(job.failure_reason, "script_failure");
  EXPECT_EQ(job.exit_code, 3);
  expect_whole(job);
}

TEST_F(WholeJob, ALongLogThroughAMisbehavingServerIsStillExact) {
  server.misbehave({.method = "PATCH", .status = 500});
  server.misbehave({.method = "PATCH", .after_effect = true, .cut_answer = true});
  server.misbehave({.method = "PATCH", .cut_before = true});
  server.misbehave({.method = "PATCH", .status = 416, .headers = {{"Range", "0-0"}}});
  server.misbehave({.method = "PATCH", .status = 404});
  server.misbehave({.method = "PUT", .path = "jobs/42", .times = 2, .status = 502});
  const auto& job = run_job({"seq 1 300000"});
  EXPECT_EQ(outcome.state, State::success);
  EXPECT_EQ(job.state, "success");
  const std::size_t start = job.trace.find("\n1\n2\n3\n");
  ASSERT_NE(start, std::string::npos);
  EXPECT_TRUE(job.trace.compare(start + 1, numbers(300000).size(), numbers(300000)) == 0);
  expect_whole(job);
  EXPECT_GT(server.requests("PATCH", "/api/v4/jobs/42/trace").size(), 5u);
}

TEST_F(WholeJob, TheFinalUpdateIsRepeatedUntilTheServerIsReady) {
  server.enqueue(payload).not_yet = 2;
  const auto& job = run_job({"true"});
  EXPECT_EQ(job.final_updates, 3);
  EXPECT_EQ(job.state, "success");
}

TEST_F(WholeJob, A412ResendsTheWholeLog) {
  server.misbehave({.method = "PUT", .path = "jobs/42", .times = 1, .status = 200});  // the start
  server.misbehave({.method = "PUT", .path = "jobs/42", .times = 1, .status = 412});
  const auto& job = run_job({"echo hello"});
  EXPECT_EQ(job.state, "success");
  const auto patches = server.requests("PATCH", "/");
  EXPECT_TRUE(std::count_if(patches.begin(), patches.end(), [](const auto& one) {
                return one.header("Content-Range").starts_with("0-");
              }) >= 2);
  expect_whole(job);
}

TEST_F(WholeJob, Trap07AJobThatTheServerTookBackIsNotRun) {
  server.misbehave({.method = "PUT", .path = "jobs/42", .status = 409});
  const auto& job = run_job({"touch " + (folder.path() / "ran").string()});
  EXPECT_EQ(outcome.state, State::canceled);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "ran"));
  EXPECT_EQ(job.trace, "");
  EXPECT_EQ(job.final_updates, 0);
}

TEST_F(WholeJob, ACancelOnTheServerEndsTheScript) {
  server.misbehave({.method = "PATCH", .times = 100, .headers = {{"Job-Status", "canceling"}}});
  const auto& job = run_job({"echo started; sleep 1000"});
  EXPECT_EQ(outcome.state, State::canceled);
  EXPECT_EQ(job.state, "failed");
}

TEST_F(WholeJob, ArtifactsGoThereAndComeBack) {
  payload.artifacts = {{.paths = {"out/"}}};
  auto& job = run_job({"mkdir out", "seq 1 5000 >out/file"});
  ASSERT_EQ(job.state, "success") << job.trace;
  ASSERT_EQ(job.artifacts.size(), 1u);
  EXPECT_EQ(job.artifacts[0].filename, "artifacts.zip");
  payload.artifacts.clear();
  payload.dependencies = {{.id = 41,
                           .name = "before",
                           .token = SecretString("glcbt-other"),
                           .has_file = true,
                           .filename = "artifacts.zip"}};
  proto::JobPayload before;
  before.id = 41;
  before.token = SecretString("glcbt-other");
  const auto artifact = job.artifacts[0];
  std::filesystem::remove_all(settings.builds_dir);
  server.enqueue(before).artifacts.push_back(artifact);
  (void)ask();  // takes the job before
  job.state = "pending";
  job.trace.clear();
  EXPECT_EQ(run_job({"test \"$(tail -n 1 out/file)\" = 5000"}).state, "success") << job.trace;
}

}  // namespace
}  // namespace fairlead::runner
