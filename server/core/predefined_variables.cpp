// SPDX-License-Identifier: Apache-2.0
#include "server/core/predefined_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ctime>

namespace fairlead::server {
namespace {

using model::Variables;

constexpr std::size_t kSlugLength = 63;
constexpr std::size_t kLongTitle = 100;
constexpr std::size_t kMaxMessage = 100'000;  // bytes of a commit message, as GitLab cuts it

void add(Variables& variables, std::string key, std::string value) {
  variables.push_back({.key = std::move(key), .value = std::move(value)});
}

struct Url {
  std::string protocol, host, port;
};

Url split_url(std::string_view url) {
  Url parts;
  const auto colon = url.find("://");
  if (colon != std::string_view::npos) {
    parts.protocol = url.substr(0, colon);
    url.remove_prefix(colon + 3);
  }
  url = url.substr(0, url.find('/'));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  const auto port = url.rfind(':');
  // An IPv6 address in brackets has colons of its own.
  if (port != std::string_view::npos && url.find(']', port) == std::string_view::npos) {
    parts.port = url.substr(port + 1);
    url = url.substr(0, port);
  } else {
    parts.port = parts.protocol == "https" ? "443" : "80";
  }
  parts.host = url;
  return parts;
}

std::string_view before_last_slash(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

void server_variables(const ServerFacts& server, Variables& out) {
  const Url url = split_url(server.url);
  add(out, "CI", "true");
  add(out, "GITLAB_CI", "true");
  add(out, "CI_SERVER_FQDN",
      (url.protocol == "https" && url.port == "443") || (url.protocol == "http" && url.port == "80")
          ? url.host
          : url.host + ":" + url.port);
  add(out, "CI_SERVER_URL", server.url);
  add(out, "CI_SERVER_HOST", url.host);
  add(out, "CI_SERVER_PORT", url.port);
  add(out, "CI_SERVER_PROTOCOL", url.protocol);
  add(out, "CI_SERVER_SHELL_SSH_HOST", url.host);
  add(out, "CI_SERVER_SHELL_SSH_PORT", "22");
  add(out, "CI_SERVER_NAME", server.name);
  add(out, "CI_SERVER_VERSION", server.version);
  std::string_view rest = server.version;
  for (const char* part : {"CI_SERVER_VERSION_MAJOR", "CI_SERVER_VERSION_MINOR", "CI_SERVER_VERSION_PATCH"}) {
    const auto digits = rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()));
    add(out, part, digits.empty() ? "0" : std::string(digits));
    rest.remove_prefix(digits.size());
    if (!rest.empty()) rest.remove_prefix(1);
  }
  add(out, "CI_SERVER_REVISION", server.revision);
}

void project_variables(const ServerFacts& server, const ProjectFacts& project, Variables& out) {
  const std::string_view namespace_path = before_last_slash(project.path);
  const auto slash = project.path.rfind('/');
  add(out, "GITLAB_FEATURES", "");
  add(out, "CI_PROJECT_ID", std::to_string(project.id));
  add(out, "CI_PROJECT_NAME", slash == std::string::npos ? project.path : project.path.substr(slash + 1));
  add(out, "CI_PROJECT_TITLE", project.name);
  add(out, "CI_PROJECT_DESCRIPTION", project.description);
  add(out, "CI_PROJECT_PATH", project.path);
  add(out, "CI_PROJECT_PATH_SLUG", slug(project.path));
  add(out, "CI_PROJECT_NAMESPACE", std::string(namespace_path));
  add(out, "CI_PROJECT_NAMESPACE_SLUG", slug(namespace_path));
  add(out, "CI_PROJECT_ROOT_NAMESPACE", std::string(namespace_path.substr(0, namespace_path.find('/'))));
  add(out, "CI_PROJECT_URL", project.url);
  add(out, "CI_PROJECT_VISIBILITY", project.visibility);
  add(out, "CI_PROJECT_REPOSITORY_LANGUAGES", project.languages);
  add(out, "CI_PROJECT_CLASSIFICATION_LABEL", "");
  add(out, "CI_DEFAULT_BRANCH", project.default_branch);
  add(out, "CI_CONFIG_PATH", project.config_path);
  add(out, "CI_API_V4_URL", server.url + "/api/v4");
  add(out, "CI_API_GRAPHQL_URL", server.url + "/api/graphql");
}

void commit_variables(const CommitFacts& commit, Variables& out) {
  const bool cut = commit.message.size() > kMaxMessage;
  const std::string_view message = std::string_view(commit.message).substr(0, kMaxMessage);
  const auto line = message.find('\n');
  const std::string_view title = message.substr(0, line);
  // The message without its title; whole when the title is long (GitLab's rule).
  std::string_view description = message;
  if (title.size() < kLongTitle) description.remove_prefix(std::min(title.size() + 1, description.size()));
  if (description.ends_with('\n')) description.remove_suffix(1);
  add(out, "CI_COMMIT_SHA", commit.sha);
  add(out, "CI_COMMIT_SHORT_SHA", commit.sha.substr(0, 8));
  add(out, "CI_COMMIT_BEFORE_SHA", commit.before_sha);
  add(out, "CI_COMMIT_REF_NAME", commit.ref);
  add(out, "CI_COMMIT_REF_SLUG", slug(commit.ref));
  if (!commit.is_tag && !commit.is_merge_request) add(out, "CI_COMMIT_BRANCH", commit.ref);
  add(out, "CI_COMMIT_MESSAGE", std::string(message));
  add(out, "CI_COMMIT_MESSAGE_IS_TRUNCATED", cut ? "true" : "false");
  add(out, "CI_COMMIT_TITLE", std::string(title));
  add(out, "CI_COMMIT_DESCRIPTION", std::string(description));
  add(out, "CI_COMMIT_REF_PROTECTED", commit.ref_protected ? "true" : "false");
  add(out, "CI_COMMIT_TIMESTAMP", commit.timestamp);
  add(out, "CI_COMMIT_AUTHOR", commit.author);
  if (commit.is_tag) {
    add(out, "CI_COMMIT_TAG", commit.ref);
    add(out, "CI_COMMIT_TAG_MESSAGE", commit.tag_message);
  }
}

}  // namespace

Variables predefined_pipeline_variables(const ServerFacts& server, const ProjectFacts& project,
                                        const CommitFacts& commit, model::PipelineSource source,
                                        WallTime created_at) {
  Variables out;
  out.reserve(64);
  server_variables(server, out);
  project_variables(server, project, out);
  add(out, "CI_PIPELINE_SOURCE", std::string(model::to_string(source)));
  add(out, "CI_PIPELINE_CREATED_AT", iso_time(created_at));
  commit_variables(commit, out);
  return out;
}

std::string slug(std::string_view text) {
  std::string out;
  out.reserve(std::min(text.size(), kSlugLength));
  for (char c : text.substr(0, kSlugLength)) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += plain ? c : '-';
  }
  out.erase(out.find_last_not_of('-') + 1);
  out.erase(0, std::min(out.find_first_not_of('-'), out.size()));
  return out;
}

std::string iso_time(WallTime time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace fairlead::server
