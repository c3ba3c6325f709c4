// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/job_keywords.hpp"

#include <unordered_map>

#include "parser/entry/checks.hpp"
#include "parser/entry/readers.hpp"

namespace fairlead::parser::entry {

namespace {

constexpr std::string_view kWhen[] = {"on_success", "on_failure", "always", "manual", "delayed"};
constexpr std::string_view kBridgeWhen[] = {"on_success", "on_failure", "always", "manual"};
constexpr std::size_t kMaxText = 255;

void ignore(const At&, const yaml::Entry&, Syntax&, JobConfig&) {}

// A reader for a field of JobConfig: FIELD = READ(at:keyword, value).
#define FAIRLEAD_FIELD(field, expression)                                                       \
  [](const At& at, const yaml::Entry& entry, [[maybe_unused]] Syntax& syntax, JobConfig& job) { \
    const At here(at, entry.key->text);                                                         \
    job.field = expression;                                                                     \
  }
#define FAIRLEAD_DEFAULT(field) [](const JobConfig& defaults, JobConfig& job) { job.field = defaults.field; }

// A checked keyword that is carried as written.
template <void (*Check)(const At&, const Node&)>
void carry(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  Check(At(at, entry.key->text), *entry.value);
  job.carried[entry.key->text] = entry.value;
}

// A keyword whose messages name the job: "jobs:rspec when should be ...". The
// entry is looked at through a map of one, so that the shared checks apply.
Node alone(const yaml::Entry& entry) {
  Node node;
  node.kind = yaml::Kind::mapping;
  node.mark = entry.value->mark;
  node.entries = {entry};
  return node;
}

void read_when(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  const auto words = job.is_bridge ? std::span<const std::string_view>(kBridgeWhen) : kWhen;
  if (auto when = word_attribute(at, alone(entry), "when", words, "should be one of: ")) {
    job.when = model::when_from_string(*when).value_or(model::When::on_success);
  }
  job.when_given = true;
}

void read_job_allow_failure(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  const Node& value = *entry.value;
  const bool boolean = value.kind == yaml::Kind::boolean;
  if (job.is_bridge && !boolean) {
    at.attribute("allow_failure", "should be a boolean value", value.mark);
  } else if (!boolean && !value.is_mapping()) {
    at.attribute("allow_failure", "should be a hash or a boolean value", value.mark);
  } else {
    job.allow_failure = read_allow_failure(At(at, "allow_failure"), value);
  }
}

void read_dependencies(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  job.dependencies = list_attribute(at, alone(entry), "dependencies");
}

void read_job_rules(const At& at, const yaml::Entry& entry, Syntax& syntax, JobConfig& job) {
  const auto nested_hashes = [](const auto& self, const Node& node, int level) -> bool {
    if (node.is_mapping()) return true;
    if (level <= 0 || !node.is_sequence()) return false;
    for (const NodePtr& item : node.items) {
      if (!self(self, *item, level - 1)) return false;
    }
    return true;
  };
  if (!entry.value->is_sequence() || !nested_hashes(nested_hashes, *entry.value, kMaxNesting)) {
    at.attribute("rules", "should be an array containing hashes and arrays of hashes", entry.value->mark);
    return;
  }
  job.rules = read_rules(At(at, "rules"), entry.value, Scope::rule, syntax);
}

void read_extends(const At& at, const yaml::Entry& entry, Syntax&, JobConfig&) {
  // Resolved by parser/merge, which also reports unknown bases.
  list_or_string_attribute(at, alone(entry), "extends");
}

void read_resource_group(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  job.resource_group = string_attribute(at, alone(entry), "resource_group");
  if (job.resource_group) {
    check_attribute_length(at, "resource_group", *job.resource_group, kMaxText, entry.value->mark);
  }
}

void read_manual_confirmation(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  job.manual_confirmation = string_attribute(at, alone(entry), "manual_confirmation");
}

void read_job_parallel(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  ParallelConfig parallel = read_parallel(At(at, "parallel"), *entry.value, !job.is_bridge);
  job.parallel = parallel.number;
  job.matrix = std::move(parallel.matrix);
}

void read_run(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  check_run(at, *entry.value);
  job.run = entry.value;
}

void read_identity(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  constexpr std::string_view kProviders[] = {"google_cloud"};
  word_attribute(at, alone(entry), "identity", kProviders, "should be one of: ");
  job.carried["identity"] = entry.value;
}

void read_job_retry(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  job.retry = read_retry(at, *entry.value);
}

void read_job_cache(const At& at, const yaml::Entry& entry, Syntax&, JobConfig& job) {
  job.cache = read_caches(at, *entry.value);
}

// A carried default fills the same name of the job.
template <const char* Name>
void take_over_carried(const JobConfig& defaults, JobConfig& job) {
  if (const auto found = defaults.carried.find(Name); found != defaults.carried.end()) {
    job.carried.insert(*found);
  }
}
constexpr char kIdTokens[] = "id_tokens";
constexpr char kIdentity[] = "identity";

using Table = std::unordered_map<std::string_view, JobKeyword>;

Table make_table() {
  return {
      {"after_script",
       {FAIRLEAD_FIELD(after_script, read_script(here, entry.value)), FAIRLEAD_DEFAULT(after_script)}},
      {"allow_failure", {read_job_allow_failure}},
      {"artifacts",
       {FAIRLEAD_FIELD(artifacts, read_artifacts(here, *entry.value)), FAIRLEAD_DEFAULT(artifacts)}},
      {"before_script",
       {FAIRLEAD_FIELD(before_script, read_script(here, entry.value)), FAIRLEAD_DEFAULT(before_script)}},
      {"cache", {read_job_cache, FAIRLEAD_DEFAULT(cache)}},
      {"coverage", {FAIRLEAD_FIELD(coverage, read_coverage(here, *entry.value, syntax))}},
      {"dast_configuration", {carry<check_dast_configuration>}},
      {"dependencies", {read_dependencies}},
      {"environment", {FAIRLEAD_FIELD(environment, read_environment(here, *entry.value))}},
      {"except", {FAIRLEAD_FIELD(except, read_policy(here, *entry.value, false, syntax))}},
      {"extends", {read_extends}},
      {"hooks",
       {FAIRLEAD_FIELD(pre_get_sources_script, read_hooks(here, *entry.value)),
        FAIRLEAD_DEFAULT(pre_get_sources_script)}},
      {"id_tokens", {carry<check_id_tokens>, take_over_carried<kIdTokens>}},
      {"identity", {read_identity, take_over_carried<kIdentity>}},
      {"image", {FAIRLEAD_FIELD(image, read_image(here, *entry.value)), FAIRLEAD_DEFAULT(image)}},
      {"inherit", {FAIRLEAD_FIELD(inherit, read_inherit(here, *entry.value))}},
      {"inputs", {carry<check_inputs>}},
      {"interruptible",
       {FAIRLEAD_FIELD(interruptible, read_interruptible(here, *entry.value)),
        FAIRLEAD_DEFAULT(interruptible)}},
      {"manual_confirmation", {read_manual_confirmation}},
      {"needs",
       {FAIRLEAD_FIELD(needs,
                       read_needs(here, entry.value, job.is_bridge ? NeedsOf::bridge : NeedsOf::job))}},
      {"only", {FAIRLEAD_FIELD(only, read_policy(here, *entry.value, true, syntax))}},
      {"pages", {carry<check_pages>}},
      {"parallel", {read_job_parallel}},
      {"publish", {carry<check_publish>}},
      {"release", {carry<check_release>}},
      {"resource_group", {read_resource_group}},
      {"retry", {read_job_retry, FAIRLEAD_DEFAULT(retry)}},
      {"rules", {read_job_rules}},
      {"run", {read_run}},
      {"script", {FAIRLEAD_FIELD(script, read_script(here, entry.value))}},
      {"secrets", {carry<check_secrets>}},
      {"services", {FAIRLEAD_FIELD(services, read_services(here, *entry.value)), FAIRLEAD_DEFAULT(services)}},
      {"stage", {FAIRLEAD_FIELD(stage, read_stage(here, *entry.value))}},
      {"start_in", {ignore}},  // read with `when`
      {"tags", {FAIRLEAD_FIELD(tags, read_tags(here, *entry.value)), FAIRLEAD_DEFAULT(tags)}},
      {"timeout", {FAIRLEAD_FIELD(timeout, read_timeout(here, *entry.value)), FAIRLEAD_DEFAULT(timeout)}},
      {"trigger", {FAIRLEAD_FIELD(trigger, read_trigger(here, *entry.value))}},
      {"variables", {FAIRLEAD_FIELD(variables, read_variables(here, *entry.value, Scope::job_variable))}},
      {"when", {read_when}},
  };
}

#undef FAIRLEAD_FIELD
#undef FAIRLEAD_DEFAULT

}  // namespace

const JobKeyword* job_keyword(std::string_view name) {
  static const auto* const table = new Table(make_table());
  const auto found = table->find(name);
  return found != table->end() ? &found->second : nullptr;
}

}  // namespace fairlead::parser::entry
