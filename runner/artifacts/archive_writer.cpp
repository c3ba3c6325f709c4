// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts/archive_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <vector>

#include "base/unique_fd.hpp"
#include "runner/artifacts/archive_support.hpp"

namespace fairlead::runner {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 128 * 1024;

Result<void> write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("writing the archive", errno);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return {};
}

// Calls take(data, size) for each block of the file.
template <class Take>
Result<void> each_block(int fd, const std::string& path, const CancelToken& cancel, Take take) {
  std::vector<char> block(kBlock);
  for (;;) {
    if (cancel.cancelled()) return make_error(ErrorCode::cancelled, "archiving was cancelled");
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path, errno);
    if (got == 0) return {};
    FAIRLEAD_TRY(take(block.data(), static_cast<std::size_t>(got)));
  }
}

// Null without an error: the file is gone.
Result<UniqueFd> open_file(const fs::path& root, const std::string& path) {
  UniqueFd fd(::open((root / path).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno != ENOENT) return system_error(path, errno);
  return fd;
}

class EntryWriter {
 public:
  EntryWriter(archive* handle, const fs::path& root, const ArchiveOptions& options)
      : handle_(handle), root_(root), options_(options), entry_(archive_entry_new()) {}

  Result<void> add(const std::string& path, const struct stat& info) {
    archive_entry* entry = entry_.get();
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, S_ISDIR(info.st_mode) ? (path + "/").c_str() : path.c_str());
    archive_entry_set_mtime(entry, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    archive_entry_set_mode(entry, info.st_mode);
    if (S_ISDIR(info.st_mode)) return header(path);
    if (S_ISLNK(info.st_mode)) {
      char target[PATH_MAX];
      const ssize_t length = ::readlink((root_ / path).c_str(), target, sizeof target - 1);
      if (length < 0) return errno == ENOENT ? Result<void>() : Result<void>(system_error(path, errno));
      target[length] = '\0';
      archive_entry_set_symlink(entry, target);
      archive_entry_set_size(entry, 0);
      return header(path);
    }
    if (!S_ISREG(info.st_mode)) return {};  // sockets, pipes: as gitlab-runner, not archived

    auto file = open_file(root_, path);
    if (!file.ok()) return std::move(file.error());
    if (!*file) return {};
    struct stat now;
    if (::fstat(file->get(), &now) != 0) return system_error(path, errno);
    archive_entry_set_size(entry, now.st_size);
    FAIRLEAD_TRY(header(path));
    // The size stands in the header: a file that is still being written to
    // gives that many bytes, no more.
    auto left = static_cast<std::uint64_t>(now.st_size);
    return each_block(
        file->get(), path, options_.cancel, [&](const char* data, std::size_t size) -> Result<void> {
          const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
          left -= take;
          if (take > 0 && archive_write_data(handle_, data, take) < 0)
            return archive_failure(handle_, ErrorCode::system, "archiving " + path);
          return {};
        });
  }

 private:
  Result<void> header(const std::string& path) {
    const NameLocale names(std::mbstowcs(nullptr, path.c_str(), 0) != static_cast<std::size_t>(-1));
    if (archive_write_header(handle_, entry_.get()) < ARCHIVE_WARN)
      return archive_failure(handle_, ErrorCode::system, "archiving " + path);
    return {};
  }

  archive* handle_;
  const fs::path& root_;
  const ArchiveOptions& options_;
  EntryHandle entry_;
};

Result<void> write_entries(const FileSet& files, const fs::path& root, int fd,
                           const ArchiveOptions& options) {
  const NameLocale names;
  const WriterHandle handle(archive_write_new());
  archive* writer = handle.get();
  int status = ARCHIVE_OK;
  if (options.format == ArchiveFormat::zip) {
    status = archive_write_set_format_zip(writer);
    if (status == ARCHIVE_OK && options.level >= 0) {
      const std::string level = std::to_string(options.level);
      status = archive_write_set_format_option(writer, "zip",
                                               options.level == 0 ? "compression" : "compression-level",
                                               options.level == 0 ? "store" : level.c_str());
    }
  } else {
    status = archive_write_add_filter_zstd(writer);
    if (status == ARCHIVE_OK) status = archive_write_set_format_pax_restricted(writer);
  }
  if (status == ARCHIVE_OK) status = archive_write_set_bytes_in_last_block(writer, 1);
  if (status == ARCHIVE_OK) status = archive_write_open_fd(writer, fd);
  if (status != ARCHIVE_OK) return archive_failure(writer, ErrorCode::system, "starting the archive");

  EntryWriter entries(writer, root, options);
  for (const auto& [path, info] : files) FAIRLEAD_TRY(entries.add(path, info));
  if (archive_write_close(writer) != ARCHIVE_OK)
    return archive_failure(writer, ErrorCode::system, "finishing the archive");
  return {};
}

Result<void> not_regular(const std::string& path) {
  return make_error(ErrorCode::invalid_argument, "the " + path + " is not a regular file");
}

Result<void> write_gzip_member(const std::string& path, const struct stat& info, const fs::path& root, int fd,
                               const ArchiveOptions& options) {
  auto file = open_file(root, path);
  if (!file.ok()) return std::move(file.error());
  if (!*file) return {};
  z_stream stream{};
  if (deflateInit2(&stream, options.level, Z_DEFLATED, 15 + 16 /* gzip */, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return make_error(ErrorCode::internal, "zlib cannot be started");
  const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, deflateEnd);
  std::string name = fs::path(path).filename().string();
  std::string comment = path;
  gz_header header{};
  header.time = static_cast<uLong>(info.st_mtim.tv_sec);
  header.os = 3;  // Unix
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  deflateSetHeader(&stream, &header);

  std::vector<char> packed(kBlock);
  const auto deflate_some = [&](const char* data, std::size_t size, int flush) -> Result<void> {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));
    stream.avail_in = static_cast<uInt>(size);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(packed.data());
      stream.avail_out = static_cast<uInt>(packed.size());
      deflate(&stream, flush);
      FAIRLEAD_TRY(write_all(fd, packed.data(), packed.size() - stream.avail_out));
    } while (stream.avail_out == 0);
    return {};
  };
  FAIRLEAD_TRY(each_block(file->get(), path, options.cancel, [&](const char* data, std::size_t size) {
    return deflate_some(data, size, Z_NO_FLUSH);
  }));
  return deflate_some(nullptr, 0, Z_FINISH);
}

