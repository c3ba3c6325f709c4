// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/collect.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "base/unique_fd.hpp"
#include "runner/artifacts/glob.hpp"
#include "runner/artifacts/helper_log.hpp"

extern char** environ;

namespace fairlead::runner {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxListing = 256 * 1024 * 1024;  // bytes of `git ls-files`

// `path` relative to the project, lexically; empty: not inside.
std::string inside_project(std::string_view path, const fs::path& project_dir) {
  const fs::path given(path);
  const fs::path clean = (given.is_absolute() ? given : project_dir / given).lexically_normal();
  const std::string relative = clean.lexically_relative(project_dir.lexically_normal()).string();
  if (relative.empty() || relative == ".." || relative.starts_with("../")) return {};
  return relative;
}

// What `git ls-files -o -z` says; an Error when it could not run or failed.
Result<std::string> untracked_files(const fs::path& project_dir) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  UniqueFd reader(ends[0]), writer(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const std::string folder = project_dir.string();
  const char* arguments[] = {"git", "-C", folder.c_str(), "ls-files", "-o", "-z", nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "git", &actions, nullptr, const_cast<char**>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return system_error("git", failed);
  writer.reset();

  std::string output;
  char buffer[64 * 1024];
  bool too_long = false;
  for (;;) {
    const ssize_t got = ::read(reader.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    too_long = too_long || output.size() + static_cast<std::size_t>(got) > kMaxListing;
    if (!too_long) output.append(buffer, static_cast<std::size_t>(got));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (too_long) return make_error(ErrorCode::limit_exceeded, "the list of untracked files is too long");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return make_error(ErrorCode::system,
                      "exit status " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
  return output;
}

class Collector {
 public:
  Collector(const FileSelection& selection, const fs::path& project_dir)
      : selection_(selection), project_dir_(project_dir) {
    for (const std::string& pattern : selection.exclude) {
      const std::string_view base = glob_base(pattern);
      std::string relative(pattern);
      if (pattern.starts_with('/')) {
        const std::string clean = inside_project(base, project_dir);
        if (clean.empty()) {
          warn(fmt::format("isExcluded: artifact path is not a subpath of project directory: {}", pattern));
          continue;
        }
        relative = clean + pattern.substr(base.size());
      }
      auto glob = Glob::parse(relative);
      if (!glob.ok()) {
        warn(fmt::format("{}: {}", pattern, glob.error().message));
        continue;
      }
      excludes_.push_back({pattern, std::move(*glob)});
    }
  }

  Collected run() {
    for (const std::string& path : selection_.paths) add_path(path);
    if (selection_.untracked) add_untracked();
    for (const Exclude& exclude : excludes_)
      if (exclude.count > 0) info(fmt::format("{}: excluded {} files", exclude.pattern, exclude.count));
    return std::move(result_);
  }

 private:
  struct Exclude {
    std::string pattern;
    Glob glob;
    std::size_t count = 0;
  };

  void info(std::string_view text) { result_.log += helper_line(HelperLevel::info, text); }
  void warn(std::string_view text) { result_.log += helper_line(HelperLevel::warning, text); }

  void add_path(const std::string& path) {
    const std::string_view base = glob_base(path);
    const std::string relative = inside_project(base, project_dir_);
    if (relative.empty()) {
      warn(fmt::format("processPath: artifact path is not a subpath of project directory: {}", base));
      return;
    }
    // "." stands for no folder at all: then the base was no part of the pattern.
    const std::string_view rest =
        base == "." ? std::string_view(path) : std::string_view(path).substr(base.size());
    auto glob = Glob::parse(relative == "." ? std::string(rest.substr(rest.starts_with('/') ? 1 : 0))
                                            : relative + "/" + std::string(rest));
    if (!glob.ok()) {
      warn(fmt::format("{}: {}", path, glob.error().message));
      return;
    }
    std::size_t found = 0;
    for (const std::string& match : glob->find(project_dir_)) found += add_tree(match);
    if (found == 0)
      warn(fmt::format(
          "{}: no matching files. Ensure that the artifact path is relative to the working directory ({})",
          path, project_dir_.string()));
    else
      info(fmt::format("{}: found {} matching artifact files and directories", path, found));
  }

  void add_untracked() {
    auto listing = untracked_files(project_dir_);
    if (!listing.ok()) {
      warn(fmt::format("untracked: {}", listing.error().message));
      return;
    }
    std::size_t found = 0;
    for (std::size_t at = 0; at < listing->size();) {
      const std::size_t end = listing->find('\0', at);
      if (end == std::string::npos) break;
      found += add(listing->substr(at, end - at)) ? 1 : 0;
      at = end + 1;
    }
    if (found == 0)
      warn("untracked: no files");
    else
      info(fmt::format("untracked: found {} files", found));
  }

  // The path and, if it is a folder, everything in it; symlinks stay symlinks.
  std::size_t add_tree(const std::string& top) {
    std::size_t found = 0;
    std::vector<std::string> stack{top};
    while (!stack.empty()) {
      const std::string path = std::move(stack.back());
      stack.pop_back();
      struct stat info;
      if (::lstat((project_dir_ / path).c_str(), &info) != 0) continue;
      found += keep(path, info) ? 1 : 0;
      if (!S_ISDIR(info.st_mode)) continue;
      DIR* folder = ::opendir((project_dir_ / path).c_str());
      if (folder == nullptr) {
        warn(fmt::format("{}: {}", path, std::strerror(errno)));
        continue;
      }
      while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        stack.push_back(path == "." ? std::string(name) : path + "/" + std::string(name));
      }
      ::closedir(folder);
    }
    return found;
  }

  bool add(const std::string& path) {
    struct stat info;
    return ::lstat((project_dir_ / path).c_str(), &info) == 0 && keep(path, info);
  }

  bool keep(const std::string& path, const struct stat& info) {
    for (Exclude& exclude : excludes_)
      if (exclude.glob.matches(path)) {
        ++exclude.count;
        return false;
      }
    if (path != ".") result_.files.insert_or_assign(path, info);
    return true;
  }

  const FileSelection& selection_;
  const fs::path& project_dir_;
  std::vector<Exclude> excludes_;
  Collected result_;
};

}  // namespace

Collected collect_files(const FileSelection& selection, const fs::path& project_dir) {
  return Collector(selection, project_dir).run();
}

}  // namespace fairlead::runner
