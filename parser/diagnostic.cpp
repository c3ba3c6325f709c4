// SPDX-License-Identifier: Apache-2.0
#include "parser/diagnostic.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

namespace fairlead::parser {

namespace {

// More than this much of a line is never shown: a caret at column 900,000
// helps nobody.
constexpr std::size_t kShownBefore = 100;
constexpr std::size_t kShownAfter = 60;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Length of the line break that starts at `at`, 0 when there is none.
std::size_t break_length(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '\n':
      return 1;
    case '\r':
      return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
    case '\xC2':
      return text.substr(at, 2) == "\xC2\x85" ? 2 : 0;
    case '\xE2':
      return text.substr(at, 3) == "\xE2\x80\xA8" || text.substr(at, 3) == "\xE2\x80\xA9" ? 3 : 0;
    default:
      return 0;
  }
}

// Byte offset of the 1-based character `column`, at most the end.
std::size_t byte_of_column(std::string_view line, std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t passed = 1; passed < column && at < line.size(); ++passed) {
    ++at;
    while (at < line.size() && is_continuation(line[at])) ++at;
  }
  return at;
}

std::string caret_below(std::string_view line, std::uint32_t column) {
  const std::size_t caret = byte_of_column(line, column);
  std::size_t from = caret > kShownBefore ? caret - kShownBefore : 0;
  while (from > 0 && from < caret && is_continuation(line[from])) ++from;
  std::size_t to = std::min(line.size(), caret + kShownAfter);
  while (to < line.size() && is_continuation(line[to])) ++to;

  std::string shown = from > 0 ? "..." : "";
  std::string below(shown.size(), ' ');
  for (std::size_t at = from; at < to; ++at) {
    const char byte = line[at];
    // What could drive a terminal is shown as a question mark.
    shown += (static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7F ? '?' : byte;
    if (at < caret && !is_continuation(byte)) below += byte == '\t' ? '\t' : ' ';
  }
  if (to < line.size()) shown += "...";
  return fmt::format("\n    {}\n    {}^", shown, below);
}

}  // namespace

FileId SourceFiles::add(std::string name, std::string text) {
  files_.push_back(File{std::move(name), std::move(text), {}});
  return static_cast<FileId>(files_.size() - 1);
}

std::string_view SourceFiles::name(FileId file) const {
  return file < files_.size() ? std::string_view(files_[file].name) : std::string_view();
}

std::string_view SourceFiles::text(FileId file) const {
  return file < files_.size() ? std::string_view(files_[file].text) : std::string_view();
}

const std::vector<std::size_t>& SourceFiles::line_starts(const File& file) const {
  if (file.line_starts.empty()) {
    file.line_starts.push_back(0);
    const std::string_view text = file.text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = break_length(text, at);
      at += length == 0 ? 1 : length;
      if (length != 0) file.line_starts.push_back(at);
    }
  }
  return file.line_starts;
}

std::string_view SourceFiles::line(Mark mark) const {
  if (mark.file >= files_.size() || mark.line == 0) return {};
  const File& file = files_[mark.file];
  const auto& starts = line_starts(file);
  if (mark.line > starts.size()) return {};
  const std::size_t from = starts[mark.line - 1];
  std::size_t to = from;
  while (to < file.text.size() && break_length(file.text, to) == 0) ++to;
  std::string_view line = std::string_view(file.text).substr(from, to - from);
  if (mark.line == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  return line;
}

Mark SourceFiles::mark_at(FileId file, std::size_t offset) const {
  Mark mark{.file = file};
  if (file >= files_.size()) return mark;
  const std::string_view text = std::string_view(files_[file].text).substr(0, offset);
  mark.line = mark.column = 1;
  for (std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < text.size();) {
    if (const std::size_t length = break_length(text, at); length != 0) {
      ++mark.line;
      mark.column = 1;
      at += length;
    } else {
      mark.column += is_continuation(text[at]) ? 0 : 1;
      ++at;
    }
  }
  return mark;
}

std::string SourceFiles::describe(Mark mark) const {
  if (mark.line == 0) return std::string(name(mark.file));
  return fmt::format("{}:{}:{}", name(mark.file), mark.line, mark.column);
}

void Diagnostics::error(std::string message, Mark mark, std::string hint) {
  add(Diagnostic{Severity::error, std::move(message), mark, std::move(hint), {}});
}

void Diagnostics::warning(std::string code, std::string message, Mark mark, std::string hint) {
  add(Diagnostic{Severity::warning, std::move(message), mark, std::move(hint), std::move(code)});
}

void Diagnostics::add(Diagnostic diagnostic) {
  const Mark mark = diagnostic.mark;
  const std::size_t key =
      std::hash<std::string>()(diagnostic.message) ^
      ((std::size_t{mark.file} << 48) + (std::size_t{mark.line} << 20) + mark.column) * 0x9E3779B97F4A7C15u;
  const auto [first, last] = seen_.equal_range(key);
  for (auto it = first; it != last; ++it) {
    const Diagnostic& other = all_[it->second];
    if (other.mark == mark && other.severity == diagnostic.severity && other.message == diagnostic.message)
      return;
  }
  seen_.emplace(key, all_.size());
  if (diagnostic.severity == Severity::error) ++errors_;
  all_.push_back(std::move(diagnostic));
}

std::string format_diagnostic(const SourceFiles& files, const Diagnostic& diagnostic, bool with_source) {
  std::string out = files.describe(diagnostic.mark);
  if (!out.empty()) out += ": ";
  out += diagnostic.severity == Severity::error ? "error: " : "warning: ";
  out += diagnostic.message;
  if (!diagnostic.hint.empty()) out += "; " + diagnostic.hint;
  if (with_source && diagnostic.mark.line != 0) {
    if (const std::string_view line = files.line(diagnostic.mark); !line.empty()) {
      out += caret_below(line, diagnostic.mark.column);
    }
  }
  return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // A third of the word may be wrong; beyond that a guess is noise. Long names
  // are bounded, since the distance takes time in the product of both lengths.
  constexpr std::size_t kLongest = 256;
  if (word.empty() || word.size() > kLongest) return {};
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  std::size_t best = allowed + 1;
  std::string_view found;
  std::vector<std::size_t> two_up, above, row;
  for (const std::string& candidate : candidates) {
    const std::size_t width = candidate.size();
    if (candidate == word || width > word.size() + allowed || word.size() > width + allowed) continue;
    above.resize(width + 1);
    row.resize(width + 1);
    for (std::size_t j = 0; j <= width; ++j) above[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      row[0] = i;
      for (std::size_t j = 1; j <= width; ++j) {
        const std::size_t change = above[j - 1] + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        row[j] = std::min({change, above[j] + 1, row[j - 1] + 1});
        const bool swapped =
            i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1];
        if (swapped) row[j] = std::min(row[j], two_up[j - 2] + 1);  // "biuld" is one slip
      }
      two_up = above;
      above.swap(row);
    }
    // A distance as long as the word would be a different word.
    if (above[width] < best && above[width] < word.size()) {
      best = above[width];
      found = candidate;
    }
  }
  return found;
}

}  // namespace fairlead::parser
