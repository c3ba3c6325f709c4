// SPDX-License-Identifier: Apache-2.0
#include "runner/coordinator/artifact_transfer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <random>

#include "runner/coordinator/answer_headers.hpp"

namespace fairlead::runner {
namespace {

// head, the file's bytes, tail.
class MultipartFile final : public HttpBody {
 public:
  MultipartFile(UniqueFd fd, std::string name, std::string head, std::string tail)
      : fd_(std::move(fd)), name_(std::move(name)), head_(std::move(head)), tail_(std::move(tail)) {}

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  Result<std::size_t> read(char* to, std::size_t max) override {
    if (!at_end_) {
      if (const std::size_t bytes = take(head_, to, max); bytes > 0 || max == 0) return bytes;
      ssize_t got = 0;
      do {
        got = ::read(fd_.get(), to, max);
      } while (got < 0 && errno == EINTR);
      if (got < 0) return system_error("cannot read " + name_, errno);
      if (got > 0) return static_cast<std::size_t>(got);
      at_end_ = true;
      done_ = 0;
    }
    return take(tail_, to, max);
  }

  Result<void> rewind() override {
    done_ = 0;
    at_end_ = false;
    if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return system_error("cannot rewind " + name_, errno);
    return {};
  }

 private:
  // Bytes of `text` from where we are in it.
  std::size_t take(const std::string& text, char* to, std::size_t max) {
    if (done_ >= text.size()) return 0;
    const std::size_t bytes = std::min(max, text.size() - done_);
    std::copy_n(text.data() + done_, bytes, to);
    done_ += bytes;
    return bytes;
  }

  UniqueFd fd_;
  std::string name_;
  std::string head_, tail_;
  std::size_t done_ = 0;  // of head or tail
  bool at_end_ = false;   // of the file
};

// As Go writes a part's file name; a line break could forge a header.
std::string part_name(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '_' : c;
  }
  return out;
}

std::string boundary() {
  std::random_device source;
  std::string out = "fairlead";
  for (int i = 0; i < 6; ++i) out += fmt::format("{:08x}", static_cast<std::uint32_t>(source()));
  return out;
}

void add_query(std::string& path, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += fmt::format("{}={}", key, percent_encode(value));
}

}  // namespace

Result<ApiCall> artifact_upload_call(const JobKey& job, const ArtifactUpload& upload) {
  UniqueFd fd(::open(upload.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("cannot open " + upload.file.string(), errno);
  const std::string mark = boundary();
  std::string head = fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n",
      mark, part_name(upload.filename));
  std::string tail = fmt::format("\r\n--{}--\r\n", mark);
  ApiCall call;
  call.method = "POST";
  call.path = fmt::format("jobs/{}/artifacts", job.id);
  add_query(call.path, "artifact_format", upload.artifact_format);
  add_query(call.path, "artifact_type", upload.artifact_type);
  add_query(call.path, "expire_in", upload.expire_in);
  call.headers = {{"JOB-TOKEN", job.token.reveal()},
                  {"Content-Type", "multipart/form-data; boundary=" + mark},
                  {"Accept", "application/json"}};
  call.stream =
      std::make_shared<MultipartFile>(std::move(fd), upload.file.string(), std::move(head), std::move(tail));
  call.redirects = ApiCall::Redirects::any_host;
  // Each try sends the whole archive again; the stage tries again itself and
  // says so in the job's log.
  call.repeated_on_errors = false;
  return call;
}

Result<ArtifactVerdict> upload_verdict(const HttpResponse& answer) {
  switch (answer.status) {
    case 200:
    case 201:
      return ArtifactVerdict::done;
    case 400:
      return ArtifactVerdict::refused;
    case 401:
    case 403:
      return ArtifactVerdict::forbidden;
    case 404:
      return ArtifactVerdict::not_found;
    case 413:
      return ArtifactVerdict::too_large;
    default: {
      Error error = refusal("uploading artifacts", answer);
      error.code = answer.status == 503 ? ErrorCode::unavailable : ErrorCode::system;
      return error;
    }
  }
}

Result<ArtifactVerdict> download_verdict(const HttpResponse& answer) {
  switch (answer.status) {
    case 200:
      return ArtifactVerdict::done;
    case 401:
    case 403:
      return ArtifactVerdict::forbidden;
    case 404:
      return ArtifactVerdict::not_found;
    default: {
      Error error = refusal("downloading artifacts", answer);
      error.code = ErrorCode::system;  // three tries, as GitLab's runner
      return error;
    }
  }
}

Result<ReceivedFile> ReceivedFile::create(std::filesystem::path to) {
  static std::atomic<std::uint64_t> serial{0};
  std::filesystem::path part = to;
  part += fmt::format(".{}-{}.part", ::getpid(), serial++);
  UniqueFd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return system_error("cannot make " + part.string(), errno);
  return ReceivedFile(std::move(to), std::move(part), std::move(fd));
}

ReceivedFile::~ReceivedFile() {
  if (fd_) ::unlink(part_.c_str());
}

Result<void> ReceivedFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("cannot write " + part_.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> ReceivedFile::keep() {
  if (::rename(part_.c_str(), to_.c_str()) != 0)
    return system_error("cannot rename " + part_.string(), errno);
  fd_.reset();
  return {};
}

}  // namespace fairlead::runner
