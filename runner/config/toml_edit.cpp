// SPDX-License-Identifier: Apache-2.0
#include "runner/config/toml_edit.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

// The scanner below sees only what editing needs: where headers and
// assignments begin and end. It trusts its text, which parse_toml has accepted
// before, and every result is parsed again.
namespace fairlead::runner {
namespace {

struct Statement {
  enum class Kind { table, element, assignment };
  Kind kind = Kind::assignment;
  std::vector<std::string> path;  // of a header; of an assignment its (dotted) key
  std::size_t begin = 0;          // of its line
  std::size_t end = 0;            // behind its line break
  std::size_t value_begin = 0;    // of an assignment
  std::size_t value_end = 0;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<Statement> statements() {
    std::vector<Statement> found;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) {
      const std::size_t line = at_;
      blanks();
      if (end() || text_[at_] == '#' || text_[at_] == '\n' || text_[at_] == '\r') {
        to_next_line();
        continue;
      }
      Statement statement;
      statement.begin = line;
      if (text_[at_] == '[') {
        const bool element = text_.substr(at_, 2) == "[[";
        statement.kind = element ? Statement::Kind::element : Statement::Kind::table;
        at_ += element ? 2 : 1;
        statement.path = key_path();
      } else {
        statement.path = key_path();
        blanks();
        if (!end() && text_[at_] == '=') ++at_;
        blanks();
        statement.value_begin = at_;
        value();
        statement.value_end = at_;
      }
      to_next_line();
      statement.end = at_;
      found.push_back(std::move(statement));
    }
    return found;
  }

