// SPDX-License-Identifier: Apache-2.0
#include "runner/config/toml_tree.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace {
// toml++ 3.3 asserts things that a malformed text can break (`a = [}`), and
// with NDEBUG assumes them. Here they end the reading of the text instead.
struct BrokenAssumption {};
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw BrokenAssumption())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace fairlead::runner {
namespace {

using Kind = TomlValue::Kind;

template <class T>
std::string spelled(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TomlValue convert(const toml::node& node);

void convert_table(const toml::table& table, TomlTable& out) {
  out.reserve(table.size());
  for (const auto& [key, value] : table) {
    const toml::source_region& place = key.source().begin ? key.source() : value.source();
    out.push_back({std::string(key.str()), convert(value), static_cast<int>(place.begin.line),
                   static_cast<int>(place.begin.column)});
  }
  // The library keeps keys sorted by name; their places give the order of the text.
  std::sort(out.begin(), out.end(), [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.line, a.column, a.key) < std::tie(b.line, b.column, b.key);
  });
}

TomlValue convert(const toml::node& node) {
  TomlValue value;
  value.line = static_cast<int>(node.source().begin.line);
  value.column = static_cast<int>(node.source().begin.column);
  if (const auto* text = node.as_string()) {
    value.kind = Kind::text;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::integer;
    value.integer = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.kind = Kind::real;
    value.real = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = Kind::boolean;
    value.boolean = flag->get();
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::array;
    value.items.reserve(array->size());
    for (const toml::node& item : *array) value.items.push_back(convert(item));
  } else if (const auto* table = node.as_table()) {
    convert_table(*table, value.table);
  } else {
    value.kind = Kind::datetime;
    if (const auto* date = node.as_date()) value.text = spelled(date->get());
    if (const auto* time = node.as_time()) value.text = spelled(time->get());
    if (const auto* both = node.as_date_time()) value.text = spelled(both->get());
  }
  return value;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

template <class Table>
auto* find_in(Table& table, std::string_view key) {
  for (auto& entry : table)
    if (entry.key == key) return &entry;
  for (auto& entry : table)
    if (same_but_case(entry.key, key)) return &entry;
  return static_cast<decltype(&table.front())>(nullptr);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  return out + '"';
}

std::string format_real(double real) {
  if (std::isnan(real)) return "nan";
  if (std::isinf(real)) return real > 0 ? "inf" : "-inf";
  std::string out = fmt::format("{}", real);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

bool is_table_list(const TomlValue& value) {
  return value.is(Kind::array) && !value.items.empty() &&
         std::all_of(value.items.begin(), value.items.end(),
                     [](const TomlValue& item) { return item.is(Kind::table); });
}

void format_table(const std::string& path, const TomlTable& table, int depth, std::string& out) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  for (const TomlEntry& entry : table)
    if (!entry.value.is(Kind::table) && !is_table_list(entry.value))
      out += indent + format_toml_key(entry.key) + " = " + format_toml_value(entry.value) + '\n';
  for (const TomlEntry& entry : table) {
    const std::string inner = path + '.' + format_toml_key(entry.key);
    if (entry.value.is(Kind::table)) {
      out += indent + '[' + inner + "]\n";
      format_table(inner, entry.value.table, depth + 1, out);
    } else if (is_table_list(entry.value)) {
      for (const TomlValue& item : entry.value.items) {
        out += indent + "[[" + inner + "]]\n";
        format_table(inner, item.table, depth + 1, out);
      }
    }
  }
}

}  // namespace

TomlValue::TomlValue() = default;
TomlValue::TomlValue(const TomlValue&) = default;
TomlValue::TomlValue(TomlValue&&) noexcept = default;
TomlValue& TomlValue::operator=(const TomlValue&) = default;
TomlValue& TomlValue::operator=(TomlValue&&) noexcept = default;
TomlValue::~TomlValue() = default;

TomlValue TomlValue::of(std::string text) {
  TomlValue value;
  value.kind = Kind::text;
  value.text = std::move(text);
  return value;
}

TomlValue TomlValue::of(std::int64_t number) {
  TomlValue value;
  value.kind = Kind::integer;
  value.integer = number;
  return value;
}

TomlValue TomlValue::of(bool flag) {
  TomlValue value;
  value.kind = Kind::boolean;
  value.boolean = flag;
  return value;
}

TomlValue TomlValue::datetime(std::string rfc3339) {
  TomlValue value;
  value.kind = Kind::datetime;
  value.text = std::move(rfc3339);
  return value;
}

TomlValue TomlValue::list(const std::vector<std::string>& texts) {
  TomlValue value;
  value.kind = Kind::array;
  for (const std::string& text : texts) value.items.push_back(of(text));
  return value;
}

bool TomlValue::same(const TomlValue& other) const {
  if (kind != other.kind) return false;
  switch (kind) {
    case Kind::text:
    case Kind::datetime:
      return text == other.text;
    case Kind::integer:
      return integer == other.integer;
    case Kind::real:
      return real == other.real || (std::isnan(real) && std::isnan(other.real));
    case Kind::boolean:
      return boolean == other.boolean;
    case Kind::array:
      return std::equal(items.begin(), items.end(), other.items.begin(), other.items.end(),
                        [](const TomlValue& a, const TomlValue& b) { return a.same(b); });
    case Kind::table:
      return table.size() == other.table.size() &&
             std::all_of(table.begin(), table.end(), [&](const TomlEntry& entry) {
               const auto twin =
                   std::find_if(other.table.begin(), other.table.end(),
                                [&](const TomlEntry& candidate) { return candidate.key == entry.key; });
               return twin != other.table.end() && entry.value.same(twin->value);
             });
  }
  return false;
}

const TomlEntry* find_entry(const TomlTable& table, std::string_view key) {
  return table.empty() ? nullptr : find_in(table, key);
}
TomlEntry* find_entry(TomlTable& table, std::string_view key) {
  return table.empty() ? nullptr : find_in(table, key);
}

TomlValue& entry_of(TomlTable& table, std::string_view key) {
  if (TomlEntry* entry = find_entry(table, key)) return entry->value;
  table.push_back({std::string(key), TomlValue(), 0, 0});
  return table.back().value;
}

std::string_view describe(TomlValue::Kind kind) {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number with a fraction";
    case Kind::boolean:
      return "true or false";
    case Kind::datetime:
      return "a date";
    case Kind::array:
      return "a list";
    case Kind::table:
      return "a table";
  }
  return "";
}

TomlParsed parse_toml(std::string_view text) try {
  const toml::parse_result result = toml::parse(text);
  TomlParsed parsed;
  if (result.failed()) {
    const toml::parse_error& error = result.error();
    parsed.error = {std::string(error.description()), static_cast<int>(error.source().begin.line),
                    static_cast<int>(error.source().begin.column)};
    return parsed;
  }
  parsed.root.emplace();
  convert_table(result.table(), parsed.root->table);
  return parsed;
} catch (const BrokenAssumption&) {
  TomlParsed parsed;
  parsed.error = {"the text is not TOML: a value, bracket or brace is missing", 1, 1};
  return parsed;
}

std::string format_toml_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(key) : quoted(key);
}

std::string format_toml_value(const TomlValue& value) {
  switch (value.kind) {
    case Kind::text:
      return quoted(value.text);
    case Kind::datetime:
      return value.text;
    case Kind::integer:
      return std::to_string(value.integer);
    case Kind::real:
      return format_real(value.real);
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::array: {
      std::string out = "[";
      for (const TomlValue& item : value.items) out += (out.size() > 1 ? ", " : "") + format_toml_value(item);
      return out + ']';
    }
    case Kind::table: {
      std::string out = "{";
      for (const TomlEntry& entry : value.table)
        out += (out.size() > 1 ? ", " : " ") + format_toml_key(entry.key) + " = " +
               format_toml_value(entry.value);
      return out + (out.size() > 1 ? " }" : "}");
    }
  }
  return {};
}

std::string format_toml_element(std::string_view path, const TomlTable& table) {
  std::string out = fmt::format("[[{}]]\n", path);
  format_table(std::string(path), table, 1, out);
  return out;
}

}  // namespace fairlead::runner
