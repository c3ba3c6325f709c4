// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/secret_string.hpp"
#include "base/wake_up.hpp"
#include "server/core/actions.hpp"
#include "server/core/coordinator.hpp"
#include "server/core/event_outbox.hpp"
#include "server/core/job_folder.hpp"

// The inside of Coordinator. Its parts, by file: coordinator.cpp (creation,
// the lock's border), coordinator_moves.cpp (what follows from moves: queue,
// resources, times, events), coordinator_runners.cpp (claims, reports, trace,
// artifacts), coordinator_people.cpp (play, retry, cancel),
// coordinator_views.cpp (questions).
namespace fairlead::server {

struct StoredArtifact {
  ArtifactView view;
  std::filesystem::path file;
};

// One copy of a job.
struct JobRecord {
  explicit JobRecord(std::filesystem::path folder_in) : folder(std::move(folder_in)) {}

  JobId id = 0;
  PipelineId pipeline = 0;
  std::size_t slot = 0;             // in PipelineState::jobs
  std::optional<JobState> retired;  // its last state, once a newer copy has the slot
  SecretString token;
  std::optional<RunnerFacts> runner;   // who claimed it
  std::optional<SteadyTime> deadline;  // of its entry in `times_`
  JobFolder folder;
  std::vector<StoredArtifact> artifacts;
  model::Variables dotenv;  // from its own report
  model::Variables played;
  std::optional<TestSummary> tests;
  std::optional<double> coverage;
  std::optional<WallTime> created_at, queued_at, started_at, finished_at;
};

struct PipelineRecord {
  PipelineRecord(NewPipeline facts_in, PipelineState state_in)
      : facts(std::move(facts_in)), state(std::move(state_in)), graph(state) {}

  NewPipeline facts;
  PipelineState state;
  PipelineGraph graph;
  std::int64_t iid = 0;
  model::Variables predefined;
  std::vector<std::vector<std::string>> cache_keys;  // by slot
  std::vector<JobId> all_copies;                     // in order of creation
  bool settled = false;
  WallTime created_at{};
  std::optional<WallTime> started_at, finished_at;
};

// A runner that waits in `claim`.
struct ParkedClaim {
  ParkedClaim(RunnerFacts runner_in, WakeUp wake_in)
      : runner(std::move(runner_in)), wake(std::move(wake_in)) {}
  RunnerFacts runner;
  WakeUp wake;
  std::optional<proto::JobPayload> job;
};

struct ResourceGroup {
  std::optional<JobId> holder;
  std::vector<std::pair<PipelineId, std::size_t>> members;  // all jobs of the group
};

class Coordinator::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(CoordinatorSettings settings, Clock& clock, asio::any_io_executor executor);

  void shut_down();

  Result<PipelineId> create_pipeline(NewPipeline fresh);

  std::optional<PipelineView> pipeline(PipelineId id) const;
  std::optional<JobView> job(JobId id) const;
  std::vector<JobView> jobs(PipelineId id, bool all_copies) const;
  WhyNotRunning why_not_running(JobId id) const;
  Result<std::string> trace(JobId id, std::uint64_t offset, std::size_t limit) const;
  Result<ArtifactBlob> artifact(JobId id, std::string_view type) const;

  Result<std::optional<proto::JobPayload>> try_claim(const RunnerFacts& runner);
  Task<Result<std::optional<proto::JobPayload>>> claim(RunnerFacts runner, CancelToken cancel);
  Result<ReportReply> report(JobId id, std::string_view token, const JobReport& report);
  Result<AppendReply> append_trace(JobId id, std::string_view token, std::uint64_t offset,
                                   std::string_view bytes);
  Result<StoreReply> store_artifact(JobId id, std::string_view token, const ArtifactFile& file);
  Result<ArtifactBlob> dependency_archive(JobId id, std::string_view token) const;

  Result<JobId> play(JobId id, model::Variables variables);
  Result<void> unschedule(JobId id);
  Result<JobId> retry(JobId id);
  Result<void> retry_pipeline(PipelineId id);
  Result<void> cancel_job(JobId id, CancelLevel level);
  Result<void> cancel_pipeline(PipelineId id, CancelLevel level);

