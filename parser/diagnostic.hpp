// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fairlead::parser {

using FileId = std::uint32_t;

// A place in a source file. line and column count from 1; line 0 means "no
// particular place in this file".
struct Mark {
  FileId file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool operator==(const Mark&) const = default;
};

// The texts that were read, so that a Mark can be shown as name:line:column
// with the offending line below it. Append-only: references to names and
// texts stay valid for the object's life. Not thread-safe.
class SourceFiles {
 public:
  // `name` is what messages show (".gitlab-ci.yml", "ci/build.yml").
  FileId add(std::string name, std::string text);
  std::string_view name(FileId file) const;
  std::string_view text(FileId file) const;
  // The line without its newline; empty when there is none. Lines end where
  // YAML 1.1 ends them: LF, CR, CR LF, NEL, LS, PS.
  std::string_view line(Mark mark) const;
  // The place of a byte. Columns count characters, not bytes.
  Mark mark_at(FileId file, std::size_t offset) const;
  // "ci/build.yml:14:11", or just the name when the mark has no line.
  std::string describe(Mark mark) const;

 private:
  struct File {
    std::string name;
    std::string text;
    mutable std::vector<std::size_t> line_starts;  // made on first use
  };
  const std::vector<std::size_t>& line_starts(const File& file) const;
  std::deque<File> files_;
};

enum class Severity { error, warning };

// One problem, in GitLab's own words where GitLab has words for it.
struct Diagnostic {
  Severity severity = Severity::error;
  // What GitLab prints ("jobs:test:script config should be ...").
  std::string message;
  Mark mark;
  // What we add: `did you mean "script"?`. Empty when there is nothing to add.
  std::string hint;
  // A stable name for warnings that can be switched off ("duplicate-key").
  std::string code;
};

// Everything found so far, in the order it was found. An exact repeat (same
// text, same mark) is kept once.
class Diagnostics {
 public:
  void error(std::string message, Mark mark, std::string hint = {});
  void warning(std::string code, std::string message, Mark mark, std::string hint = {});
  void add(Diagnostic diagnostic);

  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  std::unordered_multimap<std::size_t, std::size_t> seen_;  // hash -> index into all_
  std::size_t errors_ = 0;
};

// `.gitlab-ci.yml:14:11: error: message; did you mean "build"?` and, with
// `with_source`, the line and a caret below. Tabs of the line are kept, so that
// the caret stands right at any tab width; very long lines are cut around it.
std::string format_diagnostic(const SourceFiles& files, const Diagnostic& diagnostic, bool with_source);

// The candidate nearest to `word` by edit distance, or empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace fairlead::parser
