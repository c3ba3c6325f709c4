// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/status.hpp"
#include "model/words.hpp"
#include "parser/plan/plan.hpp"
#include "proto/api/job_payload.hpp"
#include "server/core/events.hpp"
#include "server/core/facts.hpp"
#include "server/core/pipeline.hpp"
#include "server/core/resource_group.hpp"

namespace fairlead::server {

struct CoordinatorSettings {
  std::filesystem::path folder;  // traces and artifacts; made when missing
  ServerFacts server;
  std::vector<Credential> credentials;  // handed to every job
  std::chrono::seconds default_timeout{3600};
  std::chrono::minutes claim_hold{2};  // a claimed job that nobody started goes back to the queue
  std::map<std::string, ResourceMode> resource_modes;  // by group key; others are unordered
  std::uint64_t max_artifact_size = 0;                 // bytes; 0: no limit
  // Ids of the first pipeline and job, where those before them lie elsewhere.
  PipelineId first_pipeline = 1;
  JobId first_job = 1;
};

struct NewPipeline {
  parser::PipelinePlan plan;
  model::PipelineSource source = model::PipelineSource::push;
  ProjectFacts project;
  CommitFacts commit;
  UserFacts user;
  // Instance, group, project, pipeline variables, lowest first: those of
  // PipelineContext::given. They win over YAML ones.
  model::Variables given;
  // What `predefined_pipeline_variables` does not know (merge request, schedule).
  model::Variables extra_predefined;
  // For cache:key:files; used only during create_pipeline. May be null.
  parser::RepositoryView* repository = nullptr;
};

// One job as shown to people; a copy, valid for ever.
struct JobView {
  JobId id = 0;
  PipelineId pipeline = 0;
  std::string name;
  std::string stage;
  int stage_index = 0;
  model::Status status = model::Status::created;
  model::When when = model::When::on_success;
  bool allow_failure = false;
  bool retried = false;  // a newer copy has taken its place
  std::vector<std::string> tags;
  std::vector<std::string> needs;
  bool dag = false;
  std::string environment;
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  std::optional<double> coverage;    // percent
  std::optional<TestSummary> tests;  // from reports:junit
  std::vector<ArtifactView> artifacts;
  std::optional<WallTime> created_at, queued_at, started_at, finished_at, scheduled_at;
  std::uint64_t trace_size = 0;
  std::string runner;  // description of the one that took it
};

struct PipelineView {
  PipelineId id = 0;
  std::int64_t iid = 0;
  std::string name;  // workflow:name
  model::Status status = model::Status::created;
  bool warnings = false;  // a failed job was allowed to fail
  bool settled = false;   // nothing will move without a person
  std::vector<StageState> stages;
  std::vector<JobId> jobs;  // latest copies, in plan order
  WallTime created_at{};
  std::optional<WallTime> started_at, finished_at;
};

// Why a job is not running (yet). `text` is a sentence for people.
struct WhyNotRunning {
  enum class Kind {
    running,
    finished,
    waits_for_jobs,      // `names`: jobs, or earlier stages' jobs, that are not done
    waits_for_gate,      // it is a gate itself, or `names` are blocking gates before it
    waits_for_time,      // delayed
    waits_for_resource,  // `names`: the job that holds the resource group
    no_matching_runner,  // no runner seen so far has the tags in `names`
    waits_for_runner,    // all that match are busy
    claimed,             // a runner has it and has not started yet
  };
  Kind kind = Kind::waits_for_runner;
  std::vector<std::string> names;
  std::string text;
};

// What a runner says in PUT /jobs/:id.
struct JobReport {
  enum class State { running, success, failed };
  State state = State::running;
  std::optional<model::FailureReason> failure_reason;
  int exit_code = 0;
  // Of the whole trace as the runner knows it; checked when given.
  std::optional<std::uint32_t> checksum;
  std::optional<std::uint64_t> bytesize;
};
struct ReportReply {
  enum class Verdict {
    accepted,      // 200
    resend_trace,  // 412: bytes are missing here
    forbidden,     // 403: wrong token, or the job is over
    not_found,     // 404
  };
  Verdict verdict = Verdict::accepted;
  model::Status job = model::Status::running;  // Job-Status
};

struct AppendReply {
  enum class Verdict {
    accepted /* 202 */,
    range_mismatch /* 416 */,
    forbidden /* 403 */,
    not_found /* 404 */
  };
  Verdict verdict = Verdict::accepted;
  std::uint64_t size = 0;  // what is stored now
  model::Status job = model::Status::running;
};

struct ArtifactFile {
  std::filesystem::path file;
  std::string filename;  // "artifacts.zip"
  std::string type = "archive";
  std::string format = "zip";
  std::string expire_in;
  bool may_take = false;  // the file may be moved away instead of copied
};
enum class StoreVerdict {
  stored /* 201 */,
  bad /* 400 */,
  forbidden /* 403 */,
  not_found /* 404 */,
  too_large /* 413 */
};
struct StoreReply {
  StoreVerdict verdict = StoreVerdict::stored;
  std::string message;  // why not
};

// Where the bytes of a stored artifact lie. The file is never changed in place.
struct ArtifactBlob {
  std::filesystem::path file;
  std::string filename;
  std::uint64_t size = 0;
};

// The coordinator's memory and rules: creates pipelines from plans, moves
// their jobs, hands jobs to runners, takes traces and artifacts.
//
// Any method may be called from any thread: there is one lock inside, and no
// call waits for another party but `claim`. Events reach subscribers one at a
// time, in the order they happened, outside the lock and usually on the
// thread that caused them; a subscriber may call back. State is in memory
// now; each change goes through one place (`commit` in the .cpp), where a
// Store will take it.
//
// Times (delayed jobs, claims that nobody started) run on `executor` through
// `clock`, which must outlive this. `shut_down` ends them and all parked
// claims; the destructor calls it.
class Coordinator {
 public:
  static Result<std::unique_ptr<Coordinator>> open(CoordinatorSettings settings, Clock& clock,
                                                   asio::any_io_executor executor);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;
  void shut_down();

