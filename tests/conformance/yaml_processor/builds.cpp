// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/yaml_processor/builds.hpp"

#include <algorithm>

#include "parser/entry/copies.hpp"
#include "parser/entry/job_graph.hpp"
#include "parser/yaml/json.hpp"

namespace fairlead::tests {

using nlohmann::json;
using namespace parser;

namespace {

const yaml::Entry* effective(const JobConfig& job, std::string_view key) {
  for (const yaml::Entry& entry : job.effective) {
    if (entry.key->text == key) return &entry;
  }
  return nullptr;
}

json as_written(const yaml::NodePtr& node) { return json::parse(yaml::to_json(*node)); }

json image_view(const ImageConfig& image) {
  json out = {{"name", image.name}};
  if (image.has_entrypoint) out["entrypoint"] = image.entrypoint;
  if (!image.pull_policy.empty()) out["pull_policy"] = image.pull_policy;
  if (image.docker_platform) out["executor_opts"]["docker"]["platform"] = *image.docker_platform;
  if (image.docker_user) out["executor_opts"]["docker"]["user"] = *image.docker_user;
  if (image.kubernetes_user) out["executor_opts"]["kubernetes"]["user"] = *image.kubernetes_user;
  return out;
}

json service_view(const ServiceConfig& service) {
  json out = image_view(service);
  if (service.alias) out["alias"] = *service.alias;
  if (service.has_command) out["command"] = service.command;
  return out;
}

json policy_view(const RefPolicyConfig& policy) {
  json out = json::object();
  if (policy.refs) out["refs"] = *policy.refs;
  if (policy.variables) out["variables"] = *policy.variables;
  if (policy.changes) out["changes"] = *policy.changes;
  if (policy.kubernetes_active) out["kubernetes"] = "active";
  return out;
}

json rule_view(const RuleConfig& rule) {
  json out = json::object();
  if (rule.if_expression) out["if"] = *rule.if_expression;
  if (rule.changes) {
    out["changes"]["paths"] = rule.changes->paths;
    if (rule.changes->compare_to) out["changes"]["compare_to"] = *rule.changes->compare_to;
  }
  if (rule.exists) out["exists"]["paths"] = rule.exists->paths;
  if (rule.when) out["when"] = model::to_string(*rule.when);
  if (rule.allow_failure) out["allow_failure"] = *rule.allow_failure;
  if (rule.interruptible) out["interruptible"] = *rule.interruptible;
  for (const VariableConfig& variable : rule.variables) out["variables"][variable.key] = variable.value;
  if (rule.auto_cancel_on_new_commit) out["auto_cancel"]["on_new_commit"] = *rule.auto_cancel_on_new_commit;
  if (rule.auto_cancel_on_job_failure)
    out["auto_cancel"]["on_job_failure"] = *rule.auto_cancel_on_job_failure;
  return out;
}

json cache_view(const CacheConfig& cache) {
  json out = {{"paths", cache.paths},         {"untracked", cache.untracked},
              {"policy", cache.policy},       {"when", model::to_string(cache.when)},
              {"unprotect", cache.unprotect}, {"fallback_keys", cache.fallback_keys}};
  if (!cache.key) return out;
  if (const auto* text = std::get_if<std::string>(&*cache.key)) {
    out["key"] = *text;
  } else {
    const auto& files = std::get<CacheKeyFiles>(*cache.key);
    out["key"][files.by_commit ? "files_commits" : "files"] = files.files;
    if (files.prefix) out["key"]["prefix"] = *files.prefix;
  }
  return out;
}

// GitLab shows `raw` only where `expand` was written.
bool says_expand(const yaml::Entry* variables, const std::string& name) {
  const yaml::NodePtr value = variables != nullptr ? variables->value->get(name) : nullptr;
  return value != nullptr && value->is_mapping() && value->find("expand") != nullptr;
}

json matrix_view(const ParallelMatrix& matrix) {
  json out = json::array();
  for (const auto& axes : matrix) {
    json map = json::object();
    for (const auto& [name, values] : axes) map[name] = values;
    out.push_back(map);
  }
  return out;
}

json needs_view(const entry::JobGraph& graph, const JobConfig& job, const Combination& own) {
  json out = json::array();
  for (const NeedConfig& need : *job.needs) {
    if (need.pipeline || need.project) continue;
    for (const std::string& target : graph.targets(need.job, substitute_matrix(need.matrix, own))) {
      out.push_back({{"name", target}, {"artifacts", need.artifacts}, {"optional", need.optional}});
    }
  }
  return out;
}

json trigger_view(const TriggerConfig& trigger) {
  json out = json::object();
  if (trigger.project) out["project"] = *trigger.project;
  if (trigger.branch) out["branch"] = *trigger.branch;
  if (trigger.strategy) out["strategy"] = *trigger.strategy;
  if (trigger.include) out["include"] = as_written(trigger.include);
  if (trigger.forward) out["forward"] = as_written(trigger.forward);
  return out;
}

json options_view(const JobConfig& job) {
  json out = json::object();
  if (job.before_script) out["before_script"] = *job.before_script;
  if (job.script) out["script"] = *job.script;
  if (job.after_script) out["after_script"] = *job.after_script;
  if (effective(job, "hooks") != nullptr) out["hooks"]["pre_get_sources_script"] = job.pre_get_sources_script;
  if (job.image) out["image"] = image_view(*job.image);
  for (const ServiceConfig& service : job.services) out["services"].push_back(service_view(service));
  for (const char* key : {"artifacts", "release", "start_in", "publish", "pages"}) {
    if (const yaml::Entry* entry = effective(job, key)) out[key] = as_written(entry->value);
  }
  if (const yaml::Entry* environment = effective(job, "environment")) {
    out["environment"] = environment->value->is_mapping()
                             ? as_written(environment->value)
                             : json{{"name", job.environment->name}, {"action", job.environment->action}};
  }
  if (job.retry) {
    out["retry"]["max"] = job.retry->max;
    if (!job.retry->when.empty()) out["retry"]["when"] = job.retry->when;
    if (!job.retry->exit_codes.empty()) out["retry"]["exit_codes"] = job.retry->exit_codes;
  }
  if (job.timeout) out["job_timeout"] = job.timeout->count();
  if (job.dependencies) out["dependencies"] = *job.dependencies;
  if (job.trigger) out["trigger"] = trigger_view(*job.trigger);
  if (job.allow_failure && !job.allow_failure->exit_codes.empty()) {
    out["allow_failure_criteria"]["exit_codes"] = job.allow_failure->exit_codes;
  }
  if (job.needs) {
    for (const NeedConfig& need : *job.needs) {
      if (!need.pipeline || need.job.empty()) continue;
      out["cross_dependencies"].push_back(
          {{"pipeline", *need.pipeline}, {"job", need.job}, {"artifacts", need.artifacts}});
    }
  }
  return out;
}

json inheritance_view(const InheritConfig& inherit) {
  if (inherit.all_variables) return true;
  return inherit.variables.empty() ? json(false) : json(inherit.variables);
}

json job_view(const entry::JobGraph& graph, const JobConfig& job, int stage_index) {
  json out = {{"stage", job.stage}, {"stage_idx", stage_index}, {"name", job.name}};
  out["options"] = options_view(job);
  out["when"] = model::to_string(job.when);
  out["allow_failure"] = job.allow_failure ? job.allow_failure->value && job.allow_failure->exit_codes.empty()
                                           : job.when == model::When::manual;
  out["job_variables"] = json::array();
  for (const VariableConfig& variable : job.variables) {
    json view = {{"key", variable.key}, {"value", variable.value}};
    if (says_expand(effective(job, "variables"), variable.key)) view["raw"] = variable.raw;
    out["job_variables"].push_back(view);
  }
  out["root_variables_inheritance"] = inheritance_view(job.inherit);
  out["scheduling_type"] = job.needs ? "dag" : "stage";
  if (job.needs) {
    json needs = needs_view(graph, job, {});
    if (!needs.empty()) out["needs_attributes"] = std::move(needs);
  }
  if (job.only) out["only"] = policy_view(*job.only);
  if (job.except) out["except"] = policy_view(*job.except);
  if (job.rules) {
    for (const RuleConfig& rule : *job.rules) out["rules"].push_back(rule_view(rule));
  }
  if (!job.tags.empty()) out["tag_list"] = job.tags;
  if (job.interruptible) out["interruptible"] = *job.interruptible;
  if (job.resource_group) out["resource_group_key"] = *job.resource_group;
  if (job.environment) out["environment"] = job.environment->name;
  if (job.coverage) out["coverage_regex"] = *job.coverage;
  for (const CacheConfig& cache : job.cache) out["cache"].push_back(cache_view(cache));
  for (const auto& [name, value] : job.carried) {
    if (name == "id_tokens" || name == "secrets" || name == "inputs") out[name] = as_written(value);
  }
  return out;
}

}  // namespace

json processor_builds(const PipelineConfig& config) {
  const entry::JobGraph graph(config);
  json out = json::array();
  for (std::size_t i = 0; i < config.jobs.size(); ++i) {
    const JobConfig& job = config.jobs[i];
    const json plain = job_view(graph, job, static_cast<int>(graph.stage_of(i)));
    if (!graph.is_multiplied(i)) {
      out.push_back(plain);
      continue;
    }
    const std::vector<Combination> own = combinations(job.matrix);
    const std::vector<std::string>& names = graph.copies(i);
    for (std::size_t copy = 0; copy < names.size(); ++copy) {
      json view = plain;
      view["name"] = names[copy];
      view["options"]["instance"] = copy + 1;
      json& parallel = view["options"]["parallel"];
      parallel["total"] = names.size();
      if (job.parallel) {
        parallel["number"] = *job.parallel;
      } else {
        parallel["matrix"] = matrix_view(job.matrix);
        for (const auto& [name, value] : own[copy])
          view["job_variables"].push_back({{"key", name}, {"value", value}});
        if (job.needs) view["needs_attributes"] = needs_view(graph, job, own[copy]);
      }
      out.push_back(std::move(view));
    }
  }
  return out;
}

json processor_stages(const PipelineConfig& config, const json& builds) {
  json out = json::array();
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    json stage = {{"name", config.stages[i]}, {"index", i}, {"builds", json::array()}};
    for (const json& build : builds) {
      if (build["stage"] == config.stages[i]) stage["builds"].push_back(build);
    }
    out.push_back(std::move(stage));
  }
  return out;
}

json processor_workflow_rules(const PipelineConfig& config) {
  if (!config.workflow.rules) return nullptr;
  json out = json::array();
  for (const RuleConfig& rule : *config.workflow.rules) out.push_back(rule_view(rule));
  return out;
}

json processor_root_variables(const PipelineConfig& config, bool with_prefill_data) {
  json list = json::array();
  json map = json::object();
  for (const VariableConfig& variable : config.variables) {
    json view = {{"value", variable.value}};
    if (variable.raw) view["raw"] = true;
    if (with_prefill_data && variable.description) view["description"] = *variable.description;
    if (with_prefill_data && !variable.options.empty()) view["options"] = variable.options;
    map[variable.key] = view;
    view["key"] = variable.key;
    list.push_back(std::move(view));
  }
  return with_prefill_data ? map : list;
}

}  // namespace fairlead::tests
