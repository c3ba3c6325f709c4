// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "parser/entry/at.hpp"
#include "parser/entry/checks.hpp"
#include "parser/entry/entries.hpp"
#include "parser/entry/job.hpp"
#include "parser/entry/job_graph.hpp"
#include "parser/entry/readers.hpp"

// The top level: which keys are keywords, which are jobs, and the order in
// which they are read (defaults and workflow before the jobs that use them).
namespace fairlead::parser {

using namespace entry;  // NOLINT(google-build-using-namespace): this file is its front door

namespace {

// Keys that can never be jobs.
constexpr std::string_view kReserved[] = {"include",      "before_script", "image",  "services",
                                          "after_script", "variables",     "stages", "cache"};
// Old spellings of default:NAME.
constexpr std::string_view kGlobals[] = {"image", "services", "before_script", "after_script", "cache"};

enum class JobKind { hidden, job, bridge, unknown };

JobKind kind_of(const yaml::Entry& entry, const std::string& name) {
  if (name.starts_with('.')) return JobKind::hidden;
  const Node& body = *entry.value;
  if (!body.is_mapping()) return JobKind::unknown;
  if (body.find("script") != nullptr || body.find("run") != nullptr) return JobKind::job;
  if (body.find("trigger") != nullptr || body.find("needs") != nullptr) return JobKind::bridge;
  return JobKind::unknown;
}

class ConfigReader {
 public:
  explicit ConfigReader(Diagnostics& diagnostics) : root_(diagnostics), diagnostics_(diagnostics) {}

  std::optional<PipelineConfig> read(const NodePtr& document) {
    const std::size_t errors_before = diagnostics_.error_count();
    if (document == nullptr || !document->is_mapping()) {
      diagnostics_.error("Invalid configuration format", document != nullptr ? document->mark : Mark());
      return std::nullopt;
    }
    const Node& root = *document;
    read_defaults(root);
    read_stages_of(root);
    if (const yaml::Entry* variables = given(root, "variables")) {
      config_.variables = read_variables(At(root_, "variables"), *variables->value, Scope::root_variable);
    }
    if (const yaml::Entry* workflow = keyword_entry(root, "workflow")) {
      config_.workflow = read_workflow(At(root_, "workflow"), *workflow->value, syntax_);
      workflow_rules_ = workflow->value->is_mapping() && workflow->value->find("rules") != nullptr;
    }
    read_jobs(root);
    check_jobs_together(config_, broken_, diagnostics_);
    if (diagnostics_.error_count() > errors_before) return std::nullopt;
    return std::move(config_);
  }

 private:
  // `default` and `workflow` are keywords unless they look like jobs.
  static const yaml::Entry* keyword_entry(const Node& root, std::string_view name) {
    const yaml::Entry* entry = given(root, name);
    if (entry == nullptr || kind_of(*entry, std::string(name)) != JobKind::unknown) return nullptr;
    return entry;
  }

  void read_defaults(const Node& root) {
    const auto via = [](const yaml::Entry& entry, std::string what) {
      return std::make_shared<const yaml::Via>(
          yaml::Via{yaml::Via::Step::defaults, std::move(what), entry.via});
    };
    const yaml::Entry* defaults = keyword_entry(root, "default");
    if (defaults != nullptr) {
      const At at(root_, "default");
      if (check_hash(at, *defaults->value)) {
        check_keys(at, *defaults->value, Scope::defaults);
        for (const yaml::Entry& entry : defaults->value->entries) {
          read_default_entry(at, entry, via(entry, "default"), syntax_, defaults_);
        }
      }
    }
    for (std::string_view name : kGlobals) {
      const yaml::Entry* entry = given(root, name);
      if (entry == nullptr) continue;
      if (defaults != nullptr && defaults->value->is_mapping() && given(*defaults->value, name) != nullptr) {
        diagnostics_.error(std::string(name) + " is defined in top-level and `default:` entry",
                           entry->key->mark, "keep the one in default");
        continue;
      }
      read_default_entry(root_, *entry, via(*entry, std::string(name)), syntax_, defaults_);
    }
  }

  void read_stages_of(const Node& root) {
    std::vector<std::string> stages = {"build", "test", "deploy"};
    if (const yaml::Entry* entry = given(root, "stages")) {
      stages = read_stages(At(root_, "stages"), entry->value);
      stages_wrong_ = stages.empty() && !is_blank(*entry->value);
    }
    config_.stages.emplace_back(".pre");
    for (std::string& stage : stages) {
      const bool known = stage == ".post" || std::ranges::find(config_.stages, stage) != config_.stages.end();
      if (!known) config_.stages.push_back(std::move(stage));
    }
    config_.stages.emplace_back(".post");
  }

  void read_jobs(const Node& root) {
    const At jobs(root_, "jobs");
    const JobContext context{defaults_, syntax_, workflow_rules_};
    config_.jobs.reserve(root.entries.size());
    bool visible = false;
    for (const yaml::Entry& entry : root.entries) {
      const std::string name = entry.key->to_s();
      if (std::ranges::find(kReserved, name) != std::end(kReserved)) continue;
      const JobKind kind = kind_of(entry, name);
      switch (kind) {
        case JobKind::hidden:
          if (is_blank(*entry.value)) At(jobs, name).config("can't be blank", entry.key->mark);
          break;
        case JobKind::job:
        case JobKind::bridge: {
          visible = true;
          const std::size_t errors_before = diagnostics_.error_count();
          const std::string_view step = !name.empty()          ? std::string_view(name)
                                        : kind == JobKind::job ? "job"
                                                               : "bridge";
          config_.jobs.push_back(read_job(At(jobs, step), entry, kind == JobKind::bridge, context));
          // With the stages unknown, nothing can be said of a job's stage.
          broken_.push_back(stages_wrong_ || diagnostics_.error_count() > errors_before);
          break;
        }
        case JobKind::unknown:
          if (name == "default" || name == "workflow") break;  // read as keywords
          report_unknown(jobs, entry, name);
          break;
      }
    }
    if (!visible) jobs.config("should contain at least one visible job", root.mark);
  }

  // Neither a keyword nor a job: a misspelt one of either, most likely.
  void report_unknown(const At& jobs, const yaml::Entry& entry, const std::string& name) {
    std::string hint;
    if (entry.value->is_mapping()) {
      const std::vector<std::string> wanted = {"script", "run", "trigger"};
      for (const yaml::Entry& item : entry.value->entries) {
        if (hint.empty()) hint = did_you_mean(item.key->to_s(), wanted);
      }
    }
    if (hint.empty()) hint = did_you_mean(name, keyword_names(Scope::root));
    jobs.attribute(name, "config should implement the script:, run:, or trigger: keyword", entry.key->mark,
                   std::move(hint));
  }

  const At root_;
  Diagnostics& diagnostics_;
  Syntax syntax_;
  PipelineConfig config_;
  Defaults defaults_;
  std::vector<bool> broken_;
  bool workflow_rules_ = false;
  bool stages_wrong_ = false;
};

}  // namespace

std::optional<PipelineConfig> read_config(const yaml::NodePtr& root, Diagnostics& diagnostics) {
  return ConfigReader(diagnostics).read(root);
}

}  // namespace fairlead::parser
