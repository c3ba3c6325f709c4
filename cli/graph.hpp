// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/plan/plan.hpp"

namespace fairlead::cli {

// `exec --graph`: stages, their jobs and the edges of `needs`.
enum class GraphForm { text, mermaid, dot };
std::optional<GraphForm> graph_form(std::string_view word);
std::string draw_graph(const parser::PipelinePlan& plan, GraphForm form);

}  // namespace fairlead::cli
