// SPDX-License-Identifier: Apache-2.0
#include "server/core/job_folder.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "base/files.hpp"

namespace fairlead::server {

namespace fs = std::filesystem;

Result<void> JobFolder::open_trace() {
  if (trace_) return {};
  FAIRLEAD_TRY(make_directories(folder_, 0700));
  const fs::path path = folder_ / "trace";
  trace_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!trace_) return system_error("cannot open the log file " + path.string(), errno);
  return {};
}

Result<void> JobFolder::append_trace(std::string_view bytes) {
  if (bytes.empty()) return {};
  FAIRLEAD_TRY(open_trace());
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count =
        ::pwrite(trace_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(size_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      // What was written of this piece goes away again. Should even that fail,
      // the next append writes over it.
      if (::ftruncate(trace_.get(), static_cast<off_t>(size_)) != 0) errno = 0;
      return system_error("cannot write the job's log to " + folder_.string(), error);
    }
    done += static_cast<std::size_t>(count);
  }
  size_ += bytes.size();
  crc_ = static_cast<std::uint32_t>(
      crc32_z(crc_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
  return {};
}

Result<std::string> JobFolder::read_trace(std::uint64_t offset, std::size_t limit) const {
  if (offset >= size_) return std::string();
  const fs::path path = folder_ / "trace";
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("cannot open the log file " + path.string(), errno);
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(limit, size_ - offset)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto count =
        ::pread(fd.get(), text.data() + done, text.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot read the log file " + path.string(), errno);
    if (count == 0)
      return make_error(ErrorCode::data_loss, "the log file " + path.string() + " has become shorter");
    done += static_cast<std::size_t>(count);
  }
  return text;
}

Result<fs::path> JobFolder::store(const fs::path& file, std::string_view name, bool may_take) {
  FAIRLEAD_TRY(make_directories(folder_, 0700));
  const fs::path target = folder_ / name;
  std::error_code error;
  if (may_take) {
    fs::rename(file, target, error);
    if (!error) return target;
  }
  const fs::path part = folder_ / (std::string(name) + ".part");
  error.clear();
  fs::copy_file(file, part, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(part, target, error);
  if (error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    return system_error("cannot store the artifact " + file.string() + " in " + folder_.string(),
                        error.value());
  }
  return target;
}

Result<bool> same_content(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const auto size_a = fs::file_size(a, error);
  if (error) return system_error("cannot read " + a.string(), error.value());
  const auto size_b = fs::file_size(b, error);
  if (error) return system_error("cannot read " + b.string(), error.value());
  if (size_a != size_b) return false;
  std::ifstream in_a(a, std::ios::binary), in_b(b, std::ios::binary);
  std::array<char, 64 * 1024> buffer_a, buffer_b;
  while (in_a && in_b) {
    in_a.read(buffer_a.data(), buffer_a.size());
    in_b.read(buffer_b.data(), buffer_b.size());
    if (in_a.gcount() != in_b.gcount()) return false;
    if (!std::equal(buffer_a.begin(), buffer_a.begin() + in_a.gcount(), buffer_b.begin())) return false;
  }
  return true;
}

}  // namespace fairlead::server
