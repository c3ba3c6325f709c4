// SPDX-License-Identifier: Apache-2.0
#include "terminal/style.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace fairlead::terminal {
namespace {

std::string_view code_of(Color color) {
  switch (color) {
    case Color::plain:
      return "";
    case Color::bold:
      return "\x1b[1m";
    case Color::dim:
      return "\x1b[2m";
    case Color::red:
      return "\x1b[31m";
    case Color::green:
      return "\x1b[32m";
    case Color::yellow:
      return "\x1b[33m";
    case Color::blue:
      return "\x1b[34m";
    case Color::magenta:
      return "\x1b[35m";
  }
  return "";
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string lower(value);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

std::string Style::paint(Color with, std::string_view text) const {
  if (!color || with == Color::plain || text.empty()) return std::string(text);
  return std::string(code_of(with)).append(text).append("\x1b[0m");
}

StatusMark status_mark(model::Status status, bool allow_failure, const Style& style) {
  const bool u = style.unicode;
  switch (status) {
    case model::Status::success:
      return {u ? "✓" : "+", Color::green};
    case model::Status::failed:
      if (allow_failure) return {"!", Color::yellow};
      return {u ? "✗" : "x", Color::red};
    case model::Status::running:
      return {u ? "●" : "*", Color::blue};
    case model::Status::canceling:
    case model::Status::canceled:
      return {u ? "⊘" : "/", Color::dim};
    case model::Status::skipped:
      return {u ? "»" : "-", Color::dim};
    case model::Status::manual:
      return {u ? "▷" : "?", Color::magenta};
    case model::Status::scheduled:
      return {u ? "◷" : "@", Color::magenta};
    case model::Status::pending:
    case model::Status::waiting_for_resource:
    case model::Status::preparing:
    case model::Status::waiting_for_callback:
      return {u ? "○" : "o", Color::dim};
    case model::Status::created:
      return {u ? "·" : ".", Color::dim};
  }
  return {" ", Color::plain};
}

Style style_of_environment(bool is_terminal) {
  Style style;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb" || *term == '\0';
  style.color = is_terminal && !dumb && (no_color == nullptr || *no_color == '\0');
  style.unicode = locale_is_utf8();
  return style;
}

}  // namespace fairlead::terminal
