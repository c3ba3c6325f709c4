// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "executors/executor.hpp"

namespace fairlead::cli {

// The one place that knows which executors this program has.
std::unique_ptr<executors::ExecutorProvider> make_shell_executor();

}  // namespace fairlead::cli