 private:
  bool end() const { return at_ >= text_.size(); }
  void blanks() {
    while (!end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  void to_next_line() {
    at_ = text_.find('\n', at_);
    at_ = at_ == std::string_view::npos ? text_.size() : at_ + 1;
  }

  // Behind a string that begins here, of any of the four kinds.
  void skip_string() {
    const char quote = text_[at_];
    const std::string triple(3, quote);
    const bool long_form = text_.substr(at_, 3) == triple;
    at_ += long_form ? 3 : 1;
    while (!end()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (long_form && text_.substr(at_, 3) == triple) {
        at_ += 3;
        // Up to two quotes may belong to the string itself: """a""""".
        while (!end() && text_[at_] == quote) ++at_;
        break;
      } else if (!long_form && text_[at_] == quote) {
        ++at_;
        break;
      } else {
        ++at_;
      }
    }
    at_ = std::min(at_, text_.size());
  }

  std::vector<std::string> key_path() {
    std::vector<std::string> path;
    for (;;) {
      blanks();
      const std::size_t begin = at_;
      if (!end() && (text_[at_] == '"' || text_[at_] == '\'')) {
        skip_string();
        path.emplace_back(text_.substr(begin + 1, at_ - begin >= 2 ? at_ - begin - 2 : 0));
      } else {
        while (!end() && std::string_view(" \t.=]\r\n#").find(text_[at_]) == std::string_view::npos) ++at_;
        path.emplace_back(text_.substr(begin, at_ - begin));
      }
      blanks();
      if (end() || text_[at_] != '.') return path;
      ++at_;
    }
  }

  void value() {
    std::size_t depth = 0;
    while (!end()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string();
        if (depth == 0) return;
      } else if (c == '[' || c == '{') {
        ++depth;
        ++at_;
      } else if (c == ']' || c == '}') {
        ++at_;
        if (depth > 0 && --depth == 0) return;
      } else if (c == '#') {
        if (depth == 0) break;
        to_next_line();
      } else if (depth == 0 && (c == '\n' || c == '\r')) {
        break;
      } else {
        ++at_;
      }
    }
    while (at_ > 0 && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')) --at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool same_key(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// A header with its assignments, comments above it and blank lines below.
struct Block {
  Statement header;
  std::vector<Statement> assignments;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::optional<std::size_t> element;  // of the list that it belongs to
};

// Where the comment lines directly above `line` begin; a comment at the top of
// the file speaks of the file.
std::size_t comments_above(std::string_view text, std::size_t line, std::size_t not_before) {
  std::size_t begin = line;
  while (begin > not_before) {
    const std::size_t before = begin - 1;  // the line break
    const std::size_t start = before == 0 ? std::string_view::npos : text.rfind('\n', before - 1);
    const std::size_t above = start == std::string_view::npos ? 0 : start + 1;
    const std::size_t first = text.find_first_not_of(" \t", above);
    if (above < not_before || first >= before || text[first] != '#') break;
    begin = above;
  }
  return begin == 0 ? line : begin;
}

std::vector<Block> blocks_of(std::string_view text, std::string_view list) {
  std::vector<Block> blocks;
  std::size_t elements = 0;
  std::size_t former_end = 0;
  for (Statement& statement : Scanner(text).statements()) {
    const std::size_t end = statement.end;
    if (statement.kind != Statement::Kind::assignment) {
      Block block;
      block.begin = comments_above(text, statement.begin, former_end);
      if (same_key(statement.path.front(), list)) {
        if (statement.kind == Statement::Kind::element && statement.path.size() == 1) ++elements;
        if (elements > 0) block.element = elements - 1;
      }
      block.header = std::move(statement);
      blocks.push_back(std::move(block));
    } else if (!blocks.empty()) {
      blocks.back().assignments.push_back(std::move(statement));
    }
    former_end = end;
  }
  for (std::size_t i = 0; i < blocks.size(); ++i)
    blocks[i].end = i + 1 < blocks.size() ? blocks[i + 1].begin : text.size();
  return blocks;
}

Result<TomlValue> parse_or_error(std::string_view text) {
  TomlParsed parsed = parse_toml(text);
  if (!parsed.root)
    return make_error(ErrorCode::invalid_argument, fmt::format("line {}, column {}: {}", parsed.error.line,
                                                               parsed.error.column, parsed.error.message));
  return std::move(*parsed.root);
}

// `edited`, if it reads as `expected`.
Result<std::string> checked(std::string edited, const TomlValue& expected, std::string_view list) {
  const TomlParsed parsed = parse_toml(edited);
  if (parsed.root && parsed.root->same(expected)) return edited;
  return make_error(
      ErrorCode::unsupported,
      fmt::format("cannot change {} in place: write each entry as a [[{}]] table of its own, with one key a "
                  "line, and try again",
                  list, list));
}

Result<TomlEntry*> list_of(TomlValue& root, std::string_view list, std::size_t index) {
  TomlEntry* entry = find_entry(root.table, list);
  if (entry == nullptr || !entry->value.is(TomlValue::Kind::array) || index >= entry->value.items.size())
    return make_error(ErrorCode::not_found, fmt::format("there is no entry {} of {}", index + 1, list));
  return entry;
}

// The line break that the text uses.
std::string_view line_break(std::string_view text) {
  const std::size_t at = text.find('\n');
  return at != std::string_view::npos && at > 0 && text[at - 1] == '\r' ? "\r\n" : "\n";
}

std::string with_breaks(std::string_view text, std::string_view newline) {
  std::string out;
  for (const char c : text)
    if (c == '\n')
      out += newline;
    else
      out += c;
  return out;
}

}  // namespace

Result<std::string> append_element(std::string_view text, std::string_view list, const TomlTable& element) {
  auto root = parse_or_error(text);
  if (!root) return std::move(root.error());
  TomlValue added;
  added.table = element;
  TomlValue& target = entry_of(root->table, list);
  // `runners = []` is what remains after the last one was removed by others.
  target.kind = TomlValue::Kind::array;
  target.items.push_back(std::move(added));

  const std::string_view newline = line_break(text);
  std::string edited(text);
  if (!edited.empty() && edited.back() != '\n') edited += newline;
  if (!edited.empty()) edited += newline;
  edited += with_breaks(format_toml_element(format_toml_key(list), element), newline);
  return checked(std::move(edited), *root, list);
}

Result<std::string> remove_element(std::string_view text, std::string_view list, std::size_t index) {
  auto root = parse_or_error(text);
  if (!root) return std::move(root.error());
  auto entry = list_of(*root, list, index);
  if (!entry) return std::move(entry.error());
  (*entry)->value.items.erase((*entry)->value.items.begin() + static_cast<std::ptrdiff_t>(index));
  if ((*entry)->value.items.empty()) root->table.erase(root->table.begin() + (*entry - root->table.data()));

  std::string edited;
  std::size_t kept = 0;
  for (const Block& block : blocks_of(text, list)) {
    if (block.element != index) continue;
    edited += text.substr(kept, block.begin - kept);
    kept = block.end;
  }
  edited += text.substr(kept);
  return checked(std::move(edited), *root, list);
}

Result<std::string> set_in_element(std::string_view text, std::string_view list, std::size_t index,
                                   std::string_view key, const TomlValue& value) {
  auto root = parse_or_error(text);
  if (!root) return std::move(root.error());
  auto entry = list_of(*root, list, index);
  if (!entry) return std::move(entry.error());
  entry_of((*entry)->value.items[index].table, key) = value;

  std::string edited(text);
  for (const Block& block : blocks_of(text, list)) {
    if (block.element != index || block.header.path.size() != 1) continue;
    const auto present =
        std::find_if(block.assignments.begin(), block.assignments.end(), [&](const Statement& assignment) {
          return assignment.path.size() == 1 && same_key(assignment.path.front(), key);
        });
    if (present != block.assignments.end()) {
      edited.replace(present->value_begin, present->value_end - present->value_begin,
                     format_toml_value(value));
      break;
    }
    const Statement& last = block.assignments.empty() ? block.header : block.assignments.back();
    std::string line = "  ";
    if (!block.assignments.empty())
      line = text.substr(last.begin, text.find_first_not_of(" \t", last.begin) - last.begin);
    line += format_toml_key(key) + " = " + format_toml_value(value);
    const std::string_view newline = line_break(text);
    if (last.end == text.size() && !text.ends_with('\n'))
      line = std::string(newline) + line;
    else
      line += newline;
    edited.insert(last.end, line);
    break;
  }
  return checked(std::move(edited), *root, list);
}

}  // namespace fairlead::runner
