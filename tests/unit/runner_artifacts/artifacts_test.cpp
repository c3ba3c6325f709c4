// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/artifacts.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <map>

#include "tree.hpp"

namespace fairlead::runner {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Keeps what is uploaded in a folder and hands it out by job id.
class FolderCoordinator final : public CoordinatorClient {
 public:
  explicit FolderCoordinator(fs::path folder) : folder_(std::move(folder)) {}

  std::vector<ArtifactUpload> uploads;
  std::deque<Result<ArtifactVerdict>> replies;  // given first
  int asked = 0;

  Task<Result<ArtifactVerdict>> upload_artifact(const JobKey& job, const ArtifactUpload& upload) override {
    ++asked;
    if (!replies.empty()) {
      auto reply = std::move(replies.front());
      replies.pop_front();
      co_return reply;
    }
    uploads.push_back(upload);
    fs::copy_file(upload.file, folder_ / (std::to_string(job.id) + "-" + upload.artifact_type),
                  fs::copy_options::overwrite_existing);
    co_return ArtifactVerdict::done;
  }
  Task<Result<ArtifactVerdict>> download_artifact(const proto::JobDependency& dependency,
                                                  const fs::path& to) override {
    ++asked;
    if (!replies.empty()) {
      auto reply = std::move(replies.front());
      replies.pop_front();
      co_return reply;
    }
    fs::copy_file(folder_ / (std::to_string(dependency.id) + "-archive"), to);
    co_return ArtifactVerdict::done;
  }
  Task<Result<std::optional<proto::JobPayload>>> request_job(const JobRequest&, CancelToken) override {
    co_return std::optional<proto::JobPayload>();
  }
  Task<Result<UpdateReply>> update_job(const JobKey&, const JobUpdate&) override { co_return UpdateReply{}; }
  Task<Result<TraceReply>> patch_trace(const JobKey&, std::uint64_t, std::string_view, bool) override {
    co_return TraceReply{};
  }

 private:
  fs::path folder_;
};

class ArtifactStages : public testing::Test {
 protected:
  JobFiles files(const fs::path& project) {
    return JobFiles{
        project, scratch.path() / "tmp", pool, clock, [this](std::string_view text) { log += text; }, {}, -1};
  }
  // Runs to the end; time passes whenever everything waits for it.
  template <class Work>
  Result<void> run(Work work) {
    std::optional<Result<void>> result;
    asio::co_spawn(context, [&]() -> Task<void> { result.emplace(co_await work()); }, asio::detached);
    context.restart();
    while (!result) {
      context.run_one_for(std::chrono::milliseconds(1));
      if (clock.sleepers() > 0) clock.advance(std::chrono::seconds(1));
    }
    return std::move(*result);
  }
  Result<void> upload(const TempDir& project, std::vector<proto::JobArtifact> artifacts,
                      bool success = true) {
    JobFiles with = files(project.path());
    return run([&] { return upload_artifacts(with, coordinator, job, artifacts, success); });
  }
  Result<void> download(const TempDir& project, std::vector<proto::JobDependency> dependencies) {
    JobFiles with = files(project.path());
    return run([&] { return download_artifacts(with, coordinator, dependencies); });
  }

