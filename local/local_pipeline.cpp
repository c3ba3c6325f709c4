// SPDX-License-Identifier: Apache-2.0
#include "local/local_pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <set>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/files.hpp"
#include "base/task_group.hpp"
#include "base/wake_up.hpp"
#include "local/in_process_client.hpp"
#include "local/state_folder.hpp"
#include "local/workspace_copy.hpp"
#include "runner/build/build.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

// The runner looks for new log bytes this often: lines appear as they are
// written, and a job that is over does not wait.
constexpr Duration kTraceInterval = std::chrono::milliseconds(25);
constexpr Duration kTick = std::chrono::milliseconds(100);
constexpr server::JobId kJobIdsPerRun = 1000;
// A runner keeps 4 MiB of a log; here the disk is the user's own.
constexpr std::uint64_t kOutputLimit = std::uint64_t{256} << 20;
// Between TERM and KILL. A person waits: less than the 10 minutes of a runner.
constexpr Duration kGrace = std::chrono::seconds(30);

// --in-place: the working tree is the job's folder already.
class InPlace final : public runner::SourceProvider {
 public:
  Task<Result<void>> materialise(const fs::path&, executors::LogSink&, CancelToken) override {
    co_return Result<void>();
  }
  std::string_view heading() const override { return "Using the working tree in place"; }
};

server::RunnerFacts runner_facts(const parser::PipelinePlan& plan, const std::string& version) {
  server::RunnerFacts facts;
  facts.description = "this machine";
  facts.short_token = "local";
  facts.version = version;
  facts.executable_arch = sizeof(void*) == 8 ? "linux/amd64" : "linux/386";
#if defined(__aarch64__)
  facts.executable_arch = "linux/arm64";
#endif
  // One runner that takes everything: whoever calls exec wants the job here.
  std::set<std::string> tags;
  for (const parser::JobPlan& job : plan.jobs) tags.insert(job.tags.begin(), job.tags.end());
  facts.tags.assign(tags.begin(), tags.end());
  return facts;
}

std::string names_of(const std::vector<proto::JobImage>& images) {
  std::string out;
  for (const proto::JobImage& image : images) out += (out.empty() ? "" : ", ") + image.name;
  return out;
}

}  // namespace

class LocalPipeline::Impl {
 public:
  Impl(Project& project, parser::PipelinePlan plan, executors::ExecutorProvider& provider,
       PipelineObserver& observer, LocalRunOptions options)
      : project_(project),
        plan_(std::move(plan)),
        provider_(provider),
        observer_(observer),
        options_(std::move(options)),
        changed_(io_.get_executor()) {
    if (options_.concurrency <= 0)
      options_.concurrency =
          options_.in_place ? 1 : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    press_.insert(options_.press.begin(), options_.press.end());
  }

  Result<LocalRunOutcome> run() {
    FAIRLEAD_TRY(prepare());
    Result<void> ended;
    asio::co_spawn(io_, conduct(ended), asio::detached);
    io_.run();
    ended_ = true;
    // Nothing of the copies stays but empty folders, which the next run uses.
    for (const StateFolder::Slot& slot : slots_) empty_folder(slot.folder / project_.event().project.name);
    pool_.join();
    slots_.clear();
    FAIRLEAD_TRY(std::move(ended));
    const auto view = coordinator_->pipeline(id_);
    return LocalRunOutcome{.status = view ? view->status : model::Status::failed,
                           .interrupted = interrupted_};
  }

  void interrupt() {
    asio::post(io_, [this] { on_interrupt(); });
  }

  std::vector<std::string> artifact_paths(const server::JobView& job) const {
    std::vector<std::string> paths;
    for (const server::ArtifactView& artifact : job.artifacts)
      if (auto blob = coordinator_->artifact(job.id, artifact.type)) paths.push_back(blob->file.string());
    return paths;
  }
  std::string log_path(const server::JobView& job) const {
    const fs::path path = folder_ / std::to_string(job.id) / "trace";
    std::error_code ignored;
    return fs::exists(path, ignored) ? path.string() : "";
  }

