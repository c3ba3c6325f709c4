// SPDX-License-Identifier: Apache-2.0
#include "agent/session/spool.hpp"

#include <utility>

namespace fairlead::agent {

void Spool::append(Stream stream, std::int64_t wall_ns, std::string bytes) {
  const std::uint64_t offset = size_;
  size_ += bytes.size();
  chunks_.push_back({offset, stream, wall_ns, std::move(bytes)});
}

Output Spool::take_unsent() {
  const Chunk& chunk = chunks_[unsent_++];
  sent_ = chunk.offset + chunk.bytes.size();
  return {.offset = chunk.offset, .stream = chunk.stream, .wall_ns = chunk.wall_ns, .bytes = chunk.bytes};
}

bool Spool::acknowledge(std::uint64_t offset) {
  if (offset > sent_) return false;
  if (offset <= acknowledged_) return true;
  acknowledged_ = offset;
  while (unsent_ > 0 && chunks_.front().offset + chunks_.front().bytes.size() <= offset) {
    chunks_.pop_front();
    --unsent_;
  }
  return true;
}

}  // namespace fairlead::agent
