// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/keywords.hpp"

#include <unordered_map>

namespace fairlead::parser::entry {

namespace {

using enum Scope;

constexpr ScopeSet kJobs = in(job) | in(bridge);
constexpr ScopeSet kJobDefault = in(job) | in(defaults);
constexpr ScopeSet kGlobal = kJobDefault | in(root);
constexpr ScopeSet kRules = in(rule) | in(workflow_rule);
constexpr ScopeSet kImages = in(image) | in(service);
constexpr ScopeSet kVariables = in(root_variable) | in(job_variable);

// What Fairlead does with a keyword. Short, because the column is narrow.
constexpr std::string_view kActs = "acted on";
constexpr std::string_view kRunner = "carried to the runner";
constexpr std::string_view kChecked = "checked and carried, not acted on yet";

// Columns: where, name, forms and default, since, meaning, what Fairlead does.
constexpr Keyword kTable[] = {
    {in(root), "default", "map", "12.3", "keywords for all jobs that do not set them", kActs},
    {in(root), "include", "string, map or list", "10.5", "further files, merged below this one", kActs},
    {in(root), "stages", "list, nested lists; default build, test, deploy", "7.12",
     "the stages in order, framed by .pre and .post", kActs},
    {in(root), "workflow", "map", "12.5", "whether there is a pipeline at all, and its name", kActs},
    {in(root) | kJobs | in(service) | kRules, "variables",
     "map of scalars or of {value, expand}; root also description, options", "7.12", "environment of jobs",
     kActs},

    {kGlobal, "image", "string or map", "7.12", "container image of the job", kRunner},
    {kGlobal, "services", "list of strings or maps", "7.12", "containers beside the job", kRunner},
    {kGlobal, "before_script", "string or nested list", "7.12", "commands before script", kActs},
    {kGlobal, "after_script", "string or nested list", "8.7",
     "commands after script, in a shell of their own", kActs},
    {kGlobal, "cache", "map or list of up to 4", "8.8", "files kept between pipelines", kActs},

    {in(job), "script", "string or nested list; required unless run", "7.12", "the commands of the job",
     kActs},
    {in(job), "run", "list of steps", "17.3", "steps instead of script", kChecked},
    {kJobs, "stage", "string; default test", "7.12", "the stage of the job", kActs},
    {kJobs, "extends", "string or list", "11.3", "jobs whose keys are merged below this one", kActs},
    {kJobs, "rules", "list of rules, nested lists", "12.3", "when the job is added, first match wins", kActs},
    {kJobs, "only", "list or map; default branches, tags", "7.12", "refs and conditions that add the job",
     kActs},
    {kJobs, "except", "list or map", "7.12", "refs and conditions that keep the job out", kActs},
    {kJobs, "when", "on_success (default), on_failure, always, manual, delayed", "8.0", "when the job runs",
     kActs},
    {in(job), "start_in", "duration up to 1 week, with when: delayed", "11.4", "how long a delayed job waits",
     kActs},
    {kJobs, "allow_failure", "boolean or {exit_codes}; default false, true for when: manual", "8.1",
     "whether the pipeline goes on after a failure", kActs},
    {kJobs, "manual_confirmation", "string", "17.1", "the question before a manual job is started", kActs},
    {kJobs, "needs", "list of job names or maps", "12.2", "jobs to wait for instead of stages", kActs},
    {in(job), "dependencies", "list of job names", "8.6", "jobs whose artifacts are fetched", kActs},
    {kJobDefault, "artifacts", "map", "8.2", "files kept after the job", kActs},
    {in(job), "coverage", "/regular expression/", "8.17", "how to read the coverage from the log", kActs},
    {kJobDefault, "timeout", "duration", "12.3", "limit of the job's run time", kActs},
    {kJobDefault, "tags", "list of fewer than 50", "7.14", "runners that may take the job", kActs},
    {kJobDefault, "retry", "0 to 2 or map", "9.5", "how often a failed job is tried again", kActs},
    {kJobs, "parallel", "1 to 200 (jobs only) or {matrix}", "11.5", "copies of the job", kActs},
    {kJobDefault | in(bridge), "interruptible", "boolean; default false", "12.3",
     "may a newer pipeline cancel it", kActs},
    {kJobs, "resource_group", "string up to 255 characters", "12.7", "jobs of one group run one at a time",
     kActs},
    {kJobs, "environment", "string or map", "8.9", "what the job deploys to", kActs},
    {in(job), "release", "map", "13.2", "a release to create", kChecked},
    {kJobDefault, "id_tokens", "map of {aud}", "15.7", "JSON web tokens as variables", kChecked},
    {in(job), "secrets", "map of name to provider", "13.4", "secrets from a provider", kChecked},
    {kJobDefault, "hooks", "map", "15.6", "scripts at points of the job's life", kActs},
    {kJobDefault, "identity", "google_cloud", "16.9", "workload identity", kChecked},
    {in(job), "pages", "boolean or map", "17.9", "publish a folder as a site", kChecked},
    {in(job), "publish", "string; default public", "16.1", "folder of a pages job", kChecked},
    {in(job), "dast_configuration", "map", "14.1", "profiles of a DAST scan", kChecked},
    {in(job), "inputs", "map of up to 50, each with a default", "18.3",
     "values asked of whoever starts the job", kChecked},
    {in(bridge), "trigger", "string or map", "11.8", "a downstream pipeline", kChecked},
    {kJobs, "inherit", "map", "12.9", "which defaults and variables reach the job", kActs},

    {in(workflow), "rules", "list of rules", "12.5", "when there is a pipeline", kActs},
    {in(workflow), "name", "string up to 255 characters", "15.5", "name of the pipeline", kActs},
    {in(workflow) | in(workflow_rule), "auto_cancel", "map", "16.8",
     "what a newer commit or a failure cancels", kActs},
    {in(auto_cancel), "on_new_commit", "conservative (default), none, interruptible", "16.8",
     "which jobs of older pipelines are cancelled", kActs},
    {in(auto_cancel), "on_job_failure", "none (default), all", "16.10", "whether a failure cancels the rest",
     kActs},

    {kRules, "if", "expression", "12.3", "condition over variables", kActs},
    {kRules, "changes", "list of globs or {paths, compare_to}", "12.3", "true when a path changed", kActs},
    {kRules, "exists", "glob, list of globs or {paths, project, ref}", "12.4", "true when a path exists",
     kActs},
    {kRules, "when", "as the job's, and never; workflow: always, never", "12.3", "what a match means", kActs},
    {kRules, "start_in", "duration, with when: delayed", "12.3", "how long the job waits", kActs},
    {kRules, "allow_failure", "boolean", "12.8", "replaces the job's", kActs},
    {kRules, "needs", "as the job's", "16.0", "replaces the job's", kActs},
    {in(rule), "interruptible", "boolean", "16.10", "replaces the job's", kActs},
    {in(rule_changes), "paths", "list of up to 50 globs", "15.2", "paths to look at", kActs},
    {in(rule_changes), "compare_to", "ref", "15.3", "what to compare with", kActs},
    {in(rule_exists), "paths", "list of up to 50 globs", "16.11", "paths to look for", kActs},
    {in(rule_exists), "project", "path of a project", "16.11", "where to look", kChecked},
    {in(rule_exists), "ref", "ref, with project", "16.11", "at which commit to look", kChecked},

    {in(policy), "refs", "list of refs, patterns and pipeline sources", "10.0", "which refs", kActs},
    {in(policy), "variables", "list of expressions", "10.7", "any may hold", kActs},
    {in(policy), "changes", "list of globs", "11.4", "any path may have changed", kActs},
    {in(policy), "kubernetes", "active", "10.0", "a cluster is connected", kActs},

    {in(inherit), "default", "boolean or list of keywords", "12.9", "which defaults reach the job", kActs},
    {in(inherit), "variables", "boolean or list of names", "12.9", "which root variables reach the job",
     kActs},

    {kImages, "name", "string; required", "9.4", "the image", kRunner},
    {kImages, "entrypoint", "list of strings", "9.4", "replaces the image's entry point", kRunner},
    {kImages, "pull_policy", "always, never, if-not-present, or a list", "15.1", "when to pull", kRunner},
    {kImages, "docker", "map", "16.7", "options of the Docker executor", kRunner},
    {kImages, "kubernetes", "map", "18.0", "options of the Kubernetes executor", kRunner},
    {in(service), "alias", "string", "9.4", "host names of the service", kRunner},
    {in(service), "command", "list of strings", "9.4", "replaces the image's command", kRunner},
    {in(image_docker), "platform", "string", "16.7", "architecture to pull", kRunner},
    {in(image_docker), "user", "string up to 255 characters", "16.8", "user of the container", kRunner},
    {in(image_kubernetes), "user", "string or number", "18.0", "user of the container", kRunner},

    {kVariables, "value", "scalar", "13.7", "the value", kActs},
    {kVariables, "expand", "boolean; default true", "15.6", "whether $references in it are expanded", kActs},
    {in(root_variable), "description", "string", "13.7", "shown where a pipeline is started by hand",
     kChecked},
    {in(root_variable), "options", "list of strings", "15.7", "values to choose from", kChecked},

    {in(need) | in(cross_need) | in(project_need), "job", "name; required", "12.2", "the job to wait for",
     kActs},
    {in(need) | in(cross_need) | in(project_need), "artifacts", "boolean; default true", "12.6",
     "fetch its artifacts", kActs},
    {in(need) | in(cross_need), "optional", "boolean; default false", "13.10", "it may be missing", kActs},
    {in(need), "parallel", "{matrix}", "16.3", "only these copies of it", kActs},
    {in(cross_need), "pipeline", "id; required", "13.7", "the pipeline of the job", kChecked},
    {in(bridge_need), "pipeline", "path of a project; required", "11.8", "the pipeline to mirror", kChecked},
    {in(project_need), "project", "path; required", "12.7", "the project of the job", kChecked},
    {in(project_need), "ref", "ref; required", "12.7", "its ref", kChecked},

    {in(parallel), "matrix", "list of maps of up to 200 combinations", "13.3", "a copy for each combination",
     kActs},
    {in(retry), "max", "0 to 2", "11.5", "how often", kActs},
    {in(retry), "when", "failure reason or list; default always", "11.5", "after which failures", kActs},
    {in(retry), "exit_codes", "number or list", "16.10", "after which exit codes", kActs},
    {in(allow_failure), "exit_codes", "number or list", "13.8", "only these failures are allowed", kActs},

    {in(artifacts), "paths", "list of globs", "8.2", "files to keep", kActs},
    {in(artifacts), "exclude", "list of globs", "13.1", "files to leave out", kActs},
    {in(artifacts), "untracked", "boolean; default false", "8.2", "all files that git does not track", kActs},
    {in(artifacts), "name", "string; default artifacts", "8.6", "name of the archive", kActs},
    {in(artifacts), "when", "on_success (default), on_failure, always", "8.9", "after which outcome", kActs},
    {in(artifacts), "expire_in", "duration or never", "8.9", "how long they are kept", kActs},
    {in(artifacts), "expose_as", "string up to 100 characters", "12.5", "shown under this name", kChecked},
    {in(artifacts), "reports", "map of type to paths", "11.2", "files with a meaning", kActs},
    {in(artifacts), "public", "boolean; default true", "13.8", "may anyone fetch them", kChecked},
    {in(artifacts), "access", "all (default), developer, maintainer, none", "16.11", "who may fetch them",
     kChecked},
    {in(reports), "dotenv", "path or list", "12.9", "variables for later jobs", kActs},
    {in(reports), "junit", "path or list", "11.2", "test results", kActs},
    {in(reports), "coverage_report", "{coverage_format, path}", "14.10", "line coverage", kChecked},
    {in(reports), "accessibility", "path or list", "12.8", "accessibility report", kChecked},
    {in(reports), "annotations", "path or list", "16.3", "links shown with the job", kChecked},
    {in(reports), "api_fuzzing", "path or list", "13.4", "API fuzzing report", kChecked},
    {in(reports), "browser_performance", "path or list", "14.0", "browser performance report", kChecked},
    {in(reports), "cluster_image_scanning", "path or list", "14.1", "cluster image report", kChecked},
    {in(reports), "codequality", "path or list", "11.5", "code quality report", kChecked},
    {in(reports), "container_scanning", "path or list", "11.5", "container scanning report", kChecked},
    {in(reports), "coverage_fuzzing", "path or list", "13.4", "coverage fuzzing report", kChecked},
    {in(reports), "cyclonedx", "path or list", "15.3", "software bill of materials", kChecked},
    {in(reports), "dast", "path or list", "11.5", "DAST report", kChecked},
    {in(reports), "dependency_scanning", "path or list", "11.5", "dependency report", kChecked},
    {in(reports), "license_management", "path or list", "11.5", "license report, old name", kChecked},
    {in(reports), "license_scanning", "path or list", "12.8", "license report", kChecked},
    {in(reports), "load_performance", "path or list", "13.2", "load performance report", kChecked},
    {in(reports), "lsif", "path or list", "12.9", "code navigation", kChecked},
    {in(reports), "metrics", "path or list", "11.10", "metrics report", kChecked},
    {in(reports), "performance", "path or list", "11.5", "browser performance report, old name", kChecked},
    {in(reports), "repository_xray", "path or list", "16.7", "repository report", kChecked},
    {in(reports), "requirements", "path or list", "13.1", "requirements report", kChecked},
    {in(reports), "requirements_v2", "path or list", "16.0", "requirements report", kChecked},
    {in(reports), "sarif", "path or list", "18.8", "SARIF report", kChecked},
    {in(reports), "sast", "path or list", "11.5", "SAST report", kChecked},
    {in(reports), "secret_detection", "path or list", "13.1", "secret detection report", kChecked},
    {in(reports), "terraform", "path or list", "13.0", "Terraform plan", kChecked},
    {in(coverage_report), "coverage_format", "cobertura, jacoco", "14.10", "format of the file", kChecked},
    {in(coverage_report), "path", "path", "14.10", "the file", kChecked},

    {in(cache), "key", "string or map; default default", "8.8", "which cache", kActs},
    {in(cache), "paths", "list of globs", "8.8", "files to keep", kActs},
    {in(cache), "untracked", "boolean; default false", "8.8", "all files that git does not track", kActs},
    {in(cache), "policy", "pull-push (default), pull, push, or a variable", "9.4", "fetch, store or both",
     kActs},
    {in(cache), "when", "on_success (default), on_failure, always", "13.5",
     "after which outcome it is stored", kActs},
    {in(cache), "unprotect", "boolean; default false", "15.8", "shared by protected and other refs", kActs},
    {in(cache), "fallback_keys", "list of up to 5", "15.11", "keys to try when there is none", kActs},
    {in(cache_key), "files", "list of 1 or 2 paths", "12.5", "key from the content of files", kActs},
    {in(cache_key), "files_commits", "list of 1 or 2 paths", "18.1", "key from the last commit of files",
     kActs},
    {in(cache_key), "prefix", "string", "12.5", "put before the key", kActs},

    {in(environment), "name", "string; required", "8.9", "the environment", kActs},
    {in(environment), "url", "string up to 255 characters", "8.9", "where it is", kActs},
    {in(environment), "action", "start (default), stop, prepare, verify, access", "8.13",
     "what the job does to it", kActs},
    {in(environment), "on_stop", "job name", "8.13", "the job that stops it", kActs},
    {in(environment), "auto_stop_in", "duration", "12.8", "when it is stopped by itself", kChecked},
    {in(environment), "deployment_tier", "production, staging, testing, development, other", "13.10",
     "what it is for", kActs},
    {in(environment), "kubernetes", "map", "12.6", "the cluster of the environment", kChecked},
    {in(environment_kubernetes), "agent", "path:name", "17.6", "agent of the cluster", kChecked},
    {in(environment_kubernetes), "namespace", "string", "12.6", "its namespace", kChecked},
    {in(environment_kubernetes), "flux_resource_path", "string", "17.7", "its Flux resource", kChecked},
    {in(environment_kubernetes), "managed_resources", "map", "17.9", "resources GitLab manages", kChecked},
    {in(environment_kubernetes), "dashboard", "map", "18.4", "what the dashboard shows", kChecked},

    {in(hooks), "pre_get_sources_script", "string or nested list", "15.6",
     "commands before the sources are fetched", kActs},
    {in(id_token), "aud", "string or list; required", "15.7", "for whom the token is", kChecked},
    {in(secret), "vault", "string or map", "13.4", "HashiCorp Vault", kChecked},
    {in(secret), "azure_key_vault", "map", "16.3", "Azure Key Vault", kChecked},
    {in(secret), "gcp_secret_manager", "map", "16.8", "Google Secret Manager", kChecked},
    {in(secret), "aws_secrets_manager", "string or map", "18.3", "AWS Secrets Manager", kChecked},
    {in(secret), "akeyless", "map", "17.0", "Akeyless", kChecked},
    {in(secret), "gitlab_secrets_manager", "map", "18.3", "GitLab's own", kChecked},
    {in(secret), "file", "boolean; default true", "14.1", "a path to the value instead of the value",
     kChecked},
    {in(secret), "token", "string", "15.8", "the token to sign in with", kChecked},
    {in(vault), "engine", "{name, path}; required", "13.4", "secrets engine", kChecked},
    {in(vault), "path", "string; required", "13.4", "path of the secret", kChecked},
    {in(vault), "field", "string; required", "13.4", "field of the secret", kChecked},
    {in(vault_engine), "name", "string; required", "13.4", "kind of engine", kChecked},
    {in(vault_engine), "path", "string; required", "13.4", "where it is mounted", kChecked},
    {in(azure_key_vault), "name", "string; required", "16.3", "name of the secret", kChecked},
    {in(azure_key_vault), "version", "string", "16.3", "its version", kChecked},
    {in(gcp_secret_manager), "name", "string; required", "16.8", "name of the secret", kChecked},
    {in(gcp_secret_manager), "version", "string or number; default latest", "16.8", "its version", kChecked},
    {in(aws_secrets_manager), "secret_id", "string; required", "18.3", "name of the secret", kChecked},
    {in(aws_secrets_manager), "version_id", "string", "18.3", "its version", kChecked},
    {in(aws_secrets_manager), "version_stage", "string", "18.3", "its stage", kChecked},
    {in(aws_secrets_manager), "region", "string", "18.3", "region", kChecked},
    {in(aws_secrets_manager), "field", "string", "18.3", "field of the secret", kChecked},
    {in(aws_secrets_manager), "role_arn", "string", "18.3", "role to assume", kChecked},
    {in(aws_secrets_manager), "role_session_name", "string", "18.3", "name of the session", kChecked},
    {in(akeyless), "name", "string", "17.0", "name of the secret", kChecked},
    {in(akeyless), "data_key", "string", "17.0", "field of the secret", kChecked},
    {in(akeyless), "cert_user_name", "string", "17.0", "user of a certificate", kChecked},
    {in(akeyless), "public_key_data", "string", "17.0", "key of a certificate", kChecked},
    {in(akeyless), "csr_data", "string", "17.0", "request of a certificate", kChecked},
    {in(akeyless), "akeyless_api_url", "string", "17.0", "address", kChecked},
    {in(akeyless), "akeyless_access_type", "string", "17.0", "way to sign in", kChecked},
    {in(akeyless), "akeyless_token", "string", "17.0", "token", kChecked},
    {in(akeyless), "uid_token", "string", "17.0", "universal identity", kChecked},
    {in(akeyless), "gcp_audience", "string", "17.0", "audience", kChecked},
    {in(akeyless), "azure_object_id", "string", "17.0", "object", kChecked},
    {in(akeyless), "k8s_service_account_token", "string", "17.0", "service account", kChecked},
    {in(akeyless), "k8s_auth_config_name", "string", "17.0", "configuration", kChecked},
    {in(akeyless), "akeyless_api_key", "string", "17.0", "key", kChecked},
    {in(akeyless), "gateway_ca_certificate", "string", "17.0", "certificate authority", kChecked},
    {in(gitlab_secrets_manager), "name", "string; required", "18.3", "name of the secret", kChecked},
    {in(gitlab_secrets_manager), "source", "string", "18.3", "project or group that holds it", kChecked},

    {in(release), "tag_name", "string; required", "13.2", "tag of the release", kChecked},
    {in(release), "tag_message", "string", "15.3", "annotation of a new tag", kChecked},
    {in(release), "name", "string; default the tag", "13.2", "title", kChecked},
    {in(release), "description", "string; required", "13.2", "text, or a file with it", kChecked},
    {in(release), "ref", "ref", "13.2", "where a new tag goes", kChecked},
    {in(release), "released_at", "ISO 8601 date", "13.2", "date of the release", kChecked},
    {in(release), "milestones", "string or list", "13.2", "its milestones", kChecked},
    {in(release), "assets", "{links}", "13.12", "files of the release", kChecked},
    {in(release_assets), "links", "list of maps; required", "13.12", "links", kChecked},
    {in(release_link), "name", "string; required", "13.12", "name of the link", kChecked},
    {in(release_link), "url", "string; required", "13.12", "its target", kChecked},
    {in(release_link), "filepath", "string", "13.12", "a lasting path to it", kChecked},
    {in(release_link), "link_type", "runbook, package, image, other", "13.12", "what it is", kChecked},

    {in(pages), "path_prefix", "string", "16.7", "path below the site", kChecked},
    {in(pages), "expire_in", "duration or never", "17.4", "how long the site lives", kChecked},
    {in(pages), "publish", "string; default public", "17.9", "the folder to publish", kChecked},
    {in(dast_configuration), "site_profile", "string", "14.1", "profile of the site", kChecked},
    {in(dast_configuration), "scanner_profile", "string", "14.1", "profile of the scanner", kChecked},
    {in(input), "default", "value of the type; required", "18.3", "the value unless another is given",
     kChecked},
    {in(input), "type", "string (default), number, boolean, array", "18.3", "what values are allowed",
     kChecked},
    {in(input), "description", "string", "18.3", "what it is for", kChecked},
    {in(input), "options", "list of up to 50", "18.3", "values to choose from", kChecked},
    {in(input), "regex", "RE2 pattern", "18.3", "what a string must match", kChecked},
    {in(step), "name", "string; required", "17.3", "name of the step", kChecked},
    {in(step), "script", "string", "17.3", "commands", kChecked},
    {in(step), "step", "string or {git} or {oci}", "17.3", "a step to run, old name of func", kChecked},
    {in(step), "func", "string or {git} or {oci}", "18.6", "a function to run", kChecked},
    {in(step), "inputs", "map", "17.3", "inputs of the step", kChecked},
    {in(step), "env", "map of strings", "17.3", "environment of the step", kChecked},

    {in(trigger_project), "project", "path; required", "11.8", "the project to start", kChecked},
    {in(trigger_project), "branch", "ref; default its default branch", "11.8", "the branch there", kChecked},
    {in(trigger_project) | in(trigger_include), "strategy", "depend, mirror", "12.3",
     "whether the job follows the pipeline it started", kChecked},
    {in(trigger_project) | in(trigger_include), "forward", "map", "14.9", "which variables go along",
     kChecked},
    {in(trigger_project) | in(trigger_include), "inputs", "map", "17.11", "inputs of the pipeline", kChecked},
    {in(trigger_include), "include", "string, map or list of up to 3; required", "12.7",
     "files of the child pipeline", kChecked},
    {in(trigger_forward), "yaml_variables", "boolean; default true", "14.9", "variables of the job",
     kChecked},
    {in(trigger_forward), "pipeline_variables", "boolean; default false", "14.9",
     "variables of this pipeline", kChecked},
    {in(trigger_include_item), "local", "path", "12.7", "a file of this project", kChecked},
    {in(trigger_include_item), "project", "path, with file", "13.5", "another project", kChecked},
    {in(trigger_include_item), "file", "path or list, with project", "13.5", "a file there", kChecked},
    {in(trigger_include_item), "ref", "ref, with project", "13.5", "at which ref", kChecked},
    {in(trigger_include_item), "remote", "address", "12.7", "a file from the web", kChecked},
    {in(trigger_include_item), "integrity", "sha256-BASE64, with remote", "17.9", "its checksum", kChecked},
    {in(trigger_include_item), "template", "name", "12.7", "a file that comes with GitLab", kChecked},
    {in(trigger_include_item), "component", "address@version", "16.0", "a component", kChecked},
    {in(trigger_include_item), "artifact", "path, with job", "12.9", "a file made by a job", kChecked},
    {in(trigger_include_item), "job", "job name, with artifact", "12.9", "the job that made it", kChecked},
    {in(trigger_include_item), "inputs", "map", "15.11", "inputs of the file", kChecked},
    {in(trigger_include_item), "rules", "list of maps", "14.2", "when it is included", kChecked},
};

// Built on first use: nobody who does not parse pays for it.
const std::unordered_map<std::string_view, ScopeSet>& index() {
  static const auto* const built = [] {
    auto* out = new std::unordered_map<std::string_view, ScopeSet>();
    for (const Keyword& keyword : kTable) (*out)[keyword.name] |= keyword.where;
    return out;
  }();
  return *built;
}

}  // namespace

std::span<const Keyword> keyword_table() { return kTable; }

bool is_keyword(Scope scope, std::string_view name) {
  const auto found = index().find(name);
  return found != index().end() && (found->second & in(scope)) != 0;
}

const std::vector<std::string>& keyword_names(Scope scope) {
  static const auto* const lists = [] {
    auto* out = new std::vector<std::vector<std::string>>(static_cast<std::size_t>(Scope::count_));
    for (const Keyword& keyword : kTable) {
      for (unsigned i = 0; i < static_cast<unsigned>(Scope::count_); ++i) {
        if ((keyword.where >> i & 1U) != 0) (*out)[i].emplace_back(keyword.name);
      }
    }
    return out;
  }();
  return (*lists)[static_cast<std::size_t>(scope)];
}

std::string_view scope_title(Scope scope) {
  switch (scope) {
    case root:
      return "the top level";
    case defaults:
      return "default";
    case job:
      return "job";
    case bridge:
      return "trigger job";
    case workflow:
      return "workflow";
    case auto_cancel:
      return "workflow:auto_cancel";
    case rule:
      return "rules";
    case workflow_rule:
      return "workflow:rules";
    case rule_changes:
      return "rules:changes";
    case rule_exists:
      return "rules:exists";
    case policy:
      return "only, except";
    case inherit:
      return "inherit";
    case image:
      return "image";
    case image_docker:
      return "image:docker, services:docker";
    case image_kubernetes:
      return "image:kubernetes, services:kubernetes";
    case service:
      return "services";
    case root_variable:
      return "variables of the top level";
    case job_variable:
      return "variables of a job";
    case need:
      return "needs";
    case cross_need:
      return "needs, of another pipeline";
    case project_need:
      return "needs, of another project";
    case bridge_need:
      return "needs of a trigger job";
    case parallel:
      return "parallel";
    case retry:
      return "retry";
    case allow_failure:
      return "allow_failure";
    case artifacts:
      return "artifacts";
    case reports:
      return "artifacts:reports";
    case coverage_report:
      return "artifacts:reports:coverage_report";
    case cache:
      return "cache";
    case cache_key:
      return "cache:key";
    case environment:
      return "environment";
    case environment_kubernetes:
      return "environment:kubernetes";
    case hooks:
      return "hooks";
    case id_token:
      return "id_tokens";
    case secret:
      return "secrets";
    case vault:
      return "secrets:vault";
    case vault_engine:
      return "secrets:vault:engine";
    case azure_key_vault:
      return "secrets:azure_key_vault";
    case gcp_secret_manager:
      return "secrets:gcp_secret_manager";
    case aws_secrets_manager:
      return "secrets:aws_secrets_manager";
    case akeyless:
      return "secrets:akeyless";
    case gitlab_secrets_manager:
      return "secrets:gitlab_secrets_manager";
    case release:
      return "release";
    case release_assets:
      return "release:assets";
    case release_link:
      return "release:assets:links";
    case pages:
      return "pages";
    case dast_configuration:
      return "dast_configuration";
    case input:
      return "inputs";
    case step:
      return "run";
    case trigger_project:
      return "trigger, of another project";
    case trigger_include:
      return "trigger, of a child pipeline";
    case trigger_forward:
      return "trigger:forward";
    case trigger_include_item:
      return "trigger:include";
    case count_:
      break;
  }
  return "";
}

}  // namespace fairlead::parser::entry
