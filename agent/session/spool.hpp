// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "agent/session/protocol.hpp"

namespace fairlead::agent {

// A stage's output from the moment it is read until the runner has
// acknowledged it, bounded: when it is full the job's pipe is not read, and a
// job that writes on has to wait.
class Spool {
 public:
  bool full() const { return size_ - acknowledged_ >= kSpoolBytes || chunks_.size() >= kMaxChunks; }
  std::uint64_t size() const { return size_; }  // all bytes ever appended
  bool has_unsent() const { return unsent_ < chunks_.size(); }

  void append(Stream stream, std::int64_t wall_ns, std::string bytes);
  // The oldest chunk that was not given out yet. Valid until acknowledged.
  Output take_unsent();
  // False when `offset` is beyond what was given out: a broken peer.
  bool acknowledge(std::uint64_t offset);

 private:
  // Bounds the memory of many tiny writes.
  static constexpr std::size_t kMaxChunks = 16 * 1024;

  struct Chunk {
    std::uint64_t offset;
    Stream stream;
    std::int64_t wall_ns;
    std::string bytes;
  };
  std::deque<Chunk> chunks_;
  std::size_t unsent_ = 0;  // index of the first chunk not given out
  std::uint64_t size_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace fairlead::agent
