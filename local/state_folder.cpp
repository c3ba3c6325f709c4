// SPDX-License-Identifier: Apache-2.0
#include "local/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/files.hpp"

namespace fairlead::local {
namespace {

namespace fs = std::filesystem;

// FNV-1a: tells projects of one name apart; nothing depends on its strength.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// An exclusive lock that is there until the descriptor closes; none when
// somebody else has it.
UniqueFd try_lock(const fs::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

std::vector<std::int64_t> numbered(const fs::path& folder) {
  std::vector<std::int64_t> numbers;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.empty() && name.size() < 18 && name.find_first_not_of("0123456789") == std::string::npos)
      numbers.push_back(std::stoll(name));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

fs::path state_base() {
  const auto from = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    // The XDG rules: a relative path is as good as none.
    return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
  };
  if (const fs::path own = from("FAIRLEAD_CACHE_DIR"); !own.empty()) return own;
  if (const fs::path cache = from("XDG_CACHE_HOME"); !cache.empty()) return cache / "fairlead";
  if (const fs::path home = from("HOME"); !home.empty()) return home / ".cache" / "fairlead";
  return fs::path("/tmp") / fmt::format("fairlead-{}", ::getuid());
}

Result<StateFolder> StateFolder::open(const fs::path& project_root) {
  std::string name = project_root.filename().string();
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return !std::isalnum(c) && c != '-' && c != '_' && c != '.'; }, '-');
  const fs::path base = state_base();
  const fs::path root = base / fmt::format("{}-{:08x}", name.substr(0, 64), hash_of(project_root.string()));
  // Logs and artifacts may hold secrets: for the user alone.
  if (auto made = make_directories(root / "pipelines", 0700); !made)
    return std::move(
        std::move(made).context("making fairlead's cache folder; $FAIRLEAD_CACHE_DIR names another").error());
  FAIRLEAD_TRY(make_directories(root / "builds", 0700));
  FAIRLEAD_TRY(make_directories(root / "cache", 0700));
  struct stat info{};
  if (::stat(root.c_str(), &info) == 0 && info.st_uid != ::geteuid())
    return make_error(
        ErrorCode::permission_denied,
        fmt::format("{} belongs to another user; $FAIRLEAD_CACHE_DIR names another folder", root.string()));
  return StateFolder(root);
}

Result<StateFolder::Pipeline> StateFolder::start_pipeline() {
  const fs::path all = root_ / "pipelines";
  const std::vector<std::int64_t> known = numbered(all);
  for (std::int64_t number = known.empty() ? 1 : known.back() + 1;; ++number) {
    const fs::path folder = all / std::to_string(number);
    if (::mkdir(folder.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;  // another run was faster
      return system_error("cannot make " + folder.string(), errno);
    }
    Pipeline pipeline{.number = number, .folder = folder, .lock = try_lock(folder / "lock")};
    if (!pipeline.lock) return system_error("cannot lock " + folder.string(), errno);
    return pipeline;
  }
}

void StateFolder::remove_old_pipelines(std::int64_t newest, const std::atomic<bool>& stop) const {
  const fs::path all = root_ / "pipelines";
  for (const std::int64_t number : numbered(all)) {
    if (number + static_cast<std::int64_t>(kKeep) > newest) break;
    const fs::path folder = all / std::to_string(number);
    // Without its lock the run is over; with it, it may stay for now.
    const UniqueFd lock = try_lock(folder / "lock");
    if (!lock) continue;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
      if (stop) return;
      if (entry.path().filename() != "lock") (void)remove_tree(entry.path());
    }
    (void)remove_tree(folder);
  }
}

Result<StateFolder::Slot> StateFolder::take_slot() {
  for (int number = 0; number < 10000; ++number) {
    const fs::path file = root_ / "builds" / fmt::format("{}.lock", number);
    UniqueFd lock = try_lock(file);
    if (!lock && errno != EWOULDBLOCK) return system_error("cannot lock " + file.string(), errno);
    if (!lock) continue;
    const fs::path folder = root_ / "builds" / std::to_string(number);
    FAIRLEAD_TRY(make_directories(folder, 0700));
    return Slot{.number = number, .folder = folder, .lock = std::move(lock)};
  }
  return make_error(ErrorCode::limit_exceeded, "more than 10000 jobs run in " + root_.string());
}

}  // namespace fairlead::local
