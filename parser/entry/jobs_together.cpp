// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "parser/entry/checks.hpp"
#include "parser/entry/job_graph.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxNeedName = 255;
// "Did you mean" compares with every job; a broken file of thousands of jobs
// gets hints for its first mistakes only.
constexpr int kMaxHints = 20;

class Checker {
 public:
  Checker(const JobGraph& graph, Diagnostics& diagnostics)
      : graph_(graph), config_(graph.config()), diagnostics_(diagnostics) {}

  void check(std::size_t index) {
    const JobConfig& job = config_.jobs[index];
    name_ = &graph_.message_name(index);
    own_stage_ = graph_.stage_of(index);
    if (own_stage_ == JobGraph::kNone) {
      diagnostics_.error(*name_ + " job: chosen stage " + job.stage +
                             " does not exist; available stages are " + join(config_.stages, ", "),
                         mark_of(job, "stage"), did_you_mean(job.stage, config_.stages));
    }
    if (job.dependencies) {
      const yaml::Entry* list = effective(job, "dependencies");
      for (std::size_t i = 0; i < job.dependencies->size(); ++i) {
        const bool known = list != nullptr && i < list->value->items.size();
        for (const std::string& target : graph_.targets((*job.dependencies)[i], {})) {
          if (!check_target(target, "dependency", false, known ? list->value->items[i]->mark : job.mark))
            break;
        }
      }
    }
    if (job.needs) check_needs(job, *job.needs);
    if (job.rules) {
      for (const RuleConfig& rule : *job.rules) {
        if (rule.needs) check_needs(job, *rule.needs);
      }
    }
    check_child_pipeline(job);
    if (job.environment && job.environment->on_stop) check_on_stop(*job.environment);
  }

 private:
  static const yaml::Entry* effective(const JobConfig& job, std::string_view key) {
    const auto found =
        std::ranges::find_if(job.effective, [&](const yaml::Entry& entry) { return entry.key->text == key; });
    return found != job.effective.end() ? &*found : nullptr;
  }
  static Mark mark_of(const JobConfig& job, std::string_view key) {
    const yaml::Entry* entry = effective(job, key);
    return entry != nullptr ? entry->value->mark : job.mark;
  }

  std::string hint(const std::string& name) {
    if (hints_++ >= kMaxHints) return {};
    if (names_.empty()) {
      for (const JobConfig& job : config_.jobs) names_.push_back(job.name);
    }
    return did_you_mean(name, names_);
  }

  // One job that is waited for or whose artifacts are fetched. False when it
  // was refused.
  bool check_target(const std::string& target, std::string_view kind, bool optional, Mark mark) {
    const std::size_t job = graph_.find_final(target);
    if (job == JobGraph::kNone) {
      if (optional) return true;
      diagnostics_.error(*name_ + " job: undefined " + std::string(kind) + ": " + target, mark, hint(target));
      return false;
    }
    if (kind == "need" && target.size() > kMaxNeedName) {
      diagnostics_.error(*name_ + " job: need `" + target + "` name is too long (maximum is 255 characters)",
                         mark);
      return false;
    }
    const std::size_t stage = graph_.stage_of(job);
    // Where the job's own stage is unknown, nothing can be said of others.
    if (own_stage_ == JobGraph::kNone || (stage != JobGraph::kNone && stage <= own_stage_)) return true;
    diagnostics_.error(
        *name_ + " job: " + std::string(kind) + " " + target + " is not defined in current or prior stages",
        mark);
    return false;
  }

  void check_needs(const JobConfig& job, const std::vector<NeedConfig>& needs) {
    std::unordered_set<std::string> seen;
    std::vector<std::string> duplicated;
    Mark duplicate_mark;
    for (const NeedConfig& need : needs) {
      if (need.pipeline || need.project) continue;
      bool good = true;
      for (const std::string& target : targets_of(job, need)) {
        // GitLab stops at the first wrong copy; so does this, per need.
        if (good) good = check_target(target, "need", need.optional, need.mark);
        if (seen.insert(target).second) continue;
        if (duplicated.empty()) duplicate_mark = need.mark;
        if (std::ranges::find(duplicated, target) == duplicated.end()) duplicated.push_back(target);
      }
    }
    if (!duplicated.empty()) {
      diagnostics_.error(*name_ + " has the following needs duplicated: " + join(duplicated, ", ") + ".",
                         duplicate_mark);
    }
  }

  // The final names a need stands for. Where its matrix refers to that of the
  // needing job, every copy's targets are looked at once.
  std::vector<std::string> targets_of(const JobConfig& job, const NeedConfig& need) {
    const std::vector<std::string> references = matrix_references(need.matrix);
    if (references.empty()) return graph_.targets(need.job, need.matrix);
    bool unknown = false;
    for (const std::string& reference : references) {
      const bool known = std::ranges::any_of(job.matrix, [&](const auto& axes) {
        return std::ranges::any_of(axes, [&](const auto& axis) { return axis.first == reference; });
      });
      if (known) continue;
      unknown = true;
      diagnostics_.error(*job_name(job) + " job: '" + reference + "' does not exist in matrix configuration",
                         need.mark);
    }
    if (unknown) return {};
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    for (const Combination& own : combinations(job.matrix)) {
      for (std::string& target : graph_.targets(need.job, substitute_matrix(need.matrix, own))) {
        if (seen.insert(target).second) out.push_back(std::move(target));
      }
    }
    return out;
  }
  static const std::string* job_name(const JobConfig& job) { return &job.name; }

  // trigger:include of an artifact waits for the job that makes it.
  void check_child_pipeline(const JobConfig& job) {
    if (!job.trigger || job.trigger->include == nullptr) return;
    const yaml::Node& include = *job.trigger->include;
    const auto check_item = [&](const yaml::Node& item) {
      if (!item.is_mapping()) return;
      const yaml::Entry* maker = given(item, "job");
      if (maker != nullptr && is_text(*maker->value)) {
        check_target(maker->value->text, "dependency", false, maker->value->mark);
      }
    };
    if (!include.is_sequence()) {
      check_item(include);
    } else {
      for (const yaml::NodePtr& item : include.items) check_item(*item);
    }
  }

  void check_on_stop(const EnvironmentConfig& environment) {
    const std::string& on_stop = *environment.on_stop;
    const std::string prefix = *name_ + " job: on_stop job " + on_stop;
    const std::size_t found = graph_.find_final(on_stop);
    if (found == JobGraph::kNone) {
      diagnostics_.error(prefix + " is not defined", environment.mark, hint(on_stop));
      return;
    }
    const auto& other = config_.jobs[found].environment;
    if (!other) {
      diagnostics_.error(prefix + " does not have environment defined", environment.mark);
    } else if (other->name != environment.name) {
      diagnostics_.error(prefix + " have different environment name", environment.mark);
    } else if (other->action != "stop") {
      diagnostics_.error(prefix + " needs to have action stop defined", environment.mark);
    }
  }

  const JobGraph& graph_;
  const PipelineConfig& config_;
  Diagnostics& diagnostics_;
  const std::string* name_ = nullptr;
  std::size_t own_stage_ = JobGraph::kNone;
  std::vector<std::string> names_;
  int hints_ = 0;
};

}  // namespace

void check_jobs_together(const PipelineConfig& config, const std::vector<bool>& broken,
                         Diagnostics& diagnostics) {
  const JobGraph graph(config);
  Checker checker(graph, diagnostics);
  for (std::size_t i = 0; i < config.jobs.size(); ++i) {
    if (!broken[i]) checker.check(i);
  }
  check_cycles(graph, diagnostics);
}

}  // namespace fairlead::parser::entry
