// SPDX-License-Identifier: Apache-2.0
#include "local/git_repository.hpp"

#include <algorithm>

#include "local/git_command.hpp"

namespace fairlead::local {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t to = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string();
}

void read_refs(const std::string& output, GitRepository& repository) {
  std::string remote_head;
  for (const std::string& line : split(output, '\n')) {
    // "id peeled HEAD? upstream symref name", separated by tabs.
    const std::vector<std::string> parts = split(line + "\t.", '\t');
    if (parts.size() < 6) continue;
    const std::string& name = parts[5];
    if (parts[2] == "*") repository.upstream = parts[3];
    if (name == "refs/remotes/origin/HEAD") remote_head = parts[4];
    if (!parts[4].empty()) continue;  // symbolic
    repository.refs.push_back(
        {.name = name, .object = parts[0], .commit = parts[1].empty() ? parts[0] : parts[1]});
  }
  std::sort(repository.refs.begin(), repository.refs.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  repository.default_branch = without_prefix(remote_head, "refs/remotes/origin/");
}

void read_config(const std::string& output, GitRepository& repository) {
  for (const std::string& entry : split(output, '\0')) {
    const std::size_t newline = entry.find('\n');
    repository.config[entry.substr(0, newline)] =
        newline == std::string::npos ? "" : entry.substr(newline + 1);
  }
}

void read_commit(const std::string& output, GitRepository& repository) {
  const std::vector<std::string> parts = split(output, '\0');
  if (parts.size() < 3) return;
  repository.head = parts[0];
  repository.author = parts[1];
  repository.timestamp = parts[2];
  if (parts.size() > 3) repository.message = parts[3];
  while (!repository.message.empty() && repository.message.back() == '\n') repository.message.pop_back();
}

}  // namespace

std::string GitRepository::setting(const std::string& key) const {
  const auto it = config.find(key);
  return it == config.end() ? "" : it->second;
}

std::string GitRepository::resolve(const std::string& name) const {
  if (name == "HEAD") return head;
  for (const char* prefix : {"refs/heads/", "refs/remotes/origin/", "refs/tags/", ""}) {
    const std::string full = prefix + name;
    const auto it =
        std::lower_bound(refs.begin(), refs.end(), full,
                         [](const Ref& ref, const std::string& wanted) { return ref.name < wanted; });
    if (it != refs.end() && it->name == full) return it->commit;
  }
  const bool hex = name.size() >= 7 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hex ? name : "";
}

std::string GitRepository::tag_at_head() const {
  std::string found;
  for (const Ref& ref : refs)
    if (ref.commit == head && ref.name.starts_with("refs/tags/")) found = ref.name.substr(10);
  return found;
}

Result<std::optional<GitRepository>> open_repository(const std::filesystem::path& directory,
                                                     std::string& why_not) {
  std::vector<GitQuestion> questions;
  questions.push_back({.arguments = {"rev-parse", "--path-format=absolute", "--show-toplevel",
                                     "--absolute-git-dir", "--git-common-dir"}});
  questions.push_back({.arguments = {"symbolic-ref", "--quiet", "HEAD"}});
  questions.push_back(
      {.arguments = {"log", "-1", "--no-show-signature", "--format=%H%x00%an <%ae>%x00%cI%x00%B", "HEAD"}});
  questions.push_back(
      {.arguments = {
           "for-each-ref",
           "--format=%(objectname)%09%(*objectname)%09%(HEAD)%09%(upstream)%09%(symref)%09%(refname)"}});
  questions.push_back(
      {.arguments = {"config", "-z", "--get-regexp",
                     "^(remote\\..*\\.url|user\\.(name|email)|extensions\\..*|core\\.("
                     "repositoryformatversion|sharedindex|splitindex|filemode|symlinks|autocrlf|eol))$"}});
  auto answers = ask_git(directory, std::move(questions));
  if (!answers) {
    if (answers.error().code == ErrorCode::not_found) {
      why_not = "git is not installed";
      return std::optional<GitRepository>();
    }
    return std::move(answers.error());
  }
  const std::vector<std::string> folders = split((*answers)[0].output, '\n');
  if (!(*answers)[0].ok() || folders.size() < 3) {
    why_not = (*answers)[0].errors.find("dubious ownership") != std::string::npos
                  ? "the repository belongs to another user (git config --global --add safe.directory)"
                  : "it is not a git repository";
    return std::optional<GitRepository>();
  }

  GitRepository repository;
  repository.top = folders[0];
  repository.git_dir = folders[1];
  repository.common_dir = folders[2];
  std::string head_name = (*answers)[1].output;
  while (!head_name.empty() && head_name.back() == '\n') head_name.pop_back();
  repository.branch = without_prefix(head_name, "refs/heads/");
  if ((*answers)[2].ok()) read_commit((*answers)[2].output, repository);
  if ((*answers)[3].ok()) read_refs((*answers)[3].output, repository);
  read_config((*answers)[4].output, repository);
  for (const char* usual : {"main", "master"}) {
    if (!repository.default_branch.empty()) break;
    if (!repository.resolve(std::string("refs/heads/") + usual).empty() || repository.branch == usual)
      repository.default_branch = usual;
  }
  if (repository.default_branch.empty())
    repository.default_branch = repository.branch.empty() ? "main" : repository.branch;
  return std::optional<GitRepository>(std::move(repository));
}

}  // namespace fairlead::local