  EventOutbox& outbox() { return outbox_; }

 private:
  // Takes the lock; gives events out after it is released again.
  class Entered;

  // Everything that changes states goes through `commit`: the one place where
  // a Store will write. `more`: another change of this pipeline follows at
  // once, so nobody is told yet that it has settled.
  void commit(PipelineRecord& pipeline, const Moves& moves, bool more = false);
  void job_moved(PipelineRecord& pipeline, const JobMove& move);
  void finish(PipelineRecord& pipeline, JobRecord& job);
  void fail_bridge(PipelineRecord& pipeline, std::size_t slot);
  void fail_job(PipelineRecord& pipeline, std::size_t slot, model::FailureReason reason, int exit_code);
  void grant_resources(const std::set<std::string>& groups);
  void supersede_older(const PipelineRecord& fresh);
  // A fresh record for the slot, whose old one retires.
  JobId new_copy(PipelineRecord& pipeline, std::size_t slot, bool automatic);
  JobRecord& new_record(PipelineRecord& pipeline, std::size_t slot);
  Result<JobId> retry_slot(PipelineRecord& pipeline, std::size_t slot, const model::Variables* variables);

  // The queue.
  bool matches(const JobRecord& job, const RunnerFacts& runner) const;
  proto::JobPayload claim_for(JobRecord& job, const RunnerFacts& runner);
  std::optional<proto::JobPayload> next_job_for(const RunnerFacts& runner);
  // Newly queued jobs go straight to runners that are parked.
  void serve_parked();
  void unclaim(JobRecord& job);
  // Latest copies of the jobs whose artifacts this one fetches.
  std::vector<const JobRecord*> dependencies_of(const PipelineRecord& pipeline, std::size_t slot) const;

  // Times.
  void arm(JobRecord& job, SteadyTime at);
  void disarm(JobRecord& job);
  Task<void> timer_loop();
  void time_came(JobId id);

  RunnerCancels runner_cancels() const;
  std::string group_key(const PipelineRecord& pipeline, std::size_t slot) const;
  PipelineRecord* find_pipeline(PipelineId id) const;
  JobRecord* find_job(JobId id) const;
  PipelineRecord& pipeline_of(const JobRecord& job) const;
  const JobState& state_of(const JobRecord& job) const;
  JobView view_of(const JobRecord& job) const;
  bool knows(const JobRecord& job, std::string_view token) const { return job.token.equals(token); }

  const CoordinatorSettings settings_;
  Clock& clock_;
  const asio::any_io_executor executor_;
  EventOutbox outbox_;

  mutable std::mutex mutex_;  // guards all below
  std::map<PipelineId, std::unique_ptr<PipelineRecord>> pipelines_;
  std::unordered_map<JobId, std::unique_ptr<JobRecord>> jobs_;
  std::set<JobId> queue_;     // pending and unclaimed; ids grow, so the oldest is first
  std::vector<JobId> fresh_;  // of those, not yet offered to parked claims
  std::vector<std::shared_ptr<ParkedClaim>> parked_;
  std::map<std::int64_t, RunnerFacts> runners_;  // all that ever asked, by id
  std::map<std::string, ResourceGroup> groups_;
  std::set<std::pair<SteadyTime, JobId>> times_;
  std::optional<WakeUp> timer_wake_;  // set while timer_loop runs
  SteadyTime timer_sleeps_until_{};
  JobId last_job_ = 0;
  PipelineId last_pipeline_ = 0;
  std::map<std::int64_t, std::int64_t> last_iid_;  // by project
  bool down_ = false;
};

class Coordinator::Impl::Entered {
 public:
  explicit Entered(Impl& impl) : impl_(impl), lock_(impl.mutex_) {}
  ~Entered() {
    lock_.unlock();
    impl_.outbox_.deliver();
  }

 private:
  Impl& impl_;
  std::unique_lock<std::mutex> lock_;
};

}  // namespace fairlead::server