 private:
  Result<void> prepare() {
    auto state = StateFolder::open(project_.tree().root());
    if (!state) return std::move(state.error());
    state_ = std::make_unique<StateFolder>(std::move(*state));
    auto pipeline = state_->start_pipeline();
    if (!pipeline) return std::move(pipeline.error());
    pipeline_lock_ = std::move(pipeline->lock);
    folder_ = pipeline->folder;
    asio::post(pool_, [this, newest = pipeline->number] { state_->remove_old_pipelines(newest, ended_); });

    if (options_.in_place) {
      sources_ = std::make_shared<InPlace>();
    } else {
      auto copy = WorkspaceCopy::open(project_.tree(), pool_);
      if (!copy) return std::move(copy.error());
      sources_ = std::move(*copy);
    }

    server::CoordinatorSettings settings;
    settings.folder = folder_;
    settings.server = project_.event().server;
    // Ids tell runs apart, as people expect of CI_PIPELINE_ID and CI_JOB_ID.
    settings.first_pipeline = pipeline->number;
    settings.first_job = pipeline->number * kJobIdsPerRun + 1;
    auto coordinator = server::Coordinator::open(std::move(settings), system_clock(), io_.get_executor());
    if (!coordinator) return std::move(coordinator.error());
    coordinator_ = std::move(*coordinator);
    client_ = std::make_unique<InProcessClient>(
        *coordinator_, runner_facts(plan_, options_.version), kTraceInterval,
        [this](server::JobId job, std::string_view bytes, const Error* reason) {
          if (reason)
            observer_.notice(job, fmt::format("the rest of this job's log is only shown, not kept: {}",
                                              reason->to_string()));
          observer_.output(job, bytes);
        });
    return {};
  }

  // The whole run, from the first job to the last trace of the last one.
  Task<void> conduct(Result<void>& ended) {
    const auto subscription = coordinator_->subscribe([this](const server::Event& event) {
      if (io_.get_executor().running_in_this_thread())
        on_event(event);
      else
        asio::post(io_, [this, event] { on_event(event); });
    });
    if (options_.handle_signals) watch_signals();

    server::NewPipeline fresh;
    fresh.plan = plan_;
    fresh.source = project_.event().source;
    fresh.project = project_.event().project;
    fresh.commit = project_.event().commit;
    fresh.user = project_.event().user;
    fresh.given = project_.given();
    fresh.extra_predefined = project_.event().extra_predefined;
    fresh.repository = &project_.repository();
    auto created = coordinator_->create_pipeline(std::move(fresh));
    if (!created) {
      ended = std::move(created.error());
      coordinator_->shut_down();
      co_return;
    }
    id_ = *created;
    tell_start();

    TaskGroup group(io_.get_executor());
    if (observer_.wants_ticks()) group.spawn("ticks", ticks(group.token()));
    const int workers = std::min(options_.concurrency, static_cast<int>(plan_.jobs.size()));
    for (int i = 0; i < workers; ++i) group.spawn(fmt::format("worker {}", i), worker(group.token()));

    co_await until_rest();

    group.cancel();
    co_await group.join();
    signals_.cancel();
    if (const auto view = coordinator_->pipeline(id_)) observer_.finished(*view, interrupted_);
    coordinator_->shut_down();
  }

