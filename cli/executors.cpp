// SPDX-License-Identifier: Apache-2.0
#include "cli/executors.hpp"

#include "executors/shell/shell_executor.hpp"

namespace fairlead::cli {

std::unique_ptr<executors::ExecutorProvider> make_shell_executor() {
  return executors::make_shell_provider();
}

}  // namespace fairlead::cli
