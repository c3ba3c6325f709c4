// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "parser/diagnostic.hpp"

namespace fairlead::cli {

// {"severity","message","hint"?,"code"?,"file","line"?,"column"?}
nlohmann::ordered_json diagnostic_as_json(const parser::SourceFiles& files,
                                          const parser::Diagnostic& diagnostic);
nlohmann::ordered_json mark_as_json(const parser::SourceFiles& files, const parser::Mark& mark);

}  // namespace fairlead::cli