Result<void> write_gzip(const FileSet& files, const fs::path& root, int fd, const ArchiveOptions& options) {
  for (const auto& [path, info] : files) {
    if (S_ISDIR(info.st_mode)) continue;
    if (!S_ISREG(info.st_mode)) return not_regular(path);
    FAIRLEAD_TRY(write_gzip_member(path, info, root, fd, options));
  }
  return {};
}

Result<void> write_raw(const FileSet& files, const fs::path& root, int fd, const ArchiveOptions& options) {
  if (files.size() != 1)
    return make_error(ErrorCode::invalid_argument, "only one file can be sent as raw, but the paths match " +
                                                       std::to_string(files.size()));
  const auto& [path, info] = *files.begin();
  if (!S_ISREG(info.st_mode)) return not_regular(path);
  auto file = open_file(root, path);
  if (!file.ok()) return std::move(file.error());
  if (!*file) return make_error(ErrorCode::not_found, path + ": no such file any more");
  return each_block(file->get(), path, options.cancel,
                    [&](const char* data, std::size_t size) { return write_all(fd, data, size); });
}

}  // namespace

std::optional<ArchiveFormat> archive_format_from_string(std::string_view name) {
  if (name.empty() || name == "zip") return ArchiveFormat::zip;
  if (name == "gzip") return ArchiveFormat::gzip;
  if (name == "raw") return ArchiveFormat::raw;
  if (name == "tarzstd") return ArchiveFormat::tar_zstd;
  return std::nullopt;
}

std::string archive_filename(std::string_view name, ArchiveFormat format) {
  std::string base = fs::path(name).filename().string();
  if (base.empty() || base == "." || base == "..") base = "default";
  switch (format) {
    case ArchiveFormat::zip:
      return base + ".zip";
    case ArchiveFormat::gzip:
      return base + ".gz";
    case ArchiveFormat::tar_zstd:
      return base + ".tar.zst";
    case ArchiveFormat::raw:
      break;
  }
  return base;
}

Result<void> write_archive(const FileSet& files, const fs::path& root, const fs::path& to,
                           const ArchiveOptions& options) {
  const UniqueFd fd(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return system_error("making " + to.string(), errno);
  Result<void> written;
  switch (options.format) {
    case ArchiveFormat::zip:
    case ArchiveFormat::tar_zstd:
      written = write_entries(files, root, fd.get(), options);
      break;
    case ArchiveFormat::gzip:
      written = write_gzip(files, root, fd.get(), options);
      break;
    case ArchiveFormat::raw:
      written = write_raw(files, root, fd.get(), options);
      break;
  }
  if (!written.ok()) ::unlink(to.c_str());
  return written;
}

}  // namespace fairlead::runner
