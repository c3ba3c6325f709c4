// SPDX-License-Identifier: Apache-2.0
#include "local/workspace_copy.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fmt/core.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/files.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSmallFile = 64 * 1024;
constexpr std::uint64_t kAllSmallFiles = std::uint64_t{16} << 20;
// Below both the copy takes less time than a trip to another thread and back.
constexpr std::size_t kFewFiles = 64;
constexpr std::uint64_t kFewBytes = 1 << 20;

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
Result<void> copy_content(int in, int out, std::uint64_t size, const std::string& path) {
  if (size == 0) return {};
  if (::ioctl(out, FICLONE, in) == 0) return {};
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

}  // namespace

Result<std::shared_ptr<WorkspaceCopy>> WorkspaceCopy::open(WorkingTree& tree, asio::thread_pool& pool) {
  std::shared_ptr<WorkspaceCopy> copy(new WorkspaceCopy(tree.root(), pool));
  FAIRLEAD_TRY(copy->read_tree(tree));
  if (tree.is_repository_root()) copy->read_git(*tree.git());
  copy->log_line_ = fmt::format("{} files from {}\n", copy->files_.size(), tree.root().string());
  return copy;
}

Result<void> WorkspaceCopy::read_tree(WorkingTree& tree) {
  auto paths = tree.files();
  if (!paths) return std::move(paths.error());
  std::uint64_t in_memory = 0;
  files_.reserve((*paths)->size());
  const UniqueFd root(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return system_error("cannot open " + root_.string(), errno);
  for (const std::string& path : **paths) {
    struct stat info{};
    if (::fstatat(root.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;  // deleted meanwhile
    File file{.path = path, .mode = info.st_mode & 0777, .symlink = S_ISLNK(info.st_mode)};
    if (file.symlink) {
      std::array<char, 4096> target{};
      const ssize_t length = ::readlinkat(root.get(), path.c_str(), target.data(), target.size());
      if (length < 0) continue;
      file.content.assign(target.data(), static_cast<std::size_t>(length));
    } else if (S_ISREG(info.st_mode)) {
      file.size = static_cast<std::uint64_t>(info.st_size);
      if (file.size <= kSmallFile && in_memory + file.size <= kAllSmallFiles) {
        auto content = tree.read(path, kSmallFile);
        // It may have grown this very moment; then it is copied like a big one.
        if (!content && content.error().code != ErrorCode::limit_exceeded)
          return std::move(std::move(content).context("copying the working tree").error());
        if (content) {
          file.content = std::move(*content);
          file.in_memory = true;
          in_memory += file.size;
        }
      }
      if (!file.in_memory) bytes_to_copy_ += file.size;
    } else {
      continue;
    }
    files_.push_back(std::move(file));
  }
  return {};
}

void WorkspaceCopy::read_git(const GitRepository& git) {
  if (git.head.empty()) return;
  git_.wanted = true;
  git_.texts.emplace_back("HEAD", git.head + "\n");  // detached, as in a CI checkout
  git_.texts.emplace_back("config", git_config(git));
  git_.texts.emplace_back("objects/info/alternates", (git.common_dir / "objects").string() + "\n");
  std::string packed = "# pack-refs with: sorted \n";
  for (const GitRepository::Ref& ref : git.refs) packed += ref.object + " " + ref.name + "\n";
  git_.texts.emplace_back("packed-refs", std::move(packed));
  std::error_code ignored;
  if (fs::exists(git.common_dir / "shallow", ignored))
    git_.copies.emplace_back("shallow", git.common_dir / "shallow");
  // With a split index the copy would need files that the user's git may drop.
  bool split = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(git.git_dir, ignored))
    split = split || entry.path().filename().string().starts_with("sharedindex.");
  if (!split && fs::exists(git.git_dir / "index", ignored))
    git_.copies.emplace_back("index", git.git_dir / "index");
}

Task<Result<void>> WorkspaceCopy::materialise(const fs::path& project_dir, executors::LogSink& log,
                                              CancelToken cancel) {
  Result<void> done;
  if (files_.size() <= kFewFiles && bytes_to_copy_ <= kFewBytes) {
    done = copy_all(project_dir, cancel);
  } else {
    // On the pool, and back to the job's own executor for the rest.
    const auto work = [this, &project_dir, &cancel, &done]() -> Task<void> {
      done = copy_all(project_dir, cancel);
      co_return;
    };
    co_await asio::co_spawn(pool_, work, asio::use_awaitable);
  }
  if (!done) co_return std::move(done.error());
  const std::array frames{executors::LogFrame{.offset = 0,
                                              .stream = executors::LogStream::out,
                                              .time = system_clock().wall_now(),
                                              .bytes = log_line_}};
  auto taken = co_await log.deliver(frames);
  (void)taken;  // a log that cannot be kept has said so itself
  co_return Result<void>();
}

Result<void> WorkspaceCopy::copy_all(const fs::path& project_dir, const CancelToken& cancel) const {
  if (::mkdir(project_dir.c_str(), 0755) != 0) {
    if (errno == EEXIST) FAIRLEAD_TRY(remove_tree(project_dir));
    FAIRLEAD_TRY(make_directories(project_dir));
  }
  const UniqueFd from(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!from) return system_error("cannot open " + root_.string(), errno);
  const UniqueFd to(::open(project_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!to) return system_error("cannot open " + project_dir.string(), errno);
  Folders folders(to.get());
  for (const File& file : files_) {
    if (cancel.cancelled()) return make_error(ErrorCode::cancelled, "the copy was cancelled");
    FAIRLEAD_TRY(folders.need(file.path));
    if (file.symlink) {
      if (::symlinkat(file.content.c_str(), to.get(), file.path.c_str()) != 0)
        return system_error("cannot make the symlink " + file.path, errno);
      continue;
    }
    // Readable for its owner whatever the original says, as after a checkout;
    // the umask is the user's.
    const UniqueFd out(::openat(to.get(), file.path.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode | 0600));
    if (!out) return system_error("cannot make " + file.path, errno);
    if (file.in_memory) {
      FAIRLEAD_TRY(write_all(out.get(), file.content, file.path));
      continue;
    }
    const UniqueFd in(
        ::openat(from.get(), file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!in && errno == ENOENT) {  // deleted since the start
      ::unlinkat(to.get(), file.path.c_str(), 0);
      continue;
    }
    if (!in) return system_error("cannot read " + file.path, errno);
    FAIRLEAD_TRY(copy_content(in.get(), out.get(), file.size, file.path));
  }
  return git_.wanted ? write_git(project_dir) : Result<void>();
}

Result<void> WorkspaceCopy::write_git(const fs::path& project_dir) const {
  const fs::path folder = project_dir / ".git";
  for (const char* needed : {"objects/info", "refs/heads"}) FAIRLEAD_TRY(make_directories(folder / needed));
  for (const auto& [name, text] : git_.texts) {
    const UniqueFd out(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!out) return system_error("cannot write .git/" + name, errno);
    FAIRLEAD_TRY(write_all(out.get(), text, ".git/" + name));
  }
  for (const auto& [name, source] : git_.copies) {
    const UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) continue;  // git may just be replacing it
    const UniqueFd out(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!out) return system_error("cannot write .git/" + name, errno);
    FAIRLEAD_TRY(copy_content(in.get(), out.get(), 1, ".git/" + name));
  }
  return {};
}

}  // namespace fairlead::local
