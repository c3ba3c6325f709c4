// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace_spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/unique_fd.hpp"

namespace fairlead::runner {

namespace {

class NamelessFile final : public SpoolFile {
 public:
  explicit NamelessFile(UniqueFd fd) : fd_(std::move(fd)) {}

  Result<void> append(std::string_view bytes) override {
    std::uint64_t at = size_;
    while (!bytes.empty()) {
      const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        const int error = written < 0 ? errno : ENOSPC;
        // Gives back what this call has taken; the bytes stay in memory.
        if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) !=
            0) { /* the size counts, not the file's end */
        }
        return system_error("writing the log spool", error);
      }
      at += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    size_ = at;
    return {};
  }

  Result<void> read(std::uint64_t offset, std::size_t size, std::string& out) const override {
    const std::size_t before = out.size();
    out.resize(before + size);
    for (std::size_t done = 0; done < size;) {
      const ssize_t got =
          ::pread(fd_.get(), out.data() + before + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        out.resize(before);
        if (got < 0) return system_error("reading the log spool", errno);
        return make_error(ErrorCode::data_loss, "the log spool is shorter than what was written to it");
      }
      done += static_cast<std::size_t>(got);
    }
    return {};
  }

 private:
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace

Result<std::unique_ptr<SpoolFile>> open_spool_file(const std::filesystem::path& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL)) {
    // File systems without nameless files (overlays of old kernels, NFS).
    std::string name = (folder / "trace-XXXXXX").string();
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) ::unlink(name.c_str());
  }
  if (fd < 0) return system_error("making a log spool in " + folder.string(), errno);
  return std::unique_ptr<SpoolFile>(std::make_unique<NamelessFile>(UniqueFd(fd)));
}

TraceSpool::TraceSpool(std::size_t memory_limit, std::size_t ceiling, OpenSpoolFile open)
    : memory_limit_(memory_limit), ceiling_(std::max(memory_limit, ceiling)), open_(std::move(open)) {}

Result<void> TraceSpool::append(std::string_view bytes) {
  memory_.append(bytes);
  if (memory_.size() < memory_limit_ || !open_) return {};
  auto spilled = spill();
  if (!spilled.ok()) open_ = nullptr;  // what the file holds stays readable
  return spilled;
}

Result<void> TraceSpool::spill() {
  if (!file_) {
    auto opened = open_();
    if (!opened.ok()) return std::move(opened.error());
    file_ = std::move(*opened);
  }
  FAIRLEAD_TRY(file_->append(memory_));
  in_file_ += memory_.size();
  memory_.clear();
  return {};
}

Result<std::string> TraceSpool::read(std::uint64_t offset, std::size_t max) const {
  std::string out;
  if (offset < in_file_) {
    const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(max, in_file_ - offset));
    FAIRLEAD_TRY(file_->read(offset, take, out));
    offset += take;
    max -= take;
  }
  if (max > 0 && offset >= in_file_ && offset < size()) out.append(memory_, offset - in_file_, max);
  return out;
}

}  // namespace fairlead::runner
