// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "model/status.hpp"

namespace fairlead::server {

// The set of states that a group of jobs is in, reduced to one composite
// state: that of a stage, of a pipeline, or of what a job waits for. Order
// and number of the jobs do not matter, so it is a handful of bits and two
// sets join in one operation.
class StatusSet {
 public:
  // A failed or canceled job that may fail counts as a success with
  // warnings; a manual one that may fail (an optional gate) is ignored.
  void add(model::Status status, bool allow_failure);
  void add(StatusSet other) { bits_ |= other.bits_; }

  bool empty() const { return bits_ == 0; }
  bool warnings() const;

  // The first rule that holds (gitlabhq lib/gitlab/ci/status/composite.rb).
  // `dag`: the set is what a job needs; one skipped or ignored need then
  // skips it. An empty set is a success: there is nothing to wait for.
  model::Status composite(bool dag) const;

 private:
  bool any_of(std::uint32_t mask) const { return (bits_ & mask) != 0; }
  bool only_of(std::uint32_t mask) const { return bits_ != 0 && (bits_ & ~mask) == 0; }
  std::uint32_t bits_ = 0;
};

}  // namespace fairlead::server