  void watch_signals() {
    if (!signals_added_) {
      boost::system::error_code ignored;
      for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        // What was ignored when we came (nohup, `&` in a script) stays so.
        struct sigaction now{};
        if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN)
          signals_.add(number, ignored);
      }
      signals_added_ = true;
    }
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      on_interrupt();
      watch_signals();
    });
  }

  void on_interrupt() {
    ++interrupts_;
    if (interrupts_ == 1) {
      interrupted_ = true;
      observer_.notice(
          std::nullopt,
          "interrupted: jobs are cancelled, their after_script still runs; once more stops them at once");
    }
    const CancelLevel level = interrupts_ == 1 ? CancelLevel::polite : CancelLevel::hard;
    questions_.cancel(level);
    if (id_ != 0) (void)coordinator_->cancel_pipeline(id_, level);
    jobs_.cancel(level);
    changed_.set();
  }

  // Everything that was already said happens again, in order, for the observer.
  void tell_start() {
    std::vector<server::JobView> jobs = coordinator_->jobs(id_);
    std::vector<server::JobView> fresh = jobs;
    for (server::JobView& job : fresh) job.status = model::Status::created;
    started_ = true;
    if (const auto view = coordinator_->pipeline(id_)) observer_.started(*view, fresh);
    for (const server::JobView& job : jobs)
      if (job.status != model::Status::created) observer_.job_changed(job, "");
    changed_.set();
  }

  void on_event(const server::Event& event) {
    if (!started_) return;  // tell_start will tell
    if (const auto* changed = std::get_if<server::JobStatusChanged>(&event)) {
      if (auto view = coordinator_->job(changed->job); view && !view->retried) {
        view->status = changed->to;
        observer_.job_changed(*view, "");
      }
    } else if (const auto* retried = std::get_if<server::JobRetried>(&event)) {
      if (const auto view = coordinator_->job(retried->new_job)) observer_.job_changed(*view, "");
    } else if (const auto* appended = std::get_if<server::TraceAppended>(&event)) {
      observer_.output(appended->job, appended->bytes);
    } else if (std::holds_alternative<server::GateReached>(event) ||
               std::holds_alternative<server::PipelineSettled>(event)) {
      changed_.set();
    }
  }

  // Returns when nothing will move any more and nobody wants to press a gate.
  Task<void> until_rest() {
    for (;;) {
      co_await changed_.wait();
      changed_ = WakeUp(io_.get_executor());
      if (press_wanted_gates()) continue;
      const auto view = coordinator_->pipeline(id_);
      if (!view || (view->settled && interrupted_)) co_return;
      if (!view->settled) continue;
      std::vector<server::JobView> gates;
      for (server::JobView& job : coordinator_->jobs(id_))
        if (job.status == model::Status::manual) gates.push_back(std::move(job));
      if (gates.empty()) co_return;
      const std::vector<server::JobId> chosen = co_await observer_.choose_gates(gates, questions_.token());
      if (interrupted_) continue_after_interrupt();
      if (chosen.empty() && !interrupted_) co_return;
      for (const server::JobId id : chosen) play(id);
    }
  }

  // The answer was Ctrl-C: the cancelled pipeline may be at rest already.
  void continue_after_interrupt() { changed_.set(); }

  bool press_wanted_gates() {
    if (press_.empty() || interrupted_) return false;
    std::vector<server::JobId> now;
    for (const server::JobView& job : coordinator_->jobs(id_))
      if (job.status == model::Status::manual && press_.erase(job.name) > 0) now.push_back(job.id);
    for (const server::JobId id : now) play(id);
    return !now.empty();
  }

  void play(server::JobId id) {
    if (auto played = coordinator_->play(id); !played) observer_.notice(id, played.error().to_string());
    changed_.set();
  }

  Task<void> ticks(CancelToken stop) {
    while (!stop.cancelled()) {
      observer_.tick();
      using namespace asio::experimental::awaitable_operators;
      co_await (system_clock().sleep_for(kTick) || wait_cancelled(stop));
    }
  }

  Task<void> worker(CancelToken stop) {
    runner::JobRequest request;
    request.system_id = "local";
    request.executor = provider_.name();
    request.features = provider_.features();
    request.shell = request.features.default_shell == executors::ShellKind::bash ? "bash" : "sh";
    const StateFolder::Slot* slot = nullptr;  // its tree is used again by the next job
    while (!stop.cancelled()) {
      auto payload = co_await client_->request_job(request, stop);
      if (!payload) {
        observer_.notice(std::nullopt, "cannot take a job: " + payload.error().to_string());
        on_interrupt();
        co_return;
      }
      if (!payload->has_value()) co_return;
      if (!slot) {
        auto taken = state_->take_slot();
        if (!taken) {
          observer_.notice((*payload)->id, taken.error().to_string());
          on_interrupt();
          co_return;
        }
        slot = &slots_.emplace_back(std::move(*taken));
      }
      proto::JobPayload job = std::move(**payload);
      co_await run_job(std::move(job), *slot);
    }
  }

  void warn_of_containers(const proto::JobPayload& job) {
    const executors::ExecutorFeatures features = provider_.features();
    if (job.image && !job.image->name.empty() && !features.image)
      observer_.notice(
          job.id,
          fmt::format("image \"{}\" is not used: the {} executor runs the job directly on this machine",
                      job.image->name, provider_.name()));
    if (!job.services.empty() && !features.services)
      observer_.notice(
          job.id,
          fmt::format("services are not started ({}): the {} executor cannot; have them run on this machine",
                      names_of(job.services), provider_.name()));
  }

  Task<void> run_job(proto::JobPayload job, const StateFolder::Slot& slot) {
    warn_of_containers(job);
    const server::JobId id = job.id;
    const std::string name = project_.event().project.name;
    runner::RunnerSettings settings;
    settings.version = options_.version;
    settings.revision = "exec";
    settings.name = "this machine";
    settings.short_token = "local";
    settings.system_id = "local";
    settings.builds_dir = options_.in_place ? project_.tree().root().parent_path() : slot.folder;
    settings.cache_dir = state_->cache();
    settings.concurrent_id = slot.number;
    settings.concurrent_project_id = slot.number;
    settings.project_dir = options_.in_place ? project_.tree().root() : slot.folder / name;
    settings.temp_dir = slot.folder / (name + ".tmp");
    settings.login_shell = false;
    // Where a copy has no .git, a job's git must not find a repository that the
    // cache folder happens to be in: many keep their home in one.
    if (!options_.in_place)
      settings.environment.push_back({.key = "GIT_CEILING_DIRECTORIES", .value = slot.folder.string()});
    settings.warn_of_ignored_image = false;  // warn_of_containers() has
    settings.graceful_kill = kGrace;
    settings.output_limit_bytes = kOutputLimit;
    settings.spool_dir = slot.folder;
    settings.trace_interval = kTraceInterval;
    settings.sources = sources_;
    const fs::path temporary = *settings.temp_dir;

    runner::Build build(std::move(job), std::move(settings),
                        runner::BuildContext{.coordinator = *client_, .provider = provider_, .pool = pool_});
    const runner::BuildOutcome outcome = co_await build.run(jobs_.token());
    if (!outcome.message.empty())
      if (const auto view = coordinator_->job(id); view && !view->retried)
        observer_.job_changed(*view, outcome.message);
    // Secrets do not wait for the next job here.
    std::error_code ignored;
    if (!fs::is_empty(temporary, ignored) && !ignored) (void)remove_tree(temporary);
  }

  // In pieces on the pool: they are removed side by side.
  void empty_folder(const fs::path& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
      asio::post(pool_, [path = entry.path()] { (void)remove_tree(path); });
  }

  Project& project_;
  parser::PipelinePlan plan_;
  executors::ExecutorProvider& provider_;
  PipelineObserver& observer_;
  LocalRunOptions options_;

  asio::io_context io_{1};
  asio::thread_pool pool_{2};
  // Caught to the very end: a second Ctrl-C must not cut the tidying short.
  asio::signal_set signals_{io_};
  std::unique_ptr<StateFolder> state_;
  std::deque<StateFolder::Slot> slots_;
  std::atomic<bool> ended_ = false;
  fs::path folder_;
  UniqueFd pipeline_lock_;
  std::shared_ptr<runner::SourceProvider> sources_;
  std::unique_ptr<server::Coordinator> coordinator_;
  std::unique_ptr<InProcessClient> client_;

  server::PipelineId id_ = 0;
  bool started_ = false;
  bool interrupted_ = false;
  bool signals_added_ = false;
  int interrupts_ = 0;
  std::set<std::string> press_;
  CancelSource jobs_;       // what the builds watch
  CancelSource questions_;  // what the question at a gate watches
  WakeUp changed_;          // something that until_rest looks at has changed
};

LocalPipeline::LocalPipeline(Project& project, parser::PipelinePlan plan,
                             executors::ExecutorProvider& provider, PipelineObserver& observer,
                             LocalRunOptions options)
    : impl_(std::make_unique<Impl>(project, std::move(plan), provider, observer, std::move(options))) {}
LocalPipeline::~LocalPipeline() = default;

Result<LocalRunOutcome> LocalPipeline::run() { return impl_->run(); }
void LocalPipeline::interrupt() { impl_->interrupt(); }
std::vector<std::string> LocalPipeline::artifact_paths(const server::JobView& job) const {
  return impl_->artifact_paths(job);
}
std::string LocalPipeline::log_path(const server::JobView& job) const { return impl_->log_path(job); }

}  // namespace fairlead::local
