// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "model/status.hpp"

namespace fairlead::terminal {

enum class Color { plain, bold, dim, red, green, yellow, blue, magenta };

// What the terminal can show and the user wants to see.
struct Style {
  bool color = true;
  bool unicode = true;

  std::string paint(Color color, std::string_view text) const;
  std::string_view bar() const { return unicode ? "│" : "|"; }
  std::string_view fold() const { return unicode ? "▸" : ">"; }
};

// Sign and colour of a state; a failure that is allowed looks like a warning.
struct StatusMark {
  std::string_view sign;
  Color color = Color::plain;
};
StatusMark status_mark(model::Status status, bool allow_failure, const Style& style);

// From NO_COLOR, TERM and the locale.
Style style_of_environment(bool is_terminal);

}  // namespace fairlead::terminal
