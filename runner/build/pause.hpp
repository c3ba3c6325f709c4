// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/async.hpp"
#include "base/cancellation.hpp"
#include "base/clock.hpp"

namespace fairlead::runner {

// Sleeps until `deadline`, or less when `stop` is cancelled at all. True when
// the deadline was reached.
Task<bool> pause_until(Clock& clock, SteadyTime deadline, CancelToken stop);

}  // namespace fairlead::runner
