// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/script/script_writer.hpp"
#include "runner/script/stage_scripts.hpp"

// Pieces that several stages' scripts share; private to runner/script.
namespace fairlead::runner {

// All variables, file variables and what the job wrote to $GITLAB_ENV.
void write_exports(ScriptWriter& writer, const ScriptContext& context);
// The runner's own hook script, then the job's; empty when neither says anything.
std::vector<std::string> hook_commands(const ScriptContext& context, std::string_view hook);
executors::StageScript finished(const ScriptWriter& writer, const ScriptContext& context, std::string name,
                                bool in_helper);

}  // namespace fairlead::runner
