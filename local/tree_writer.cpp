// SPDX-License-Identifier: Apache-2.0
#include "local/tree_writer.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kModeBits = 07777;

bool before(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}
bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

// The clock that file systems stamp with.
timespec file_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

UniqueFd open_folder(int at, const char* name) {
  return UniqueFd(::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Listing = std::unique_ptr<DIR, CloseFolder>;

// Calls `visit(entry)` for each name but "." and ".." until it says false.
template <class Visit>
bool for_each_entry(int folder, Visit visit) {
  UniqueFd own = open_folder(folder, ".");
  if (!own) return false;
  const Listing listing(::fdopendir(own.get()));
  if (!listing) return false;
  (void)own.release();  // belongs to the listing now
  while (const dirent* entry = ::readdir(listing.get())) {
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    if (!visit(*entry)) return false;
  }
  return true;
}

bool is_folder(int at, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat info{};
  return ::fstatat(at, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("cannot write " + path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// The rest of `in` to `out`: shared blocks, else the kernel's copy, else ours.
Result<void> copy_content(int in, int out, const std::string& path, std::atomic<bool>& can_clone) {
  if (can_clone && ::ioctl(out, FICLONE, in) == 0) return {};
  can_clone = false;
  bool by_kernel = true;
  std::string buffer;
  for (;;) {
    ssize_t moved = -1;
    if (by_kernel) {
      moved = ::copy_file_range(in, nullptr, out, nullptr, std::size_t{1} << 30, 0);
      if (moved < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP ||
                        errno == EPERM || errno == ETXTBSY)) {
        by_kernel = false;
        continue;
      }
    } else {
      if (buffer.empty()) buffer.resize(256 * 1024);
      moved = ::read(in, buffer.data(), buffer.size());
      if (moved > 0)
        FAIRLEAD_TRY(
            write_all(out, std::string_view(buffer).substr(0, static_cast<std::size_t>(moved)), path));
    }
    if (moved == 0) return {};
    if (moved < 0 && errno != EINTR) return system_error("cannot copy " + path, errno);
  }
}

// mkdir -p below `root`, remembering the folder made last: paths are sorted.
class Folders {
 public:
  explicit Folders(int root) : root_(root) {}
  Result<void> need(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string_view folder =
        slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash);
    if (folder.empty() || folder == last_) return {};
    std::size_t from = 0;
    while (from != std::string_view::npos) {
      from = folder.find('/', from + 1);
      const std::string part(folder.substr(0, from));
      if (last_.starts_with(part) && (last_.size() == part.size() || last_[part.size()] == '/')) continue;
      if (::mkdirat(root_, part.c_str(), 0755) != 0 && errno != EEXIST)
        return system_error("cannot make folder " + part, errno);
    }
    last_ = folder;
    return {};
  }

 private:
  int root_;
  std::string last_;
};

}  // namespace

struct TreeWriter::Sweep {
  const fs::path& folder;
  const Made& made;
  std::vector<bool>& kept;
};

TreeWriter::TreeWriter(SourceFiles sources, std::function<void(fs::path)> discard)
    : sources_(std::move(sources)), discard_(std::move(discard)) {
  for (std::size_t i = 0; i < sources_.files.size(); ++i) {
    const std::string& path = sources_.files[i].path;
    index_.emplace(path, i);
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      folders_.insert(path.substr(0, slash));
  }
}

std::shared_ptr<TreeWriter::Made> TreeWriter::take_known(const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  const auto it = made_.find(folder);
  if (it == made_.end()) return nullptr;
  auto made = std::move(it->second);
  made_.erase(it);
  return made;
}

Result<void> TreeWriter::make(const fs::path& folder, const CancelToken& cancel) {
  // Whatever fails below, the folder is unknown from then on.
  std::shared_ptr<Made> made = take_known(folder);
  std::vector<bool> kept(sources_.files.size(), false);
  UniqueFd root = open_folder(AT_FDCWD, folder.c_str());
  bool usable = false;
  if (root && made) {
    (void)::fchmod(root.get(), made->folder_mode);
    usable = sweep({.folder = folder, .made = *made, .kept = kept}, root.get(), "");
  } else if (root) {
    usable = for_each_entry(root.get(), [](const dirent&) { return false; });  // empty
  }
  if (!usable) {
    kept.assign(kept.size(), false);
    root.reset();
    FAIRLEAD_TRY(remove_tree(folder));
    FAIRLEAD_TRY(make_directories(folder));
    root = open_folder(AT_FDCWD, folder.c_str());
    if (!root) return system_error("cannot open " + folder.string(), errno);
  }
  if (!made) {
    made = std::make_shared<Made>();
    made->files.resize(sources_.files.size());
    struct stat info{};
    made->folder_mode = ::fstat(root.get(), &info) == 0 ? info.st_mode & kModeBits : 0755;
  }

  const UniqueFd from(::open(sources_.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!from) return system_error("cannot open " + sources_.root.string(), errno);
  Folders folders(root.get());
  for (std::size_t i = 0; i < sources_.files.size(); ++i) {
    if (kept[i]) continue;
    if (cancel.cancelled()) return make_error(ErrorCode::cancelled, "the copy was cancelled");
    FAIRLEAD_TRY(folders.need(sources_.files[i].path));
    made->files[i].racy = true;
    FAIRLEAD_TRY(write(root.get(), from.get(), sources_.files[i], made->files[i]));
  }
  const timespec finished = file_clock();
  for (Stamp& stamp : made->files) stamp.racy = stamp.racy && !before(stamp.changed, finished);
  const std::lock_guard lock(mutex_);
  made_[folder] = std::move(made);
  return {};
}

// Puts one folder right as far as deleting goes and notes which files are as
// they should be. False: it is not worth it, or not possible.
bool TreeWriter::sweep(const Sweep& state, int folder, const std::string& prefix) const {
  return for_each_entry(folder, [&](const dirent& entry) {
    const std::string path = prefix + entry.d_name;
    if (const auto it = index_.find(path); it != index_.end()) {
      const std::size_t i = it->second;
      state.kept[i] = unchanged(folder, entry.d_name, sources_.files[i], state.made.files[i]);
      if (state.kept[i]) return true;
    } else if (folders_.contains(path) && is_folder(folder, entry)) {
      const UniqueFd inner = open_folder(folder, entry.d_name);
      if (!inner) return false;
      struct stat info{};
      if (::fstat(inner.get(), &info) != 0) return false;
      // The root's mode is what mkdir gives; all others are made by it too.
      const mode_t wanted = state.made.folder_mode;
      if ((info.st_mode & kModeBits) != wanted && ::fchmod(inner.get(), wanted) != 0) return false;
      return sweep(state, inner.get(), path + "/");
    }
    if (is_folder(folder, entry)) return move_away(state, folder, entry.d_name);
    return ::unlinkat(folder, entry.d_name, 0) == 0;
  });
}

// A build's output may be gigabytes: removing it is not this job's business.
bool TreeWriter::move_away(const Sweep& state, int folder, const char* name) const {
  const fs::path away =
      state.folder.parent_path() / fmt::format(".removed-{}-{}", state.folder.filename().string(), ++moved_);
  if (::renameat(folder, name, AT_FDCWD, away.c_str()) != 0) return false;
  discard_(away);
  return true;
}

bool TreeWriter::unchanged(int folder, const char* name, const SourceFile& file, const Stamp& stamp) const {
  struct stat info{};
  if (::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (info.st_ino != stamp.inode || !same(info.st_ctim, stamp.changed)) return false;
  if (!stamp.racy) return true;
  if (!file.in_memory || !S_ISREG(info.st_mode) ||
      static_cast<std::size_t>(info.st_size) != file.content.size())
    return false;
  const UniqueFd in(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!in) return false;
  std::string now(file.content.size(), '\0');
  return ::read(in.get(), now.data(), now.size()) == static_cast<ssize_t>(now.size()) && now == file.content;
}

Result<void> TreeWriter::write(int folder, int root, const SourceFile& file, Stamp& stamp) const {
  struct stat info{};
  if (file.symlink) {
    if (::symlinkat(file.content.c_str(), folder, file.path.c_str()) != 0)
      return system_error("cannot make the symlink " + file.path, errno);
    if (::fstatat(folder, file.path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return system_error("cannot look at " + file.path, errno);
  } else {
    // Writable for its owner whatever the original says, as after a checkout;
    // the umask is the user's.
    const UniqueFd out(::openat(folder, file.path.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode | 0600));
    if (!out) return system_error("cannot make " + file.path, errno);
    if (file.in_memory) {
      FAIRLEAD_TRY(write_all(out.get(), file.content, file.path));
    } else {
      const UniqueFd in(::openat(root, file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
      if (!in && errno == ENOENT) {  // deleted since the start
        ::unlinkat(folder, file.path.c_str(), 0);
        return {};
      }
      if (!in) return system_error("cannot read " + file.path, errno);
      FAIRLEAD_TRY(copy_content(in.get(), out.get(), file.path, can_clone_));
    }
    if (::fstat(out.get(), &info) != 0) return system_error("cannot look at " + file.path, errno);
  }
  stamp.inode = info.st_ino;
  stamp.changed = info.st_ctim;
  return {};
}

}  // namespace fairlead::local
