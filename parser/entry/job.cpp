// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/job.hpp"

#include <algorithm>
#include <utility>

#include "parser/entry/checks.hpp"
#include "parser/entry/job_keywords.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::string_view kWarning =
    " may allow multiple pipelines to run for a single action due to `rules:when` clause with no "
    "`workflow:rules` - "
    "read more: https://docs.gitlab.com/ee/ci/jobs/job_troubleshooting.html"
    "#job-may-allow-multiple-pipelines-to-run-for-a-single-action-warning";

void check_name(const At& at, const yaml::Entry& entry, const std::string& name) {
  if (name.empty()) {
    at.attribute("name", "can't be blank", entry.key->mark);
  } else if (!entry.key->is_string()) {
    at.attribute("name", "should be a symbol", entry.key->mark, "write the name in quotes");
  }
  check_attribute_length(at, "name", name, kMaxName, entry.key->mark);
}

void check_keys_together(const At& at, const Node& body) {
  check_exclusive(at, body, {"script", "trigger"});
  check_exclusive(at, body, {"run", "trigger"});
  check_exclusive(at, body, {"script", "run"});
  check_exclusive(at, body, {"before_script", "run"});
  check_exclusive(at, body, {"after_script", "run"});
}

// only, except and start_in belong to jobs without rules.
void check_keys_beside_rules(const At& at, const Node& body) {
  std::string wrong;
  Mark mark;
  for (const yaml::Entry& entry : body.entries) {
    const std::string& key = entry.key->text;
    if (entry.value->is_null() || (key != "only" && key != "except" && key != "start_in")) continue;
    if (wrong.empty()) mark = entry.key->mark;
    wrong.append(wrong.empty() ? "" : ", ").append(key);
  }
  if (!wrong.empty()) at.config("key may not be used with `rules`: " + wrong, mark);
}

void read_delay(const At& at, const Node& body, bool has_rules, JobConfig& job) {
  const yaml::Entry* start_in = given(body, "start_in");
  if (job.when == model::When::delayed) {
    job.start_in = read_start_in(at, start_in != nullptr ? start_in->value.get() : nullptr, job.mark);
  } else if (start_in != nullptr && !has_rules) {
    at.attribute("start_in", "must be blank", start_in->value->mark, "start_in needs when: delayed");
  }
}

void check_dependencies(const At& at, const Node& body, const JobConfig& job) {
  if (!job.dependencies || job.dependencies->empty() || !job.needs || job.needs->empty()) return;
  const auto is_own = [](const NeedConfig& need) { return !need.pipeline && !need.project; };
  if (std::ranges::none_of(*job.needs, is_own)) {
    at.attribute("needs", "corresponding to dependencies must be from the same pipeline",
                 given(body, "needs")->value->mark);
    return;
  }
  std::string missing;
  Mark mark;
  const Node& list = *given(body, "dependencies")->value;
  for (std::size_t i = 0; i < job.dependencies->size(); ++i) {
    const std::string& name = (*job.dependencies)[i];
    if (std::ranges::any_of(*job.needs,
                            [&](const NeedConfig& need) { return is_own(need) && need.job == name; })) {
      continue;
    }
    if (missing.empty()) mark = list.items[i]->mark;
    missing.append(missing.empty() ? "" : ", ").append(name);
  }
  if (!missing.empty()) at.attribute("dependencies", "the " + missing + " should be part of needs", mark);
}

void check_bridge(const At& at, const JobConfig& job) {
  std::ptrdiff_t bridge_needs = 0;
  if (job.needs) {
    bridge_needs = std::ranges::count_if(
        *job.needs, [](const NeedConfig& need) { return need.job.empty() && need.pipeline.has_value(); });
  }
  if (!job.trigger && bridge_needs == 0) {
    at.config("should contain either a trigger or a needs:pipeline", job.mark);
  } else if (bridge_needs > 1) {
    at.config("should contain at most one bridge need", job.mark);
  }
}

