// SPDX-License-Identifier: Apache-2.0
#include "runner/script/job_variables.hpp"

#include <charconv>
#include <functional>

namespace fairlead::runner {
namespace {

bool is_name_character(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Names of one character after `$`: those a shell treats specially, and digits.
bool is_special_name(char c) {
  return std::string_view("*#$@!?-").find(c) != std::string_view::npos || (c >= '0' && c <= '9');
}

struct Reference {
  std::string_view name;
  std::size_t length = 0;  // characters after the `$` that belong to it
};

// What follows a `$`. An empty name with a length is a malformed reference
// ("${}", "${x" without end) and vanishes; without a length the `$` stands for
// itself. The rules are those of Go's os.Expand, which gitlab-runner uses.
Reference read_reference(std::string_view text) {
  if (text.front() == '{') {
    std::size_t end = text.find('}', 1);
    if (end == std::string_view::npos) return {{}, 1};
    return {text.substr(1, end - 1), end + 1};
  }
  if (is_special_name(text.front())) return {text.substr(0, 1), 1};
  std::size_t length = 0;
  while (length < text.size() && is_name_character(text[length])) ++length;
  return {text.substr(0, length), length};
}

std::string expand_once(std::string_view text,
                        const std::function<std::string_view(std::string_view)>& lookup) {
  std::string out;
  std::size_t done = 0;
  for (;;) {
    std::size_t dollar = text.find('$', done);
    if (dollar == std::string_view::npos || dollar + 1 == text.size()) break;
    out.append(text, done, dollar - done);
    Reference reference = read_reference(text.substr(dollar + 1));
    if (!reference.name.empty())
      out += reference.name == "$" ? std::string_view("$") : lookup(reference.name);
    else if (reference.length == 0)
      out += '$';
    done = dollar + 1 + reference.length;
  }
  out.append(text, done);
  return out;
}

}  // namespace

model::Variables assemble_variables(const model::Variables& job, const RunnerFacts& facts) {
  model::Variables all;
  all.reserve(job.size() + facts.environment.size() + 24);
  auto add = [&all](std::string_view key, std::string value) {
    all.push_back({.key = std::string(key), .value = std::move(value), .is_public = true, .raw = true});
  };
  add("CI_JOB_IMAGE", facts.job_image);
  all.back().raw = false;
  add("CI_RUNNER_SHORT_TOKEN", facts.short_token);
  all.insert(all.end(), facts.environment.begin(), facts.environment.end());
  add("CI_BUILDS_DIR", facts.builds_dir.string());
  add("CI_PROJECT_DIR", facts.project_dir.string());
  add("CI_CONCURRENT_ID", std::to_string(facts.concurrent_id));
  add("CI_CONCURRENT_PROJECT_ID", std::to_string(facts.concurrent_project_id));
  add("CI_SERVER", "yes");
  add("CI_JOB_STATUS", "running");
  add("CI_JOB_TIMEOUT", std::to_string(facts.timeout_seconds));
  all.insert(all.end(), job.begin(), job.end());
  add(facts.shared_environment ? "CI_SHARED_ENVIRONMENT" : "CI_DISPOSABLE_ENVIRONMENT", "true");
  add("CI_RUNNER_VERSION", facts.version);
  add("CI_RUNNER_REVISION", facts.revision);
#if defined(__x86_64__)
  add("CI_RUNNER_EXECUTABLE_ARCH", "linux/amd64");
#elif defined(__aarch64__)
  add("CI_RUNNER_EXECUTABLE_ARCH", "linux/arm64");
#elif defined(__riscv)
  add("CI_RUNNER_EXECUTABLE_ARCH", "linux/riscv64");
#else
  add("CI_RUNNER_EXECUTABLE_ARCH", "linux/unknown");
#endif
  add("RUNNER_TEMP_PROJECT_DIR", facts.temp_dir.string());
  add("GITLAB_ENV", (facts.temp_dir / kJobEnvironmentFile).string());
  return all;
}

JobVariables::JobVariables(model::Variables unexpanded, std::filesystem::path temp_dir)
    : temp_dir_(std::move(temp_dir)) {
  variables_.reserve(unexpanded.size());
  index_.reserve(unexpanded.size());
  for (auto& variable : unexpanded) {
    auto [place, is_new] = index_.try_emplace(variable.key, variables_.size());
    if (is_new)
      variables_.push_back(std::move(variable));
    else
      variables_[place->second] = std::move(variable);
  }
  // The pass reads only unexpanded values, so results are kept aside. The
  // paths that file variables stand for must outlive the views handed out.
  std::unordered_map<std::string_view, std::string> paths;
  auto lookup = [&](std::string_view name) -> std::string_view {
    const model::Variable* found = find(name);
    if (!found) return {};
    if (!found->file) return found->value;
    auto [place, is_new] = paths.try_emplace(found->key);
    if (is_new) place->second = file_of(name).string();
    return place->second;
  };
  std::vector<std::pair<std::size_t, std::string>> expanded;
  for (std::size_t i = 0; i < variables_.size(); ++i)
    if (!variables_[i].raw && variables_[i].value.find('$') != std::string::npos)
      expanded.emplace_back(i, expand_once(variables_[i].value, lookup));
  for (auto& [i, value] : expanded) variables_[i].value = std::move(value);
}

const model::Variable* JobVariables::find(std::string_view key) const {
  auto place = index_.find(std::string(key));
  return place == index_.end() ? nullptr : &variables_[place->second];
}

std::string JobVariables::get(std::string_view key) const {
  const model::Variable* found = find(key);
  if (!found) return {};
  return found->file ? file_of(key).string() : found->value;
}

bool JobVariables::is_true(std::string_view key, bool fallback) const {
  std::string value = get(key);
  for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
    if (value == yes) return true;
  for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"})
    if (value == no) return false;
  return fallback;
}

std::optional<std::int64_t> JobVariables::integer(std::string_view key) const {
  std::string value = get(key);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::string JobVariables::expand(std::string_view text) const {
  std::string path;
  return expand_once(text, [&](std::string_view name) -> std::string_view {
    const model::Variable* found = find(name);
    if (!found) return {};
    if (!found->file) return found->value;
    path = file_of(name).string();
    return path;
  });
}

std::filesystem::path JobVariables::file_of(std::string_view key) const { return temp_dir_ / key; }

void JobVariables::set(std::string_view key, std::string_view value) {
  auto [place, is_new] = index_.try_emplace(std::string(key), variables_.size());
  model::Variable variable{.key = std::string(key), .value = std::string(value), .raw = true};
  if (is_new)
    variables_.push_back(std::move(variable));
  else
    variables_[place->second] = std::move(variable);
}

}  // namespace fairlead::runner
