// SPDX-License-Identifier: Apache-2.0
#include "local/source_files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/files.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSmallFile = 64 * 1024;
constexpr std::uint64_t kAllSmallFiles = std::uint64_t{16} << 20;
constexpr std::size_t kMaxIndex = std::size_t{256} << 20;

std::string git_config(const GitRepository& git) {
  // Only what reading the objects and naming the remote needs. Hooks, filters
  // and credentials of the user's own configuration stay out.
  std::string out = fmt::format(
      "[core]\n\trepositoryformatversion = {}\n\tbare = false\n\tlogallrefupdates = false\n",
      git.setting("core.repositoryformatversion").empty() ? "0"
                                                          : git.setting("core.repositoryformatversion"));
  std::string extensions;
  for (const auto& [key, value] : git.config) {
    // Work-tree configuration is a file that the copy has not.
    if (key.starts_with("extensions.") && key != "extensions.worktreeconfig")
      extensions += fmt::format("\t{} = {}\n", key.substr(11), value);
    if (key == "core.filemode" || key == "core.symlinks" || key == "core.autocrlf" || key == "core.eol")
      out += fmt::format("\t{} = {}\n", key.substr(5), value);
  }
  if (!extensions.empty()) out += "[extensions]\n" + extensions;
  if (const std::string url = git.setting("remote.origin.url"); !url.empty()) {
    std::string escaped;
    for (const char c : url) escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    out += fmt::format("[remote \"origin\"]\n\turl = \"{}\"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
                       escaped);
  }
  return out;
}

Result<void> read_tree(WorkingTree& tree, SourceFiles& out) {
  auto paths = tree.files();
  if (!paths) return std::move(paths.error());
  std::uint64_t in_memory = 0;
  out.files.reserve((*paths)->size());
  const UniqueFd root(::open(out.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return system_error("cannot open " + out.root.string(), errno);
  for (const std::string& path : **paths) {
    struct stat info{};
    if (::fstatat(root.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;  // deleted meanwhile
    SourceFile file{.path = path, .mode = info.st_mode & 0777, .symlink = S_ISLNK(info.st_mode)};
    if (file.symlink) {
      std::array<char, 4096> target{};
      const ssize_t length = ::readlinkat(root.get(), path.c_str(), target.data(), target.size());
      if (length < 0) continue;
      file.content.assign(target.data(), static_cast<std::size_t>(length));
    } else if (S_ISREG(info.st_mode)) {
      const auto size = static_cast<std::uint64_t>(info.st_size);
      if (size <= kSmallFile && in_memory + size <= kAllSmallFiles) {
        auto content = tree.read(path, kSmallFile);
        // It may have grown this very moment; then it is copied like a big one.
        if (!content && content.error().code != ErrorCode::limit_exceeded)
          return std::move(std::move(content)
                               .context("copying the working tree; a file that jobs do not need can be named "
                                        "in .gitignore")
                               .error());
        if (content) {
          file.content = std::move(*content);
          file.in_memory = true;
          in_memory += size;
        }
      }
      if (!file.in_memory) out.bytes_on_disk += size;
    } else {
      continue;
    }
    out.files.push_back(std::move(file));
  }
  return {};
}

void add_text(SourceFiles& out, std::string path, std::string text) {
  out.files.push_back({.path = std::move(path), .mode = 0644, .in_memory = true, .content = std::move(text)});
}

void add_git(const GitRepository& git, SourceFiles& out) {
  if (git.head.empty()) return;
  add_text(out, ".git/HEAD", git.head + "\n");  // detached, as in a CI checkout
  add_text(out, ".git/config", git_config(git));
  add_text(out, ".git/objects/info/alternates", (git.common_dir / "objects").string() + "\n");
  std::string packed = "# pack-refs with: sorted \n";
  for (const GitRepository::Ref& ref : git.refs) packed += ref.object + " " + ref.name + "\n";
  add_text(out, ".git/packed-refs", std::move(packed));
  add_text(out, ".git/refs/.keep", "");  // without the folder git sees no repository
  if (auto shallow = read_file(git.common_dir / "shallow", kMaxIndex))
    add_text(out, ".git/shallow", std::move(*shallow));
  // With a split index the copy would need files that the user's git may drop.
  bool split = false;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(git.git_dir, ignored))
    split = split || entry.path().filename().string().starts_with("sharedindex.");
  if (split) return;
  if (auto index = read_file(git.git_dir / "index", kMaxIndex))
    add_text(out, ".git/index", std::move(*index));
}

}  // namespace

Result<SourceFiles> read_source_files(WorkingTree& tree) {
  SourceFiles out{.root = tree.root()};
  FAIRLEAD_TRY(read_tree(tree, out));
  out.tracked = out.files.size();
  if (tree.is_repository_root()) add_git(*tree.git(), out);
  return out;
}

}  // namespace fairlead::local
