// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The one table of keywords: which mapping takes which key, in what forms,
// and what Fairlead makes of it. Unknown-key checks and "did you mean" read
// it, and docs/keywords.md is rendered from it.
namespace fairlead::parser::entry {

// A kind of mapping in the file.
enum class Scope : std::uint8_t {
  root,
  defaults,  // default:
  job,
  bridge,  // a job with trigger: or a needs:pipeline
  workflow,
  auto_cancel,
  rule,
  workflow_rule,
  rule_changes,
  rule_exists,
  policy,  // only:, except:
  inherit,
  image,
  image_docker,
  image_kubernetes,
  service,
  root_variable,
  job_variable,
  need,
  cross_need,    // of another pipeline
  project_need,  // of another project
  bridge_need,
  parallel,
  retry,
  allow_failure,
  artifacts,
  reports,
  coverage_report,
  cache,
  cache_key,
  environment,
  environment_kubernetes,
  hooks,
  id_token,
  secret,
  vault,
  vault_engine,
  azure_key_vault,
  gcp_secret_manager,
  aws_secrets_manager,
  akeyless,
  gitlab_secrets_manager,
  release,
  release_assets,
  release_link,
  pages,
  dast_configuration,
  input,
  step,
  trigger_project,
  trigger_include,
  trigger_forward,
  trigger_include_item,
  count_,
};

using ScopeSet = std::uint64_t;
constexpr ScopeSet in(Scope scope) { return ScopeSet{1} << static_cast<unsigned>(scope); }
static_assert(static_cast<unsigned>(Scope::count_) <= 64);

struct Keyword {
  ScopeSet where;
  std::string_view name;
  std::string_view forms;  // what may be written, and the default
  std::string_view since;  // the GitLab release that brought it
  std::string_view meaning;
  std::string_view fairlead;  // what becomes of it here
};

std::span<const Keyword> keyword_table();
bool is_keyword(Scope scope, std::string_view name);
// In the order of the table. The list lives as long as the program.
const std::vector<std::string>& keyword_names(Scope scope);
// How messages and the documentation call the mapping: "job", "artifacts:reports".
std::string_view scope_title(Scope scope);

// docs/keywords.md.
std::string render_keyword_docs();

}  // namespace fairlead::parser::entry
