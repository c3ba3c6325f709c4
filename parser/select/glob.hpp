// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace fairlead::parser {

// Whether `path` fits the pattern as Ruby's File.fnmatch has it with
// FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB: `*`, `?` and `[a-z]` stay within
// one folder level and match leading dots, a level that is `**` stands for any
// number of levels but only in front of a `/`, `{a,b}` for either, `\` takes
// the next character as it is. A broken bracket matches nothing.
//
// A pattern whose braces make more than kMaxBraceAlternatives of it matches
// nothing either.
bool glob_match(std::string_view pattern, std::string_view path);

inline constexpr int kMaxBraceAlternatives = 10'000;

// No character in it has a meaning: it can be compared.
bool is_plain_glob(std::string_view pattern);

}  // namespace fairlead::parser
