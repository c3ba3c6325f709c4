// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "runner/config/load_config.hpp"

namespace fairlead::runner {

// What a reload changed. A runner is known by url, name and token: a changed
// token or url is another runner.
struct ConfigChange {
  std::vector<RunnerConfig> added;
  std::vector<RunnerConfig> removed;
  std::vector<RunnerConfig> changed;  // as they are now
  bool globals = false;               // a value outside [[runners]] is another

  bool empty() const { return added.empty() && removed.empty() && changed.empty() && !globals; }
};
ConfigChange compare_configs(const Config& before, const Config& after);

// Holds the configuration of a running process. Jobs keep their own copies of
// what they need (a shared_ptr to the Config they began with), so that a
// reload never touches a job under way.
//
// Not thread-safe: owned and called by one strand.
class ConfigWatcher {
 public:
  // The first read must succeed; its errors are the caller's to show.
  static Result<ConfigWatcher> open(std::filesystem::path path, EnvironmentLookup environment,
                                    Logger log = {});

  std::shared_ptr<const Config> config() const { return config_; }

  // Reads again now (HUP). A file that is broken or gone is logged, once for
  // each content, and the old configuration stays. Nothing: there was nothing
  // new, or it was not valid.
  std::optional<ConfigChange> reload();

  // The same, but only if the file looks different from when it was last read
  // (modification time, size, inode). Cheap: one stat. Called every few seconds.
  std::optional<ConfigChange> reload_if_changed();

  // For metrics: reads that succeeded and that failed, the first included.
  std::uint64_t loaded() const { return loaded_; }
  std::uint64_t failed() const { return failed_; }

 private:
  // What stat says; equal stamps mean an unchanged file.
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    off_t size = -1;  // -1: there is no file
    ino_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  ConfigWatcher(std::filesystem::path path, EnvironmentLookup environment, Logger log)
      : path_(std::move(path)), environment_(std::move(environment)), log_(std::move(log)) {}
  Stamp stamp() const;
  void refuse(const Error& error);

  std::filesystem::path path_;
  EnvironmentLookup environment_;
  Logger log_;
  Stamp seen_;
  std::string last_refusal_;
  std::shared_ptr<const Config> config_;
  std::uint64_t loaded_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace fairlead::runner
