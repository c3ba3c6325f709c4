// SPDX-License-Identifier: Apache-2.0
#include "local/simulation.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/core.h>

namespace fairlead::local {
namespace {

constexpr std::string_view kZeros = "0000000000000000000000000000000000000000";
constexpr std::string_view kSources = "push, tag, merge_request_event, schedule, web, api, trigger";

bool take_prefix(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

bool has_ref(const std::optional<GitRepository>& git, const std::string& full) {
  if (!git) return false;
  for (const GitRepository::Ref& known : git->refs)
    if (known.name == full) return true;
  return false;
}

// The branch that is checked out. With a detached HEAD one that points at the
// same commit, the default branch first: that is what CI checkouts look like.
std::string current_branch(const std::optional<GitRepository>& git) {
  if (!git) return "main";
  if (!git->branch.empty()) return git->branch;
  std::string found;
  for (const auto& [name, object, commit] : git->refs) {
    if (commit != git->head) continue;
    for (const std::string_view prefix : {"refs/heads/", "refs/remotes/origin/"}) {
      if (!name.starts_with(prefix)) continue;
      const std::string branch = name.substr(prefix.size());
      if (branch == git->default_branch) return branch;
      if (found.empty()) found = branch;
    }
  }
  return found.empty() ? git->default_branch : found;
}

void add_merge_request(const WorkingTree& tree, const std::string& source_branch, SimulatedEvent& event) {
  const std::string target = event.project.default_branch;
  const std::string target_sha = tree.git() ? tree.git()->resolve(target) : "";
  const auto add = [&](std::string key, std::string value) {
    event.extra_predefined.push_back({.key = std::move(key), .value = std::move(value)});
  };
  const std::string project_url = event.project.url;
  add("CI_MERGE_REQUEST_ID", "1");
  add("CI_MERGE_REQUEST_IID", "1");
  add("CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head");
  add("CI_MERGE_REQUEST_PROJECT_ID", std::to_string(event.project.id));
  add("CI_MERGE_REQUEST_PROJECT_PATH", event.project.path);
  add("CI_MERGE_REQUEST_PROJECT_URL", project_url);
  add("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", std::to_string(event.project.id));
  add("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", event.project.path);
  add("CI_MERGE_REQUEST_SOURCE_PROJECT_URL", project_url);
  add("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", source_branch);
  add("CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED", source_branch == target ? "true" : "false");
  add("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "");  // only merged-results pipelines have it
  add("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", target);
  add("CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED", "true");
  add("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "");
  add("CI_MERGE_REQUEST_TITLE", event.commit.message.substr(0, event.commit.message.find('\n')));
  add("CI_MERGE_REQUEST_DESCRIPTION", "");
  add("CI_MERGE_REQUEST_DRAFT", "false");
  add("CI_MERGE_REQUEST_EVENT_TYPE", "detached");
  add("CI_MERGE_REQUEST_DIFF_ID", "1");
  add("CI_MERGE_REQUEST_DIFF_BASE_SHA", target_sha);
  add("CI_MERGE_REQUEST_APPROVED", "false");
  event.change_base = {.commit = target_sha, .merge_base = true};
}

}  // namespace

RemoteAddress parse_remote(const std::string& url) {
  RemoteAddress address;
  std::string rest = url;
  std::string scheme = "https";
  if (const std::size_t at = rest.find("://"); at != std::string::npos) {
    scheme = rest.substr(0, at);
    rest.erase(0, at + 3);
    if (scheme == "file") rest = "";
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) return address;
    std::string host = rest.substr(0, slash);
    host.erase(0, host.rfind('@') == std::string::npos ? 0 : host.rfind('@') + 1);
    if (scheme != "http" && scheme != "https") {
      // The port of an ssh address is not the web's.
      host = host.substr(0, host.find(':'));
      scheme = "https";
    }
    address.server = scheme + "://" + host;
    rest.erase(0, slash + 1);
  } else if (const std::size_t colon = rest.find(':'); colon != std::string::npos && rest.find('/') > colon) {
    std::string host = rest.substr(0, colon);
    host.erase(0, host.rfind('@') == std::string::npos ? 0 : host.rfind('@') + 1);
    address.server = "https://" + host;
    rest.erase(0, colon + 1);
  } else {
    return address;  // a path of this machine
  }
  while (!rest.empty() && rest.front() == '/') rest.erase(0, 1);
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  if (rest.ends_with(".git")) rest.resize(rest.size() - 4);
  address.path = rest;
  return address;
}

Result<SimulatedEvent> simulate(const WorkingTree& tree, const Simulation& wish) {
  const std::optional<GitRepository>& git = tree.git();
  SimulatedEvent event;

  // Project and server, from the remote where there is one.
  RemoteAddress remote = parse_remote(git ? git->setting("remote.origin.url") : "");
  std::string folder = tree.root().filename().string();
  if (folder.empty()) folder = "project";
  event.project.path = remote.path.find('/') == std::string::npos ? "local/" + folder : remote.path;
  event.project.name = event.project.path.substr(event.project.path.rfind('/') + 1);
  if (!remote.server.empty()) event.server.url = remote.server;
  event.project.url = event.server.url + "/" + event.project.path;
  event.project.repository_url = git ? git->setting("remote.origin.url") : "";
  event.project.default_branch = git ? git->default_branch : "main";

  event.user.name = git ? git->setting("user.name") : "";
  event.user.email = git ? git->setting("user.email") : "";
  const char* login = std::getenv("USER");
  event.user.login = login != nullptr && *login != '\0' ? login : "local";
  if (event.user.name.empty()) event.user.name = event.user.login;

  // The commit.
  event.commit.sha = git && !git->head.empty() ? git->head : std::string(kZeros);
  event.commit.before_sha = std::string(event.commit.sha.size(), '0');
  if (git) {
    event.commit.message = git->message;
    event.commit.author = git->author;
    event.commit.timestamp = git->timestamp;
  }

  // The event and its ref.
  std::string source = wish.source.empty() ? "push" : wish.source;
  std::string ref = wish.ref;
  bool is_tag = source == "tag";
  if (is_tag) source = "push";
  const auto known = model::pipeline_source_from_string(source);
  if (!known)
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("\"{}\" is no pipeline source; known are {}", wish.source, kSources));
  event.source = *known;
  if (take_prefix(ref, "refs/tags/")) is_tag = true;
  const bool is_branch = take_prefix(ref, "refs/heads/") || ref.empty() ||
                         has_ref(git, "refs/heads/" + ref) || has_ref(git, "refs/remotes/origin/" + ref);
  if (!is_branch && has_ref(git, "refs/tags/" + ref)) is_tag = true;
  if (is_tag && ref.empty()) ref = git ? git->tag_at_head() : "";
  if (is_tag && ref.empty())
    return make_error(ErrorCode::invalid_argument,
                      "--source tag needs --ref NAME: no tag points at the commit that is checked out");
  if (ref.empty()) ref = current_branch(git);
  event.shown_ref = ref;
  event.commit.ref = ref;
  event.commit.is_tag = is_tag;
  event.commit.ref_protected = !is_tag && ref == event.project.default_branch;

  if (event.source == model::PipelineSource::merge_request_event) {
    if (is_tag)
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("a merge request needs a branch; \"{}\" is a tag", ref));
    event.commit.is_merge_request = true;
    add_merge_request(tree, ref, event);
  } else if (event.source == model::PipelineSource::push && !is_tag && git) {
    // What a push would send: everything since the remote's own branch.
    std::string before = git->resolve("refs/remotes/origin/" + ref);
    if (ref == git->branch && !git->upstream.empty()) before = git->resolve(git->upstream);
    if (!before.empty()) event.commit.before_sha = before;
    event.change_base = {.commit = before, .merge_base = false};
  }
  return event;
}

}  // namespace fairlead::local
