// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text on its way to a screen: how wide it is, how to cut it, how to take its
// colours away. Everything here expects what LogAssembler lets through: valid
// UTF-8 with no control characters but tabs and colour sequences (ESC[...m).
namespace fairlead::terminal {

// Columns that the text takes: wide East Asian characters and emoji are 2,
// combining marks 0, a tab reaches to the next multiple of 8, colours 0.
std::size_t display_width(std::string_view text);

// The text cut to at most `columns` columns, ending in an ellipsis when
// something was cut; tabs become spaces; a colour left open is closed.
std::string fit(std::string_view text, std::size_t columns, bool unicode = true);

// fit(), then filled with spaces up to `columns`.
std::string pad(std::string_view text, std::size_t columns, bool unicode = true);

// The same text without ESC[...m.
std::string without_colors(std::string_view text);

// Bytes that did not come through a LogAssembler (job names, file names,
// branch names) made harmless: control characters and broken UTF-8 are
// replaced, nothing is kept of escape sequences.
std::string printable(std::string_view bytes);

// "0.3s", "12s", "3m 05s", "2h 07m".
std::string format_seconds(double seconds);

// One code point from the front of `text` (which it shortens); U+FFFD and one
// byte for a sequence that is not UTF-8 (overlong, surrogate, cut off).
char32_t take_code_point(std::string_view& text);
void append_code_point(std::string& out, char32_t c);

}  // namespace fairlead::terminal
