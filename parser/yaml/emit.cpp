// SPDX-License-Identifier: Apache-2.0
#include "parser/yaml/emit.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "parser/yaml/scalar.hpp"

namespace fairlead::parser::yaml {

namespace {

// Characters that a reader takes for line breaks, drops or refuses unless they
// are escaped: DEL, C1 controls with NEL, LS, PS, the byte order mark.
bool needs_escapes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto after = [&](std::size_t n) {
      return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0;
    };
    if (byte == 0x7F || (byte == 0xC2 && after(1) < 0xA0)) return true;
    if (byte == 0xE2 && after(1) == 0x80 && (after(2) == 0xA8 || after(2) == 0xA9)) return true;
    if (byte == 0xEF && (after(1) == 0xBB || after(1) == 0xBF)) return true;
  }
  return false;
}

// Whether `text` may stand as a literal block and come back unchanged: several
// lines of printable text, the first one not indented, at most one break at
// the end.
bool fits_literal(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text[0] == ' ' || text[0] == '\n' || text[0] == '\t')
    return false;
  if (!text.ends_with('\n') || text.ends_with("\n\n")) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') return false;
  }
  return true;
}

// Whether a plain scalar gives back this very string. Stricter than YAML asks
// for, so that no reader of either version sees something else.
bool fits_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`=~<";
  if (kIndicators.find(text.front()) != std::string_view::npos) {
    // "-x" and ".x" are fine; a dash or colon before a blank, or alone, is not.
    if (text.front() != '-' || text.size() < 2 || text[1] == ' ' || text[1] == '-') return false;
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (text == "y" || text == "n" || text == "Y" || text == "N") return false;
  Node read;
  return resolve_plain(text, read).empty() && read.kind == Kind::string && !read.is_symbol;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void write_string(YAML::Emitter& out, const std::string& text, bool is_key) {
  if (needs_escapes(text)) {
    out << YAML::EscapeNonAscii << YAML::DoubleQuoted << text;
  } else if (!is_key && fits_literal(text)) {
    out << YAML::Literal << text;
  } else if (fits_plain(text)) {
    out << text;
  } else if (text.find('\'') == std::string::npos && !has_control(text)) {
    out << YAML::SingleQuoted << text;
  } else {
    out << YAML::DoubleQuoted << text;
  }
}

void write(YAML::Emitter& out, const Node& node, bool is_key = false) {
  switch (node.kind) {
    case Kind::null:
      out << YAML::Null;
      break;
    case Kind::boolean:
      out << (node.boolean ? "true" : "false");
      break;
    case Kind::integer:
      out << node.to_s();
      break;
    case Kind::real: {
      const std::string text = node.to_s();
      out << (text == "NaN" ? ".nan" : text == "Infinity" ? ".inf" : text == "-Infinity" ? "-.inf" : text);
      break;
    }
    case Kind::string:
      write_string(out, node.text, is_key);
      break;
    case Kind::reference:
      out << YAML::LocalTag("reference") << YAML::Flow << YAML::BeginSeq;
      for (const NodePtr& item : node.items) write(out, *item);
      out << YAML::EndSeq;
      break;
    case Kind::sequence:
      if (node.items.empty()) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const NodePtr& item : node.items) write(out, *item);
      out << YAML::EndSeq;
      break;
    case Kind::mapping:
      if (node.entries.empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const Entry& entry : node.entries) {
        out << YAML::Key;
        write(out, *entry.key, true);
        out << YAML::Value;
        write(out, *entry.value);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

std::string to_yaml(const Node& node) {
  YAML::Emitter out;
  out.SetIndent(2);
  write(out, node);
  std::string text = out.c_str();
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace fairlead::parser::yaml
