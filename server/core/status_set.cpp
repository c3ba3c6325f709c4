// SPDX-License-Identifier: Apache-2.0
#include "server/core/status_set.hpp"

namespace fairlead::server {

using model::Status;

namespace {

constexpr std::uint32_t bit(Status status) { return 1u << static_cast<unsigned>(status); }
constexpr std::uint32_t kWarned = 1u << 30;
constexpr std::uint32_t kIgnored = 1u << 31;

}  // namespace

void StatusSet::add(Status status, bool allow_failure) {
  if (allow_failure && (status == Status::failed || status == Status::canceled))
    bits_ |= kWarned;
  else if (allow_failure && status == Status::manual)
    bits_ |= kIgnored;
  else
    bits_ |= bit(status);
}

bool StatusSet::warnings() const { return any_of(kWarned); }

Status StatusSet::composite(bool dag) const {
  constexpr auto created = bit(Status::created);
  constexpr auto pending = bit(Status::pending);
  constexpr auto success = bit(Status::success);
  constexpr auto skipped = bit(Status::skipped);
  constexpr auto preparing = bit(Status::preparing);
  constexpr auto harmless = kWarned | kIgnored;

  if (empty()) return Status::success;
  if (dag && any_of(skipped | kIgnored)) return Status::skipped;
  if (only_of(skipped | kIgnored)) return Status::skipped;
  if (only_of(success | skipped | harmless)) return Status::success;
  if (only_of(created | harmless)) return Status::created;
  if (only_of(preparing | harmless)) return Status::preparing;
  if (only_of(bit(Status::canceled) | success | skipped | harmless)) return Status::canceled;
  if (only_of(pending | created | skipped | harmless)) return Status::pending;
  if (any_of(bit(Status::running) | pending)) return Status::running;
  for (Status waiting : {Status::waiting_for_resource, Status::waiting_for_callback, Status::manual,
                         Status::scheduled, Status::preparing})
    if (any_of(bit(waiting))) return waiting;
  if (any_of(created)) return Status::running;
  if (any_of(bit(Status::canceling))) return Status::canceling;
  return Status::failed;
}

}  // namespace fairlead::server
