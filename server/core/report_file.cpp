// SPDX-License-Identifier: Apache-2.0
#include "server/core/report_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace fairlead::server {

Result<void> read_report(const std::filesystem::path& file, std::size_t limit,
                         const std::function<void(std::string_view)>& take) {
  // zlib's own reader takes concatenated members, and plain files as they are.
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) return system_error("cannot open " + file.string(), errno);
  std::vector<char> buffer(64 * 1024);
  std::size_t total = 0;
  for (;;) {
    const int count = gzread(in.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    int state = Z_OK;
    const char* text = gzerror(in.get(), &state);
    if (count < 0 || (state != Z_OK && state != Z_STREAM_END))
      return make_error(ErrorCode::data_loss, fmt::format("{} is not whole gzip: {}", file.string(), text));
    if (count == 0) return {};
    total += static_cast<std::size_t>(count);
    if (total > limit)
      return make_error(ErrorCode::limit_exceeded,
                        fmt::format("{} has more than {} bytes", file.string(), limit));
    take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  }
}

Result<std::string> read_report(const std::filesystem::path& file, std::size_t limit) {
  std::string content;
  FAIRLEAD_TRY(read_report(file, limit, [&](std::string_view bytes) { content += bytes; }));
  return content;
}

}  // namespace fairlead::server
