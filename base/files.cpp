// SPDX-License-Identifier: Apache-2.0
#include "base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/unique_fd.hpp"

namespace fairlead {
namespace {

Result<void> write_all(int fd, std::string_view bytes, const std::string& what) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error(what, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Error too_large(const std::filesystem::path& path, std::size_t max_bytes) {
  return make_error(ErrorCode::limit_exceeded,
                    path.string() + " is larger than the limit of " + std::to_string(max_bytes) + " bytes");
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("cannot open " + path.string(), errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error("cannot stat " + path.string(), errno);
  if (S_ISDIR(status.st_mode)) {
    return make_error(ErrorCode::invalid_argument, path.string() + " is a directory, not a file");
  }
  const auto size = static_cast<std::uintmax_t>(status.st_size);
  if (S_ISREG(status.st_mode) && size > max_bytes) return too_large(path, max_bytes);

  std::string content;
  std::size_t used = 0;
  // One byte more than expected shows the end with a single further read.
  content.resize(std::min<std::uintmax_t>(size, max_bytes) + 1);
  for (;;) {
    const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
    if (got < 0) {
      if (errno == EINTR) continue;
      return system_error("cannot read " + path.string(), errno);
    }
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > max_bytes) return too_large(path, max_bytes);
    if (used == content.size()) content.resize(std::max<std::size_t>(content.size() * 2, 64 * 1024));
  }
  content.resize(used);
  return content;
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  const std::string what = "cannot write " + path.string();
  std::string folder = path.parent_path().string();
  if (folder.empty()) folder = ".";
  std::string temporary = folder + "/.fairlead-XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return system_error(what, errno);

  const auto finish = [&]() -> Result<void> {
    FAIRLEAD_TRY(write_all(fd.get(), content, what));
    if (::fchmod(fd.get(), mode) != 0) return system_error(what, errno);
    if (::fsync(fd.get()) != 0) return system_error(what, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error(what, errno);
    return {};
  };
  if (auto done = finish(); !done) {
    ::unlink(temporary.c_str());
    return done;
  }
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder (EINVAL); the file itself is safe.
  if (directory && ::fsync(directory.get()) != 0 && errno != EINVAL) return system_error(what, errno);
  return {};
}

Result<void> make_directories(const std::filesystem::path& path, mode_t mode) {
  if (path.empty())
    return make_error(ErrorCode::invalid_argument, "cannot create a directory without a name");
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    FAIRLEAD_TRY(make_directories(path.parent_path(), mode));
    if (::mkdir(path.c_str(), mode) == 0) return {};
  }
  if (errno != EEXIST) return system_error("cannot create directory " + path.string(), errno);
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return system_error("cannot create directory " + path.string(), errno);
  if (!S_ISDIR(status.st_mode)) {
    return make_error(ErrorCode::already_exists,
                      "cannot create directory " + path.string() + ": a file of that name exists");
  }
  return {};
}

Result<std::filesystem::path> find_program(std::string_view name, const char* path_variable) {
  const std::string wanted(name);
  const auto is_program = [](const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(file.c_str(), X_OK) == 0;
  };
  if (wanted.find('/') != std::string::npos) {
    if (is_program(wanted)) return std::filesystem::path(wanted);
    return make_error(ErrorCode::not_found, wanted + " does not exist or is not executable");
  }
  const char* path = path_variable != nullptr ? path_variable : std::getenv("PATH");
  const std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  for (std::size_t begin = 0; !wanted.empty() && begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    std::string file(folders.substr(begin, end - begin));
    file = (file.empty() ? "." : file) + "/" + wanted;
    if (is_program(file)) return std::filesystem::path(file);
    begin = end + 1;
  }
  return make_error(ErrorCode::not_found, wanted + " was not found in PATH (" + std::string(folders) + ")");
}

}  // namespace fairlead