void read_pages_job(const At& at, const Node& body, JobConfig& job) {
  const yaml::Entry* pages = given(body, "pages");
  const bool is_false =
      pages != nullptr && pages->value->kind == yaml::Kind::boolean && !pages->value->boolean;
  const bool is_pages = (pages != nullptr && !is_blank(*pages->value)) || (job.name == "pages" && !is_false);
  const yaml::Entry* publish = given(body, "publish");
  if (!is_pages) {
    if (publish != nullptr && !is_blank(*publish->value)) {
      at.attribute("publish", "can only be used within a `pages` job", publish->key->mark);
    }
    return;
  }
  // The published folder is always among the artifacts.
  std::string folder = "public";
  if (publish != nullptr && is_text(*publish->value)) folder = publish->value->text;
  if (pages != nullptr && pages->value->is_mapping()) {
    const yaml::Entry* inner = given(*pages->value, "publish");
    if (inner != nullptr && is_text(*inner->value)) folder = inner->value->text;
  }
  if (!job.artifacts) job.artifacts.emplace();
  auto& paths = job.artifacts->paths;
  if (std::ranges::find(paths, folder) == paths.end()) paths.push_back(std::move(folder));
}

void warn_of_lone_when(const At& at, const NodePtr& rules, const JobConfig& job) {
  if (!job.rules || job.rules->empty()) return;
  std::vector<NodePtr> flat;
  flatten(rules, flat);
  if (flat.empty()) return;
  const Node& last = *flat.back();
  std::size_t present = 0;
  for (const yaml::Entry& entry : last.entries) present += entry.value->is_null() ? 0 : 1;
  const yaml::Entry* when = given(last, "when");
  if (present != 1 || when == nullptr || job.rules->back().when == model::When::never) return;
  at.diagnostics().warning("rules-when", at.location().append(kWarning), last.mark);
}

bool inherits(const InheritConfig& inherit, const std::string& key) {
  return inherit.all_defaults || std::ranges::find(inherit.defaults, key) != inherit.defaults.end();
}

void apply_defaults(const Node& body, const Defaults& defaults, JobConfig& job) {
  for (const yaml::Entry& entry : defaults.entries) {
    const std::string& key = entry.key->text;
    if (job.is_bridge && key != "interruptible") continue;
    if (!inherits(job.inherit, key) || given(body, key) != nullptr) continue;
    job_keyword(key)->take_over(defaults.values, job);
    job.effective.push_back(entry);
  }
}

}  // namespace

void read_default_entry(const At& parent, const yaml::Entry& entry, yaml::ViaPtr via, Syntax& syntax,
                        Defaults& defaults) {
  if (entry.value->is_null() || !entry.key->is_string()) return;
  const JobKeyword* keyword = job_keyword(entry.key->text);
  if (keyword == nullptr || keyword->take_over == nullptr) return;
  keyword->read(parent, entry, syntax, defaults.values);
  defaults.entries.push_back({entry.key, entry.value, std::move(via)});
}

JobConfig read_job(const At& at, const yaml::Entry& entry, bool is_bridge, const JobContext& context) {
  JobConfig job;
  const Node& body = *entry.value;
  job.name = entry.key->to_s();
  job.mark = entry.key->mark;
  job.is_bridge = is_bridge;
  job.stage = "test";
  check_name(at, entry, job.name);
  check_keys(at, body, is_bridge ? Scope::bridge : Scope::job);
  check_keys_together(at, body);
  const yaml::Entry* rules = given(body, "rules");
  if (rules != nullptr) check_keys_beside_rules(at, body);
  if (!is_bridge && body.find("run") == nullptr) {
    const yaml::Entry* script = body.find("script");
    if (script == nullptr || is_blank(*script->value)) {
      at.attribute("script", "can't be blank", script != nullptr ? script->value->mark : job.mark);
    }
  }
  job.effective.reserve(body.entries.size() + context.defaults.entries.size());
  for (const yaml::Entry& item : body.entries) {
    if (item.value->is_null() || !item.key->is_string()) continue;
    job.effective.push_back(item);
    const JobKeyword* keyword = job_keyword(item.key->text);
    // A key of the other kind of job was reported as unknown.
    if (keyword == nullptr || !is_keyword(is_bridge ? Scope::bridge : Scope::job, item.key->text)) continue;
    keyword->read(at, item, context.syntax, job);
  }
  read_delay(at, body, rules != nullptr, job);
  if (is_bridge) {
    check_bridge(at, job);
  } else {
    check_dependencies(at, body, job);
  }
  apply_defaults(body, context.defaults, job);
  if (!is_bridge) read_pages_job(at, body, job);
  if (rules == nullptr && !context.workflow_rules && !job.only) {
    job.only.emplace();
    job.only->refs = {"branches", "tags"};
    job.only->mark = job.mark;
  }
  if (rules != nullptr && !context.workflow_rules) warn_of_lone_when(at, rules->value, job);
  return job;
}

}  // namespace fairlead::parser::entry
