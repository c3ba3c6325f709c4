// SPDX-License-Identifier: Apache-2.0
#include "local/working_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/core.h>

#include "base/unique_fd.hpp"
#include "local/git_command.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> split_zero(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t to = std::min(text.find('\0', from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

// Adds the files of one repository; goes into submodules that are checked out.
Result<void> list_with_git(const fs::path& directory, const std::string& prefix,
                           std::vector<std::string>& out, int depth) {
  auto answer =
      ask_git(directory, {.arguments = {"ls-files", "-z", "--cached", "--others", "--exclude-standard"}});
  if (!answer) return std::move(answer.error());
  if (!answer->ok())
    return make_error(ErrorCode::system,
                      fmt::format("git cannot list the files of {}: {}", directory.string(), answer->errors));
  for (const std::string& path : split_zero(answer->output)) {
    // "x/": a repository inside this one that is not a submodule. Git itself would leave it out.
    if (path.ends_with('/')) continue;
    struct stat info{};
    if (::lstat((directory / path).c_str(), &info) != 0) continue;  // deleted, or left out by sparse-checkout
    if (S_ISDIR(info.st_mode)) {
      if (depth < 16 && fs::exists(directory / path / ".git"))
        FAIRLEAD_TRY(list_with_git(directory / path, prefix + path + "/", out, depth + 1));
      continue;
    }
    if (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode)) out.push_back(prefix + path);
  }
  return {};
}

Result<void> list_without_git(const fs::path& root, std::vector<std::string>& out) {
  std::error_code error;
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().filename() == ".git") {
      it.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    const fs::file_status status = it->symlink_status(ignored);
    if (fs::is_regular_file(status) || fs::is_symlink(status))
      out.push_back(it->path().lexically_relative(root).generic_string());
  }
  if (error)
    return make_error(ErrorCode::system, fmt::format("cannot list {}: {}", root.string(), error.message()));
  return {};
}

}  // namespace

Result<WorkingTree> WorkingTree::open(const fs::path& root) {
  std::error_code error;
  WorkingTree tree;
  tree.root_ = fs::canonical(root, error);
  if (error)
    return make_error(ErrorCode::not_found,
                      fmt::format("cannot open {}: {}", root.string(), error.message()));
  if (!fs::is_directory(tree.root_, error))
    return make_error(ErrorCode::invalid_argument, fmt::format("{} is not a directory", root.string()));
  auto git = open_repository(tree.root_, tree.why_no_git_);
  if (!git) return std::move(git.error());
  tree.git_ = std::move(*git);
  return tree;
}

bool WorkingTree::is_repository_root() const { return git_ && git_->top == root_; }

Result<const std::vector<std::string>*> WorkingTree::files() {
  if (!files_) {
    std::vector<std::string> found;
    FAIRLEAD_TRY(git_ ? list_with_git(root_, "", found, 0) : list_without_git(root_, found));
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());  // a conflict lists a path three times
    files_ = std::move(found);
  }
  return &*files_;
}

Result<std::string> WorkingTree::read(const std::string& path, std::size_t limit) const {
  const fs::path full = root_ / path;
  const UniqueFd fd(::open(full.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return system_error("cannot read " + path, errno);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return system_error("cannot read " + path, errno);
  if (S_ISDIR(info.st_mode))
    return make_error(ErrorCode::invalid_argument, fmt::format("{} is a directory, not a file", path));
  if (!S_ISREG(info.st_mode))
    return make_error(ErrorCode::invalid_argument, fmt::format("{} is not a regular file", path));
  if (static_cast<std::uintmax_t>(info.st_size) > limit)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("{} has {} bytes; at most {} are read", path, info.st_size, limit));
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read " + path, errno);
    if (got == 0) break;  // it became shorter
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

Result<std::string> WorkingTreeIncludes::read_local(const std::string& path, std::size_t limit) {
  return tree_.read(path, limit);
}

Result<std::vector<std::string>> WorkingTreeIncludes::list_local() {
  auto files = tree_.files();
  if (!files) return std::move(files.error());
  return **files;
}

const std::vector<std::string>& WorkingTreeView::paths() {
  static const std::vector<std::string> kNone;
  auto files = tree_.files();
  return files.ok() ? **files : kNone;
}

Result<std::string> WorkingTreeView::read(const std::string& path, std::size_t limit) {
  return tree_.read(path, limit);
}

Result<std::vector<std::string>> WorkingTreeView::differences(const ChangeBase& base) {
  const std::string key = (base.merge_base ? "..." : "") + base.commit;
  if (const auto it = known_.find(key); it != known_.end()) return it->second;
  std::string from = base.commit;
  if (base.merge_base) {
    auto answer = ask_git(tree_.root(), {.arguments = {"merge-base", base.commit, "HEAD"}});
    if (!answer) return std::move(answer.error());
    if (!answer->ok())
      return make_error(ErrorCode::not_found, fmt::format("no common history with {}", base.commit));
    from = answer->output.substr(0, answer->output.find('\n'));
  }
  std::vector<GitQuestion> questions;
  questions.push_back(
      {.arguments = {"diff", "--name-only", "-z", "--no-ext-diff", "--relative", from, "--"}});
  questions.push_back({.arguments = {"ls-files", "-z", "--others", "--exclude-standard"}});
  auto answers = ask_git(tree_.root(), std::move(questions));
  if (!answers) return std::move(answers.error());
  if (!(*answers)[0].ok())
    return make_error(ErrorCode::not_found,
                      fmt::format("git cannot compare with {}: {}", from, (*answers)[0].errors));
  std::vector<std::string> paths = split_zero((*answers)[0].output);
  for (std::string& path : split_zero((*answers)[1].output)) paths.push_back(std::move(path));
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  known_[key] = paths;
  return paths;
}

Result<std::optional<std::vector<std::string>>> WorkingTreeView::changed_paths(
    const std::optional<std::string>& compare_to) {
  using Paths = std::optional<std::vector<std::string>>;
  if (!tree_.git()) return Paths();
  ChangeBase base = base_;
  if (compare_to) {
    base = {.commit = tree_.git()->resolve(*compare_to), .merge_base = true};
    if (base.commit.empty())
      return make_error(ErrorCode::not_found,
                        fmt::format("there is no branch, tag or commit {}", *compare_to));
  }
  if (base.commit.empty()) return Paths();
  auto paths = differences(base);
  if (!paths) return std::move(paths.error());
  return Paths(std::move(*paths));
}

Result<std::string> WorkingTreeView::blob_id(const std::string& path) {
  // hash-object works without a repository too.
  auto answer = ask_git(tree_.root(), {.arguments = {"hash-object", "--", path}});
  if (!answer)
    return answer.error().code == ErrorCode::not_found ? Result<std::string>(std::string())
                                                       : Result<std::string>(std::move(answer.error()));
  return answer->ok() ? answer->output.substr(0, answer->output.find('\n')) : std::string();
}

Result<std::string> WorkingTreeView::last_commit_id(const std::string& path) {
  if (!tree_.git()) return std::string();
  auto answer = ask_git(tree_.root(), {.arguments = {"log", "-1", "--format=%H", "--", path}});
  if (!answer) return std::move(answer.error());
  return answer->ok() ? answer->output.substr(0, answer->output.find('\n')) : std::string();
}

}  // namespace fairlead::local
