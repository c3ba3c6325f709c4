// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// TOML as a tree of plain values that remembers places and the order of the
// text. The library behind it sorts keys and is heavy to compile, so it stays
// in toml_tree.cpp.
namespace fairlead::runner {

struct TomlEntry;
// In the order of the text.
using TomlTable = std::vector<TomlEntry>;

struct TomlValue {
  enum class Kind { text, integer, real, boolean, datetime, array, table };

  Kind kind = Kind::table;
  std::string text;  // of text; of a datetime its RFC 3339 spelling
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  std::vector<TomlValue> items;
  TomlTable table;
  int line = 0;  // 1-based; 0: not from a file
  int column = 0;

  // Out of line: TomlEntry is not complete yet.
  TomlValue();
  TomlValue(const TomlValue&);
  TomlValue(TomlValue&&) noexcept;
  TomlValue& operator=(const TomlValue&);
  TomlValue& operator=(TomlValue&&) noexcept;
  ~TomlValue();

  static TomlValue of(std::string text);
  static TomlValue of(const char* text) { return of(std::string(text)); }
  static TomlValue of(std::int64_t number);
  static TomlValue of(bool flag);
  static TomlValue datetime(std::string rfc3339);
  static TomlValue list(const std::vector<std::string>& texts);

  bool is(Kind wanted) const { return kind == wanted; }
  // The same value; places do not count.
  bool same(const TomlValue& other) const;
};

struct TomlEntry {
  std::string key;
  TomlValue value;
  int line = 0;  // of the key
  int column = 0;
};

// Exact spelling first; then, as Go's reader does, without regard to case.
const TomlEntry* find_entry(const TomlTable& table, std::string_view key);
TomlEntry* find_entry(TomlTable& table, std::string_view key);
// The value under `key`, made (as a table) where it is missing.
TomlValue& entry_of(TomlTable& table, std::string_view key);

// "a text", "an integer", ... for messages.
std::string_view describe(TomlValue::Kind kind);

struct TomlError {
  std::string message;
  int line = 0;
  int column = 0;
};

// Parses a whole document. One of the two is set. Nesting is bounded by the
// reader (256 levels); bounding the size is the caller's.
struct TomlParsed {
  std::optional<TomlValue> root;  // kind table
  TomlError error;
};
TomlParsed parse_toml(std::string_view text);

// `value` as it stands right of an equals sign (tables inline), in one line.
std::string format_toml_value(const TomlValue& value);
// A key, quoted where it has to be.
std::string format_toml_key(std::string_view key);
// `[[path]]` with all of `table`: plain values first, then sub-tables, which
// are indented as gitlab-runner writes them.
std::string format_toml_element(std::string_view path, const TomlTable& table);

}  // namespace fairlead::runner
