// SPDX-License-Identifier: Apache-2.0
#include "cli/diagnostics_json.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::cli {

using Json = nlohmann::ordered_json;

Json mark_as_json(const parser::SourceFiles& files, const parser::Mark& mark) {
  Json out;
  out["file"] = std::string(files.name(mark.file));
  if (mark.line > 0) {
    out["line"] = mark.line;
    out["column"] = mark.column;
  }
  return out;
}

Json diagnostic_as_json(const parser::SourceFiles& files, const parser::Diagnostic& diagnostic) {
  Json out;
  out["severity"] = diagnostic.severity == parser::Severity::error ? "error" : "warning";
  out["message"] = diagnostic.message;
  if (!diagnostic.hint.empty()) out["hint"] = diagnostic.hint;
  if (!diagnostic.code.empty()) out["code"] = diagnostic.code;
  out.update(mark_as_json(files, diagnostic.mark));
  return out;
}

}  // namespace fairlead::cli
