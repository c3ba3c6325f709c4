// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/extract.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/unique_fd.hpp"
#include "runner/artifacts/archive_support.hpp"

// Every path is opened relative to a descriptor of the target folder, and the
// kernel is asked to refuse any way out (openat2, RESOLVE_BENEATH). Where it
// cannot (old kernel, seccomp), the way is walked folder by folder and no
// symbolic link is followed at all.
namespace fairlead::runner {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxName = PATH_MAX - 1;

// The components of an entry's name; an error where it does not stay inside.
Result<std::vector<std::string>> split_name(std::string_view name) {
  const std::string shown(name.substr(0, 200));
  if (name.starts_with('/'))
    return make_error(ErrorCode::data_loss, "the archive has an absolute path: " + shown);
  if (name.size() > kMaxName)
    return make_error(ErrorCode::limit_exceeded,
                      "the archive has a path of " + std::to_string(name.size()) + " bytes");
  std::vector<std::string> components;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part == "..")
      return make_error(ErrorCode::data_loss,
                        "the archive has a path that leaves the project folder: " + shown);
    if (!part.empty() && part != ".") components.emplace_back(part);
    if (slash == std::string_view::npos) break;
    name.remove_prefix(slash + 1);
  }
  return components;
}

int open_beneath(int root, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

// A folder whose mode and time are set at the end, when its content is there.
struct Folder {
  std::string path;
  mode_t mode;
  timespec mtime;
};

class Extractor {
 public:
  Extractor(UniqueFd root, const CancelToken& cancel, const ExtractLimits& limits)
      : root_(std::move(root)), cancel_(cancel), limits_(limits) {}

  Result<Extracted> run(archive* reader) {
    archive_entry* entry = nullptr;
    for (std::uint64_t count = 0;; ++count) {
      if (cancel_.cancelled()) return make_error(ErrorCode::cancelled, "extracting was cancelled");
      const int status = archive_read_next_header(reader, &entry);
      if (status == ARCHIVE_EOF) break;
      if (status < ARCHIVE_WARN)
        return archive_failure(reader, ErrorCode::data_loss, "the archive is damaged");
      if (count >= limits_.entries)
        return make_error(ErrorCode::limit_exceeded,
                          "the archive has more than " + std::to_string(limits_.entries) + " entries");
      FAIRLEAD_TRY(take(reader, entry));
    }
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) finish_folder(*folder);
    return std::move(result_);
  }

 private:
  Result<void> take(archive* reader, archive_entry* entry) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr)
      return make_error(ErrorCode::data_loss, "the archive has an entry without a readable name");
    auto components = split_name(name);
    if (!components.ok()) return std::move(components.error());
    if (components->empty()) return {};  // the folder itself
    const mode_t type = archive_entry_filetype(entry);
    const mode_t mode = archive_entry_perm(entry) & 0777;
    timespec mtime{};
    mtime.tv_sec = archive_entry_mtime_is_set(entry) ? archive_entry_mtime(entry) : 0;
    mtime.tv_nsec = archive_entry_mtime_is_set(entry) ? archive_entry_mtime_nsec(entry) : UTIME_NOW;

    if (archive_entry_hardlink(entry) != nullptr) return skip(name, "a hard link");
    if (type == AE_IFDIR) {
      auto folder = open_folder(*components, components->size());
      if (!folder.ok()) return std::move(folder.error());
      folders_.push_back({std::string(name), mode, mtime});
      return {};
    }
    if (type != AE_IFREG && type != AE_IFLNK)
      return skip(name, "neither a file, a folder nor a symbolic link");

    auto parent = open_folder(*components, components->size() - 1);
    if (!parent.ok()) return std::move(parent.error());
    const std::string& leaf = components->back();
    return type == AE_IFLNK ? make_link(*parent, leaf, name, entry, mtime)
                            : make_file(*parent, leaf, name, reader, mode, mtime);
  }

  Result<void> skip(const std::string& name, std::string_view kind) {
    if (result_.warnings.size() < 100)
      result_.warnings.push_back(name + ": not extracted: " + std::string(kind));
    return {};
  }

  // The folder of the first `count` components, made where missing. The last
  // one opened is remembered: neighbours in an archive share it.
  Result<int> open_folder(const std::vector<std::string>& components, std::size_t count) {
    if (count == 0) return root_.get();
    std::string path;
    for (std::size_t i = 0; i < count; ++i) path.append(i == 0 ? "" : "/").append(components[i]);
    if (current_ && path == current_path_) return current_.get();

    UniqueFd fd;
    if (beneath_works_) {
      fd.reset(open_beneath(root_.get(), path.c_str()));
      if (!fd && (errno == ENOSYS || errno == EPERM || errno == E2BIG)) beneath_works_ = false;
      if (!fd && (errno == EXDEV || errno == ELOOP)) return leaves(path);
    }
    if (!fd) {
      auto walked = walk(components, count);
      if (!walked.ok()) return std::move(walked.error());
      fd = std::move(*walked);
    }
    current_ = std::move(fd);
    current_path_ = std::move(path);
    return current_.get();
  }

  Result<UniqueFd> walk(const std::vector<std::string>& components, std::size_t count) {
    UniqueFd at;
    std::string path;
    for (std::size_t i = 0; i < count; ++i) {
      const int from = i == 0 ? root_.get() : at.get();
      const char* name = components[i].c_str();
      path.append(i == 0 ? "" : "/").append(components[i]);
      if (::mkdirat(from, name, 0777) != 0 && errno != EEXIST) return system_error(path, errno);
      UniqueFd next(::openat(from, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next && beneath_works_) {
        // A symbolic link that stays inside may be followed.
        const int error = errno;
        next.reset(open_beneath(root_.get(), path.c_str()));
        if (!next && (errno == EXDEV || errno == ELOOP)) return leaves(path);
        if (!next) return system_error(path, error);
      }
      if (!next) {
        if (errno == ELOOP || errno == ENOTDIR) return leaves(path);
        return system_error(path, errno);
      }
      at = std::move(next);
    }
    return at;
  }

  static Error leaves(const std::string& path) {
    return make_error(ErrorCode::data_loss, "the archive wants to write through " + path +
                                                ", which is not a folder inside the project");
  }

  Result<void> make_link(int parent, const std::string& leaf, const std::string& name, archive_entry* entry,
                         const timespec& mtime) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr || *target == '\0' || std::strlen(target) > kMaxName)
      return make_error(ErrorCode::data_loss,
                        "the archive has a symbolic link without a usable target: " + name);
    const std::string temporary = temporary_name();
    if (::symlinkat(target, parent, temporary.c_str()) != 0) return system_error(name, errno);
    const timespec times[2] = {mtime, mtime};
    ::utimensat(parent, temporary.c_str(), times, AT_SYMLINK_NOFOLLOW);
    if (::renameat(parent, temporary.c_str(), parent, leaf.c_str()) != 0) {
      const int error = errno;
      ::unlinkat(parent, temporary.c_str(), 0);
      return system_error(name, error);
    }
    ++result_.files;
    return {};
  }

  Result<void> make_file(int parent, const std::string& leaf, const std::string& name, archive* reader,
                         mode_t mode, const timespec& mtime) {
    const std::string temporary = temporary_name();
    UniqueFd file(
        ::openat(parent, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return system_error(name, errno);
    auto written = copy_data(reader, file.get(), name);
    const timespec times[2] = {mtime, mtime};
    if (written.ok() && ::fchmod(file.get(), mode) != 0) written = system_error(name, errno);
    if (written.ok()) ::futimens(file.get(), times);
    if (written.ok() && ::renameat(parent, temporary.c_str(), parent, leaf.c_str()) != 0)
      written = system_error(name, errno);
    if (!written.ok()) ::unlinkat(parent, temporary.c_str(), 0);
    if (written.ok()) ++result_.files;
    return written;
  }

  Result<void> copy_data(archive* reader, int fd, const std::string& name) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    std::uint64_t end = 0;
    for (;;) {
      if (cancel_.cancelled()) return make_error(ErrorCode::cancelled, "extracting was cancelled");
      const int status = archive_read_data_block(reader, &data, &size, &offset);
      if (status == ARCHIVE_EOF) break;
      if (status < ARCHIVE_OK)
        return archive_failure(reader, ErrorCode::data_loss, "the archive is damaged at " + name);
      if (offset < 0) return make_error(ErrorCode::data_loss, "the archive is damaged at " + name);
      result_.bytes += size;
      const std::uint64_t reach = static_cast<std::uint64_t>(offset) + size;
      if (result_.bytes > limits_.bytes || reach > limits_.bytes)
        return make_error(ErrorCode::limit_exceeded,
                          "the archive unpacks to more than " + std::to_string(limits_.bytes) + " bytes");
      const char* from = static_cast<const char*>(data);
      for (std::size_t done = 0; done < size;) {
        const ssize_t written =
            ::pwrite(fd, from + done, size - done, static_cast<off_t>(offset) + static_cast<off_t>(done));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error(name, errno);
        done += static_cast<std::size_t>(written);
      }
      end = std::max(end, reach);
    }
    // A sparse end.
    if (end > 0 && ::ftruncate(fd, static_cast<off_t>(end)) != 0) return system_error(name, errno);
    return {};
  }

  void finish_folder(const Folder& folder) {
    auto components = split_name(folder.path);
    if (!components.ok()) return;
    auto fd = open_folder(*components, components->size());
    if (!fd.ok()) return;
    // Descriptors of O_PATH take no fchmod: by their name in /proc.
    const std::string self = "/proc/self/fd/" + std::to_string(*fd);
    ::chmod(self.c_str(), folder.mode);
    const timespec times[2] = {folder.mtime, folder.mtime};
    ::utimensat(AT_FDCWD, self.c_str(), times, 0);
  }

  std::string temporary_name() {
    return ".fairlead-extract-" + std::to_string(::getpid()) + "-" + std::to_string(serial_++);
  }

  UniqueFd root_;
  const CancelToken& cancel_;
  const ExtractLimits& limits_;
  bool beneath_works_ = true;
  UniqueFd current_;
  std::string current_path_;
  std::vector<Folder> folders_;
  std::uint64_t serial_ = 0;
  Extracted result_;
};

}  // namespace

Result<Extracted> extract_archive(const fs::path& archive, const fs::path& into, const CancelToken& cancel,
                                  const ExtractLimits& limits) {
  const UniqueFd file(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("opening " + archive.string(), errno);
  UniqueFd root(::open(into.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return system_error("opening " + into.string(), errno);

  const NameLocale names;
  const ReaderHandle handle(archive_read_new());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_filter_zstd(handle.get());
  if (archive_read_open_fd(handle.get(), file.get(), 128 * 1024) != ARCHIVE_OK)
    return archive_failure(handle.get(), ErrorCode::data_loss, "this is no archive that can be read");
  return Extractor(std::move(root), cancel, limits).run(handle.get());
}

}  // namespace fairlead::runner