  asio::io_context context;
  asio::thread_pool pool{1};
  VirtualClock clock;
  TempDir scratch = make_tree({"store/.keep"});
  FolderCoordinator coordinator{scratch.path() / "store"};
  JobKey job{7, SecretString("t")};
  std::string log;
};

proto::JobArtifact archive(std::vector<std::string> paths) {
  proto::JobArtifact artifact;
  artifact.paths = std::move(paths);
  return artifact;
}

proto::JobDependency dependency(std::int64_t id) {
  proto::JobDependency result;
  result.id = id;
  result.name = "build";
  result.has_file = true;
  result.filename = "artifacts.zip";
  return result;
}

TEST_F(ArtifactStages, FilesGoFromOneJobToTheNext) {
  const TempDir first = make_tree({"dist/a", "dist/b", "rest"});
  const TempDir second = make_tree({"src"});
  ASSERT_TRUE(upload(first, {archive({"dist/"})}).ok());
  EXPECT_THAT(log, HasSubstr("\033[32;1mUploading artifacts...\033[0;m\n"));
  EXPECT_THAT(log, HasSubstr("dist/: found 3 matching artifact files and directories"));
  EXPECT_THAT(log, HasSubstr("Uploading artifacts as \"archive\" to coordinator... 201 Created"));
  ASSERT_EQ(coordinator.uploads.size(), 1U);
  EXPECT_EQ(coordinator.uploads[0].filename, "artifacts.zip");
  log.clear();
  auto got = download(second, {dependency(7)});
  ASSERT_TRUE(got.ok()) << got.error().to_string();
  EXPECT_THAT(log, HasSubstr("Downloading artifacts for build (7)..."));
  EXPECT_THAT(log, HasSubstr("Downloading artifacts from coordinator... ok"));
  EXPECT_EQ(get(second.path() / "dist/b"), "dist/b");
  EXPECT_FALSE(fs::exists(second.path() / "rest"));
  EXPECT_TRUE(fs::is_empty(scratch.path() / "tmp")) << "archives on their way are removed";
}

TEST_F(ArtifactStages, NoFilesIsSaidAndIsNoError) {
  const TempDir project = make_tree({"a"});
  EXPECT_TRUE(upload(project, {archive({"missing"})}).ok());
  EXPECT_THAT(log, HasSubstr("ERROR: No files to upload"));
  EXPECT_EQ(coordinator.asked, 0);
}

TEST_F(ArtifactStages, WhenDecidesWhichEntriesAreUploaded) {
  const TempDir project = make_tree({"a"});
  std::vector<proto::JobArtifact> all(3, archive({"a"}));
  all[0].when = model::When::on_success;
  all[1].when = model::When::on_failure;
  all[1].artifact_type = "junit";
  all[1].artifact_format = "gzip";
  all[2].when = model::When::always;
  all[2].artifact_type = "sast";
  all[2].artifact_format = "raw";
  ASSERT_TRUE(upload(project, all, false).ok());
  ASSERT_EQ(coordinator.uploads.size(), 2U);
  EXPECT_EQ(coordinator.uploads[0].filename, "artifacts.gz");
  EXPECT_EQ(coordinator.uploads[1].filename, "artifacts");
  EXPECT_TRUE(has_artifacts_to_upload(all, true));
  EXPECT_FALSE(has_artifacts_to_upload(std::span(all).subspan(1, 1), true));
  EXPECT_FALSE(has_artifacts_to_upload({}, true));
}

TEST_F(ArtifactStages, ARefusedUploadFails) {
  const TempDir project = make_tree({"a"});
  coordinator.replies.push_back(ArtifactVerdict::too_large);
  auto result = upload(project, {archive({"a"})});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
  EXPECT_THAT(
      log,
      HasSubstr("ERROR: Uploading artifacts as \"archive\" to coordinator... 413 Request Entity Too Large"));
  EXPECT_EQ(coordinator.asked, 1) << "it would be as large the next time";
}

TEST_F(ArtifactStages, FailuresAreTriedAgain) {
  const TempDir project = make_tree({"a"});
  for (int i = 0; i < 2; ++i)
    coordinator.replies.push_back(make_error(ErrorCode::system, "connection reset"));
  EXPECT_TRUE(upload(project, {archive({"a"})}).ok());
  EXPECT_EQ(coordinator.asked, 3);

  coordinator.asked = 0;
  for (int i = 0; i < 3; ++i)
    coordinator.replies.push_back(make_error(ErrorCode::system, "connection reset"));
  EXPECT_FALSE(upload(project, {archive({"a"})}).ok());
  EXPECT_EQ(coordinator.asked, 3);

  coordinator.asked = 0;
  for (int i = 0; i < 5; ++i) coordinator.replies.push_back(make_error(ErrorCode::unavailable, "503"));
  EXPECT_TRUE(upload(project, {archive({"a"})}).ok());
  EXPECT_EQ(coordinator.asked, 6);
}

TEST_F(ArtifactStages, ACancelEndsTheWaitForTheNextTry) {
  const TempDir project = make_tree({"a"});
  for (int i = 0; i < 3; ++i) coordinator.replies.push_back(make_error(ErrorCode::unavailable, "503"));
  CancelSource cancel;
  JobFiles with = files(project.path());
  with.cancel = cancel.token();
  std::vector<proto::JobArtifact> artifacts{archive({"a"})};
  std::optional<Result<void>> result;
  asio::co_spawn(
      context,
      [&]() -> Task<void> {
        result.emplace(co_await upload_artifacts(with, coordinator, job, artifacts, true));
      },
      asio::detached);
  while (clock.sleepers() == 0) context.run_one();
  cancel.cancel();
  while (!result) context.run_one();  // no time passes
  EXPECT_FALSE(result->ok());
  EXPECT_EQ(coordinator.asked, 1) << "it waits no longer and does not go on";
}

TEST_F(ArtifactStages, AMissingOrDamagedDependencyFailsAndIsNamed) {
  const TempDir project = make_tree({"a"});
  coordinator.replies.push_back(ArtifactVerdict::not_found);
  auto result = download(project, {dependency(7)});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("artifacts of build: 404"));
  EXPECT_EQ(coordinator.asked, 1);

  put(scratch.path() / "store/8-archive", "this is no zip");
  result = download(project, {dependency(8)});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().to_string(), HasSubstr("extracting the artifacts of build"));
}

TEST_F(ArtifactStages, DependenciesWithoutFilesAreNothingToDo) {
  proto::JobDependency without;
  without.id = 1;
  EXPECT_FALSE(has_artifacts_to_download(std::span(&without, 1)));
  const TempDir project = make_tree({"a"});
  EXPECT_TRUE(download(project, {without}).ok());
  EXPECT_THAT(log, IsEmpty());
}

TEST(CompressionLevel, WordsOfGitLab) {
  EXPECT_EQ(compression_level("fastest"), 0);
  EXPECT_EQ(compression_level("FAST"), 1);
  EXPECT_EQ(compression_level("default"), -1);
  EXPECT_EQ(compression_level("slowest"), 9);
  EXPECT_EQ(compression_level("whatever"), -1);
}

}  // namespace
}  // namespace fairlead::runner