  // Stores the pipeline and starts it. Older pipelines of the same ref are
  // cancelled as workflow:auto_cancel:on_new_commit says.
  Result<PipelineId> create_pipeline(NewPipeline fresh);

  // -- Watching --
  std::optional<PipelineView> pipeline(PipelineId id) const;
  std::optional<JobView> job(JobId id) const;
  // Latest copies in plan order; with `all_copies` also those that were retried, by id.
  std::vector<JobView> jobs(PipelineId id, bool all_copies = false) const;
  WhyNotRunning why_not_running(JobId id) const;
  Result<std::string> trace(JobId id, std::uint64_t offset = 0, std::size_t limit = 64 << 20) const;

  // Until the returned object dies. It may be destroyed from within a callback;
  // from another thread its destructor waits for a callback that is running.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::function<void(const Event&)> callback);

  // -- A runner's side --
  // A job that this runner may take now, claimed for it (phase one: it stays
  // `pending` until the runner reports `running`).
  Result<std::optional<proto::JobPayload>> try_claim(const RunnerFacts& runner);
  // The same, parked until there is one; nullopt when cancelled or shut down.
  Task<Result<std::optional<proto::JobPayload>>> claim(RunnerFacts runner, CancelToken cancel);
  Result<ReportReply> report(JobId id, std::string_view token, const JobReport& report);
  Result<AppendReply> append_trace(JobId id, std::string_view token, std::uint64_t offset,
                                   std::string_view bytes);
  Result<StoreReply> store_artifact(JobId id, std::string_view token, const ArtifactFile& file);
  // The archive of job `id`, for whoever shows that job's token (the one in JobDependency).
  Result<ArtifactBlob> dependency_archive(JobId id, std::string_view token) const;

  // -- A person's side --
  // Presses a gate or starts a delayed job at once; on a finished gate it is retry.
  // Returns the job that runs (a copy has a new id).
  Result<JobId> play(JobId id, model::Variables variables = {});
  Result<void> unschedule(JobId id);
  Result<JobId> retry(JobId id);
  Result<void> retry_pipeline(PipelineId id);
  // polite: running jobs become `canceling` until their runner obeys; hard: `canceled` at once.
  Result<void> cancel_job(JobId id, CancelLevel level = CancelLevel::polite);
  Result<void> cancel_pipeline(PipelineId id, CancelLevel level = CancelLevel::polite);
  // Where a report other than the archive lies (junit, dotenv, ...).
  Result<ArtifactBlob> artifact(JobId id, std::string_view type) const;

 private:
  class Impl;
  explicit Coordinator(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace fairlead::server
