// SPDX-License-Identifier: Apache-2.0
// rm -rf for trees that a job has made: hostile in depth, permissions and
// symlinks. Everything goes through openat/unlinkat with O_NOFOLLOW, so a
// folder that is swapped for a symlink meanwhile is not entered. Below
// kMaxDepth a folder is first moved up to the root of the tree, so that
// neither stack nor descriptors run out.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/files.hpp"
#include "base/unique_fd.hpp"

namespace fairlead {
namespace {

constexpr int kMaxDepth = 64;

class Remover {
 public:
  explicit Remover(std::string root) : root_(std::move(root)) {}

  Result<void> run() {
    if (::unlink(root_.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
    const int unlink_error = errno;
    root_fd_ = open_folder(AT_FDCWD, root_.c_str());
    if (!root_fd_) {
      if (errno == ENOENT) return {};
      return system_error("cannot remove " + root_, errno == ENOTDIR ? unlink_error : errno);
    }
    do {
      moved_up_ = false;
      empty(root_fd_.get(), 1);
    } while (moved_up_ && first_.ok());
    if (::rmdir(root_.c_str()) != 0 && errno != ENOENT) fail(root_, errno);
    return std::move(first_);
  }

 private:
  // Makes a folder of ours usable (its mode may be anything) and opens it.
  static UniqueFd open_folder(int parent, const char* name) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::openat(parent, name, kFlags));
    if (!fd && errno == EACCES) {
      struct stat status{};
      // fchmodat would follow a symlink; a folder cannot become one by itself,
      // and the second open refuses one that was put there.
      if (::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode)) {
        ::fchmodat(parent, name, status.st_mode | S_IRWXU, 0);
        fd.reset(::openat(parent, name, kFlags));
      } else {
        errno = EACCES;
      }
    }
    return fd;
  }

  void empty(int folder, int depth) {
    struct stat status{};
    if (::fstat(folder, &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU) {
      ::fchmod(folder, (status.st_mode & 07777) | S_IRWXU);
    }
    const int copy = ::fcntl(folder, F_DUPFD_CLOEXEC, 3);
    DIR* const stream = copy >= 0 ? ::fdopendir(copy) : nullptr;
    if (stream == nullptr) {
      const int error = errno;
      if (copy >= 0) ::close(copy);
      return fail("a folder in " + root_, error);
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);
    ::rewinddir(stream);
    while (const dirent* entry = ::readdir(stream)) {
      const char* name = entry->d_name;
      if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) continue;
      remove_entry(folder, name, depth);
    }
  }

  void remove_entry(int folder, const char* name, int depth) {
    if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return;
    // Linux answers EISDIR for a folder; POSIX also allows EPERM.
    if (errno != EISDIR && errno != EPERM) return fail(name, errno);
    if (::unlinkat(folder, name, AT_REMOVEDIR) == 0) return;
    if (depth >= kMaxDepth) return move_up(folder, name);
    {
      const UniqueFd child = open_folder(folder, name);
      if (!child) return fail(name, errno);
      empty(child.get(), depth + 1);
    }
    if (::unlinkat(folder, name, AT_REMOVEDIR) != 0) {
      // Not empty because something below failed, or was made just now.
      fail(name, errno);
    }
  }

  void move_up(int folder, const char* name) {
    // Moving a folder rewrites its "..": it must be writable itself.
    ::fchmodat(folder, name, S_IRWXU, 0);
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::string target = ".fairlead-rm-" + std::to_string(counter_++);
      if (::renameat(folder, name, root_fd_.get(), target.c_str()) == 0) {
        moved_up_ = true;
        return;
      }
      if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) break;
    }
    fail(name, errno);
  }

  void fail(const std::string& name, int error) {
    if (first_.ok())
      first_ = system_error("cannot remove " + name + (name == root_ ? "" : " in " + root_), error);
  }

  std::string root_;
  UniqueFd root_fd_;
  Result<void> first_;
  bool moved_up_ = false;
  unsigned counter_ = 0;
};

}  // namespace

Result<void> remove_tree(const std::filesystem::path& path) {
  if (path.empty()) return make_error(ErrorCode::invalid_argument, "cannot remove a path without a name");
  std::string text = path.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return Remover(std::move(text)).run();
}

}  // namespace fairlead
