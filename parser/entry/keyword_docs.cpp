// SPDX-License-Identifier: Apache-2.0
#include "parser/entry/keywords.hpp"

namespace fairlead::parser::entry {

namespace {

// A `|` would end the cell.
void append_cell(std::string& out, std::string_view text) {
  for (char c : text) {
    if (c == '|') out.push_back('\\');
    out.push_back(c);
  }
  out.append(" | ");
}

}  // namespace

std::string render_keyword_docs() {
  std::string out =
      "# Keywords of `.gitlab-ci.yml`\n"
      "\n"
      "Rendered from the table in `parser/entry/keywords.cpp`: change that, then run the test\n"
      "`parser_entry_test` with `FAIRLEAD_RECORD=1`. \"Since\" is the release of GitLab that brought the "
      "keyword.\n"
      "What each value means in detail is GitLab's own documentation; what Fairlead does is the last "
      "column:\n"
      "\n"
      "- *acted on*: planning, scheduling or running a job follows it;\n"
      "- *carried to the runner*: part of the job's payload, honoured by the executors that can;\n"
      "- *checked and carried, not acted on yet*: mistakes are found, the value has no effect so far.\n";
  for (unsigned i = 0; i < static_cast<unsigned>(Scope::count_); ++i) {
    const auto scope = static_cast<Scope>(i);
    out.append("\n## ").append(scope_title(scope)).append("\n\n");
    out.append("| keyword | forms | since | meaning | Fairlead |\n|---|---|---|---|---|\n");
    for (const Keyword& keyword : keyword_table()) {
      if ((keyword.where & in(scope)) == 0) continue;
      out.append("| `");
      out.append(keyword.name).append("` | ");
      append_cell(out, keyword.forms);
      append_cell(out, keyword.since);
      append_cell(out, keyword.meaning);
      append_cell(out, keyword.fairlead);
      out.back() = '\n';
    }
  }
  return out;
}

}  // namespace fairlead::parser::entry
