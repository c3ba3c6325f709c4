// SPDX-License-Identifier: Apache-2.0
#include "server/core/coordinator.hpp"

#include <sys/random.h>

#include <boost/asio/strand.hpp>
#include <cerrno>

#include "base/files.hpp"
#include "server/core/cache_keys.hpp"
#include "server/core/coordinator_impl.hpp"
#include "server/core/plan_state.hpp"
#include "server/core/predefined_variables.hpp"

namespace fairlead::server {
namespace {

constexpr auto kSupersedeWithin = std::chrono::hours(24 * 7);

std::string fresh_token() {
  std::array<unsigned char, 20> bytes{};
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  std::string token = "glcbt-";
  for (unsigned char byte : bytes) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

}  // namespace

Result<std::unique_ptr<Coordinator>> Coordinator::open(CoordinatorSettings settings, Clock& clock,
                                                       asio::any_io_executor executor) {
  auto made = make_directories(settings.folder, 0700);
  if (!made.ok()) return std::move(made).error();
  return std::unique_ptr<Coordinator>(
      new Coordinator(std::make_shared<Impl>(std::move(settings), clock, std::move(executor))));
}

Coordinator::Coordinator(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Coordinator::~Coordinator() { shut_down(); }
void Coordinator::shut_down() { impl_->shut_down(); }

Result<PipelineId> Coordinator::create_pipeline(NewPipeline fresh) {
  return impl_->create_pipeline(std::move(fresh));
}
std::optional<PipelineView> Coordinator::pipeline(PipelineId id) const { return impl_->pipeline(id); }
std::optional<JobView> Coordinator::job(JobId id) const { return impl_->job(id); }
std::vector<JobView> Coordinator::jobs(PipelineId id, bool all_copies) const {
  return impl_->jobs(id, all_copies);
}
WhyNotRunning Coordinator::why_not_running(JobId id) const { return impl_->why_not_running(id); }
Result<std::string> Coordinator::trace(JobId id, std::uint64_t offset, std::size_t limit) const {
  return impl_->trace(id, offset, limit);
}
std::unique_ptr<Coordinator::Subscription> Coordinator::subscribe(
    std::function<void(const Event&)> callback) {
  return impl_->outbox().subscribe(std::move(callback));
}
Result<std::optional<proto::JobPayload>> Coordinator::try_claim(const RunnerFacts& runner) {
  return impl_->try_claim(runner);
}
Task<Result<std::optional<proto::JobPayload>>> Coordinator::claim(RunnerFacts runner, CancelToken cancel) {
  return impl_->claim(std::move(runner), std::move(cancel));
}
Result<ReportReply> Coordinator::report(JobId id, std::string_view token, const JobReport& report) {
  return impl_->report(id, token, report);
}
Result<AppendReply> Coordinator::append_trace(JobId id, std::string_view token, std::uint64_t offset,
                                              std::string_view bytes) {
  return impl_->append_trace(id, token, offset, bytes);
}
Result<StoreReply> Coordinator::store_artifact(JobId id, std::string_view token, const ArtifactFile& file) {
  return impl_->store_artifact(id, token, file);
}
Result<ArtifactBlob> Coordinator::dependency_archive(JobId id, std::string_view token) const {
  return impl_->dependency_archive(id, token);
}
Result<JobId> Coordinator::play(JobId id, model::Variables variables) {
  return impl_->play(id, std::move(variables));
}
Result<void> Coordinator::unschedule(JobId id) { return impl_->unschedule(id); }
Result<JobId> Coordinator::retry(JobId id) { return impl_->retry(id); }
Result<void> Coordinator::retry_pipeline(PipelineId id) { return impl_->retry_pipeline(id); }
Result<void> Coordinator::cancel_job(JobId id, CancelLevel level) { return impl_->cancel_job(id, level); }
Result<void> Coordinator::cancel_pipeline(PipelineId id, CancelLevel level) {
  return impl_->cancel_pipeline(id, level);
}
Result<ArtifactBlob> Coordinator::artifact(JobId id, std::string_view type) const {
  return impl_->artifact(id, type);
}

Coordinator::Impl::Impl(CoordinatorSettings settings, Clock& clock, asio::any_io_executor executor)
    : settings_(std::move(settings)), clock_(clock), executor_(asio::make_strand(std::move(executor))) {
  last_pipeline_ = settings_.first_pipeline - 1;
  last_job_ = settings_.first_job - 1;
}

void Coordinator::Impl::shut_down() {
  const Entered entered(*this);
  down_ = true;
  for (const auto& parked : parked_) parked->wake.post();
  if (timer_wake_) timer_wake_->post();
}

JobRecord& Coordinator::Impl::new_record(PipelineRecord& pipeline, std::size_t slot) {
  const JobId id = ++last_job_;
  auto record = std::make_unique<JobRecord>(settings_.folder / std::to_string(id));
  record->id = id;
  record->pipeline = pipeline.state.id;
  record->slot = slot;
  record->token = SecretString(fresh_token());
  record->created_at = clock_.wall_now();
  pipeline.all_copies.push_back(id);
  return *(jobs_[id] = std::move(record));
}

Result<PipelineId> Coordinator::Impl::create_pipeline(NewPipeline fresh) {
  const Entered entered(*this);
  if (down_) return make_error(ErrorCode::cancelled, "the coordinator is shutting down");
  if (fresh.plan.jobs.empty())
    return make_error(ErrorCode::invalid_argument, "a pipeline needs at least one job");

  auto planned = initial_state(fresh.plan);
  if (!planned.ok()) return std::move(planned).error();
  PipelineState state = *std::move(planned);
  std::vector<std::vector<std::string>> keys;
  for (const auto& plan : fresh.plan.jobs) {
    auto of_job = cache_keys(plan.config.cache, fresh.repository);
    if (!of_job.ok()) return std::move(of_job).context("in job " + plan.name).error();
    keys.push_back(*std::move(of_job));
  }
  fresh.repository = nullptr;

  state.id = ++last_pipeline_;
  const PipelineId id = state.id;
  auto owned = std::make_unique<PipelineRecord>(std::move(fresh), std::move(state));
  PipelineRecord& pipeline = *owned;
  pipelines_[id] = std::move(owned);
  pipeline.cache_keys = std::move(keys);
  pipeline.iid = ++last_iid_[pipeline.facts.project.id];
  pipeline.created_at = clock_.wall_now();
  pipeline.predefined =
      predefined_pipeline_variables(settings_.server, pipeline.facts.project, pipeline.facts.commit,
                                    pipeline.facts.source, pipeline.created_at);
  const auto& extra = pipeline.facts.extra_predefined;
  pipeline.predefined.insert(pipeline.predefined.end(), extra.begin(), extra.end());

  for (std::size_t slot = 0; slot < pipeline.state.jobs.size(); ++slot) {
    pipeline.state.jobs[slot].id = new_record(pipeline, slot).id;
    if (!pipeline.state.jobs[slot].resource_group.empty())
      groups_[group_key(pipeline, slot)].members.emplace_back(id, slot);
  }
  outbox_.put(PipelineCreated{id});
  supersede_older(pipeline);
  Moves moves;
  process(pipeline.graph, pipeline.state, moves);
  commit(pipeline, moves);
  return id;
}

void Coordinator::Impl::supersede_older(const PipelineRecord& fresh) {
  for (auto& [id, older] : pipelines_) {
    if (id == fresh.state.id || is_completed(older->state.status)) continue;
    if (older->facts.project.id != fresh.facts.project.id) continue;
    if (older->facts.commit.ref != fresh.facts.commit.ref ||
        older->facts.commit.sha == fresh.facts.commit.sha)
      continue;
    if (older->created_at + kSupersedeWithin < fresh.created_at) continue;
    const auto what = on_new_commit(older->state, older->facts.plan.auto_cancel_on_new_commit);
    Moves moves;
    cancel_superseded(older->graph, older->state, what, runner_cancels(), moves);
    commit(*older, moves);
  }
}

RunnerCancels Coordinator::Impl::runner_cancels() const {
  return [this](const JobState& state) {
    const JobRecord* job = find_job(state.id);
    return job != nullptr && job->runner && job->runner->cancel_gracefully;
  };
}

std::string Coordinator::Impl::group_key(const PipelineRecord& pipeline, std::size_t slot) const {
  return std::to_string(pipeline.facts.project.id) + "/" + pipeline.state.jobs[slot].resource_group;
}

PipelineRecord* Coordinator::Impl::find_pipeline(PipelineId id) const {
  const auto it = pipelines_.find(id);
  return it == pipelines_.end() ? nullptr : it->second.get();
}

JobRecord* Coordinator::Impl::find_job(JobId id) const {
  const auto it = jobs_.find(id);
  return it == jobs_.end() ? nullptr : it->second.get();
}

PipelineRecord& Coordinator::Impl::pipeline_of(const JobRecord& job) const {
  return *pipelines_.at(job.pipeline);
}

const JobState& Coordinator::Impl::state_of(const JobRecord& job) const {
  return job.retired ? *job.retired : pipeline_of(job).state.jobs[job.slot];
}

}  // namespace fairlead::server
