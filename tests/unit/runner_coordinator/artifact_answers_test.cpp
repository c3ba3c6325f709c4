// SPDX-License-Identifier: Apache-2.0
// Each answer to an upload or download of artifacts.
#include "gitlab_harness.hpp"

namespace fairlead::runner {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Artifacts : public GitLabTest {
 protected:
  Artifacts() : folder(*TempDir::create()), job(start_job()) {
    bytes = "PK\x03\x04";
    for (int i = 0; i < 200'000; ++i) bytes += static_cast<char>(i * 7 % 256);
    std::ofstream(folder.path() / "in", std::ios::binary) << bytes;
    dependency = {.id = 42, .name = "build", .token = key().token, .has_file = true};
  }
  Result<ArtifactVerdict> upload(const std::string& filename = "artifacts.zip") {
    ArtifactUpload what{folder.path() / "in", filename, "archive", "zip", "1 week"};
    return run(client->upload_artifact(key(), what));
  }
  Result<ArtifactVerdict> download() { return run(client->download_artifact(dependency, target())); }
  std::filesystem::path target() const { return folder.path() / "out"; }
  void store() { job.artifacts.push_back({"archive", "zip", "", "artifacts.zip", bytes}); }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  TempDir folder;
  ProtocolServer::Job& job;
  std::string bytes;
  proto::JobDependency dependency;
};
using ArtifactUploadAnswers = Artifacts;
using ArtifactDownloadAnswers = Artifacts;

TEST_F(ArtifactUploadAnswers, Status201IsDoneAndTheFileIsExact) {
  auto verdict = upload("my \"x\\\r\n.zip");
  ASSERT_TRUE(verdict.ok()) << verdict.error().to_string();
  EXPECT_EQ(*verdict, ArtifactVerdict::done);
  ASSERT_EQ(job.artifacts.size(), 1u);
  EXPECT_TRUE(job.artifacts[0].content == bytes);
  EXPECT_EQ(job.artifacts[0].filename, "my \\\"x\\\\__.zip");
  EXPECT_EQ(job.artifacts[0].type, "archive");
  EXPECT_EQ(job.artifacts[0].format, "zip");
  EXPECT_EQ(job.artifacts[0].expire_in, "1 week");
  const auto& sent = server.seen.at(0);
  EXPECT_EQ(sent.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(sent.header("JOB-TOKEN"), "glcbt-job-token");
  EXPECT_EQ(sent.target,
            "/api/v4/jobs/42/artifacts?artifact_format=zip&artifact_type=archive&expire_in=1%20week");
}

TEST_F(ArtifactUploadAnswers, Status400IsRefused) {
  server.misbehave({.method = "POST", .status = 400});
  EXPECT_EQ(*upload(), ArtifactVerdict::refused);
}
TEST_F(ArtifactUploadAnswers, Status403IsForbidden) {
  server.misbehave({.method = "POST", .status = 403});
  EXPECT_EQ(*upload(), ArtifactVerdict::forbidden);
}
TEST_F(ArtifactUploadAnswers, Status404IsNotFound) {
  server.misbehave({.method = "POST", .status = 404});
  EXPECT_EQ(*upload(), ArtifactVerdict::not_found);
}
TEST_F(ArtifactUploadAnswers, Status413IsTooLarge) {
  server.misbehave({.method = "POST", .status = 413});
  EXPECT_EQ(*upload(), ArtifactVerdict::too_large);
}
TEST_F(ArtifactUploadAnswers, Status405IsAnErrorWorthAnotherTry) {
  server.misbehave({.method = "POST", .status = 405});
  EXPECT_EQ(upload().error().code, ErrorCode::system);
}
TEST_F(ArtifactUploadAnswers, Status503IsUnavailableAndNotRepeatedInside) {
  server.misbehave({.method = "POST", .times = 5, .status = 503});
  EXPECT_EQ(upload().error().code, ErrorCode::unavailable);
  EXPECT_EQ(server.seen.size(), 1u);
}
TEST_F(ArtifactUploadAnswers, Status429WaitsAndSendsTheWholeFileAgain) {
  server.misbehave({.method = "POST", .status = 429, .headers = {{"Retry-After", "7"}}});
  EXPECT_EQ(*upload(), ArtifactVerdict::done);
  EXPECT_EQ(slept, 7s);
  EXPECT_TRUE(job.artifacts.at(0).content == bytes);
}

TEST_F(ArtifactUploadAnswers, Status307OnTheSameHostKeepsTheToken) {
  server.misbehave(
      {.method = "POST",
       .path = "/artifacts?",
       .status = 307,
       .headers = {{"Location", "/api/v4/jobs/42/artifacts?artifact_type=other&artifact_format=zip"}}});
  EXPECT_EQ(*upload(), ArtifactVerdict::done);
  EXPECT_TRUE(job.artifacts.at(0).content == bytes);
  EXPECT_EQ(job.artifacts[0].type, "other");
}

TEST_F(ArtifactUploadAnswers, Status307ToAnotherHostIsSentThereWithoutTheToken) {
  ProtocolServer other(io.get_executor());
  server.upload_location = other.url();
  other.misbehave({.method = "POST", .status = 201});
  EXPECT_EQ(*upload(), ArtifactVerdict::done);
  ASSERT_EQ(other.seen.size(), 1u);
  EXPECT_THAT(other.seen[0].body, HasSubstr("filename=\"artifacts.zip\""));
  for (const auto& header : other.seen[0].headers) EXPECT_THAT(header.value, Not(HasSubstr("glcbt")));
}

TEST_F(ArtifactUploadAnswers, AnEndlessRedirectIsAnError) {
  server.upload_location = server.url();
  auto verdict = upload();
  ASSERT_FALSE(verdict.ok());
  EXPECT_THAT(verdict.error().message, HasSubstr("too many redirects"));
}

TEST_F(ArtifactUploadAnswers, AMissingFileIsNamed) {
  std::filesystem::remove(folder.path() / "in");
  EXPECT_THAT(upload().error().message, HasSubstr((folder.path() / "in").string()));
}

// --- downloads ---

TEST_F(ArtifactDownloadAnswers, Status200IsTheFile) {
  store();
  auto verdict = download();
  ASSERT_TRUE(verdict.ok()) << verdict.error().to_string();
  EXPECT_EQ(*verdict, ArtifactVerdict::done);
  EXPECT_TRUE(content(target()) == bytes);
  EXPECT_EQ(files(), 2u);
  EXPECT_EQ(server.seen.at(0).target, "/api/v4/jobs/42/artifacts?direct_download=true");
  EXPECT_EQ(server.seen.at(0).header("JOB-TOKEN"), "glcbt-job-token");
}

TEST_F(ArtifactDownloadAnswers, Status302LeadsToTheStoreWithoutTheToken) {
  store();
  ProtocolServer bucket(io.get_executor());
  bucket.objects["/bucket/1"] = bytes;
  server.storage_url = bucket.url() + "/bucket/1?X-Amz-Signature=abc";
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_TRUE(content(target()) == bytes);
  ASSERT_EQ(bucket.seen.size(), 1u);
  EXPECT_EQ(bucket.seen[0].target, "/bucket/1?X-Amz-Signature=abc");
  EXPECT_EQ(bucket.seen[0].header("JOB-TOKEN"), "");
}

TEST_F(ArtifactDownloadAnswers, Status307IsFollowedToo) {
  store();
  server.objects["/elsewhere"] = "moved";
  server.misbehave({.method = "GET", .status = 307, .headers = {{"Location", "/elsewhere"}}});
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_EQ(content(target()), "moved");
}

TEST_F(ArtifactDownloadAnswers, ATokenThatWasLeftBehindDoesNotComeBack) {
  store();
  ProtocolServer other(io.get_executor());
  other.misbehave({.status = 302, .headers = {{"Location", server.url() + "/back"}}});
  server.objects["/back"] = "x";
  server.storage_url = other.url() + "/there";
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_EQ(server.seen.back().target, "/back");
  EXPECT_EQ(server.seen.back().header("JOB-TOKEN"), "");
}

TEST_F(ArtifactDownloadAnswers, OnlyTheFirstTryIsDirect) {
  store();
  server.storage_url = "http://127.0.0.1:1/unreachable";
  EXPECT_FALSE(download().ok());
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_TRUE(content(target()) == bytes);
  std::vector<std::string> targets;
  for (const auto& one : server.seen) targets.push_back(one.target);
  EXPECT_THAT(targets,
              ElementsAre("/api/v4/jobs/42/artifacts?direct_download=true", "/api/v4/jobs/42/artifacts"));
  // The next job's first try is a first try again.
  server.storage_url.clear();
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_THAT(server.seen.back().target, HasSubstr("direct_download"));
}

TEST_F(ArtifactDownloadAnswers, Statuses401And403AreForbidden) {
  for (int status : {401, 403}) {
    server.misbehave({.method = "GET", .status = status});
    EXPECT_EQ(*download(), ArtifactVerdict::forbidden);
  }
  EXPECT_EQ(files(), 1u);
}

TEST_F(ArtifactDownloadAnswers, Status404IsNotFoundAndLeavesNoFile) {
  EXPECT_EQ(*download(), ArtifactVerdict::not_found);
  EXPECT_EQ(files(), 1u);
}

TEST_F(ArtifactDownloadAnswers, OtherStatusesAreErrorsWorthAnotherTry) {
  server.misbehave({.method = "GET", .times = 5, .status = 500});
  EXPECT_EQ(download().error().code, ErrorCode::system);
  EXPECT_EQ(server.seen.size(), 5u);
  server.misbehave({.method = "GET", .status = 418});
  EXPECT_FALSE(download().ok());
}

TEST_F(ArtifactDownloadAnswers, AFileCutShortIsAnErrorAndKeepsTheOldFile) {
  store();
  std::ofstream(target()) << "old";
  server.misbehave({.method = "GET", .cut_answer = true});
  EXPECT_FALSE(download().ok());
  EXPECT_EQ(content(target()), "old");
  EXPECT_EQ(files(), 2u);
  EXPECT_EQ(*download(), ArtifactVerdict::done);
  EXPECT_TRUE(content(target()) == bytes);
}

TEST_F(ArtifactDownloadAnswers, ARedirectToAnotherSchemeIsAnError) {
  store();
  server.storage_url = "file:///etc/passwd";
  EXPECT_FALSE(download().ok());
}

}  // namespace
}  // namespace fairlead::runner
