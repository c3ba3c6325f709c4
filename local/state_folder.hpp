// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fairlead::local {

// Where `exec` keeps what outlives a run. Nothing is written into the user's
// project:
//
//   <base>/<project>-<hash of its path>/
//     cache/              the jobs' caches
//     pipelines/<n>/      traces and artifacts of the last kKeep pipelines
//     builds/<slot>/      the running jobs' copies of the tree
//
// <base> is $FAIRLEAD_CACHE_DIR, else $XDG_CACHE_HOME/fairlead, else
// ~/.cache/fairlead. Several runs of one project may go on at once: each holds
// a lock on its pipeline and on each of its slots.
class StateFolder {
 public:
  static constexpr std::size_t kKeep = 10;

  static Result<StateFolder> open(const std::filesystem::path& project_root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path cache() const { return root_ / "cache"; }

  // A folder with a new number.
  struct Pipeline {
    std::int64_t number = 0;
    std::filesystem::path folder;
    UniqueFd lock;  // held while the run goes on
  };
  Result<Pipeline> start_pipeline();
  // Removes what lies more than kKeep before `newest` and is over, until
  // `stop` becomes true: freeing a block takes milliseconds where the disk is
  // told of each one, and nobody shall wait for that. The rest is for the
  // next run. From any thread.
  void remove_old_pipelines(std::int64_t newest, const std::atomic<bool>& stop) const;

  // A place for one job's tree that nobody else uses; the same places are
  // used again by later runs, so that paths inside caches stay true.
  struct Slot {
    int number = 0;
    std::filesystem::path folder;
    UniqueFd lock;
  };
  Result<Slot> take_slot();

 private:
  explicit StateFolder(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;
};

// <base> from the environment, absolute.
std::filesystem::path state_base();

}  // namespace fairlead::local
